"""A park on disk whose press got another meter, a process that shows it, and who accounts it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from parkwatt import configuration
from parkwatt.account import Accountant
from parkwatt.account_follower import Follower
from parkwatt.installation import Installation
from parkwatt.store.derived import DerivedStore
from parkwatt.store.duck import DuckStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import DAY, MINUTE, Clock, register, stored
from tests.store.readings import START

PARK = """\
park: {id: test, name: {en: Test park, zh: 测试园区}, time_zone: Asia/Shanghai, grid_region: 广东}
enterprises:
  - {id: works, name: {en: Works, zh: 工厂}, contracted_demand: 800}
meters:
  - {id: press, name: {en: Press, zh: 压机}, enterprise: works}
  - {id: oven, name: {en: Oven, zh: 烘箱}, enterprise: works, rated_power: 200}
  - {id: boiler, name: {en: Boiler, zh: 锅炉}, enterprise: works, carrier: gas}
  - {id: both, formula: press * 2}
"""
EXCHANGED = START + 500 * MINUTE
"""First reading of the new meter [ms]."""


class Park:
    """What is looked at.

    Attributes:
        installation: the process.
        client: asks its HTTP interface.
        home: rows, and what happened to registers.
        follower: who accounts; goes a round when it is told to.
        file: the park file.
    """

    def __init__(self, installation: Installation, file: Path, clock: Clock) -> None:
        self.installation, self.file = installation, file
        store = installation.store
        self.home: DerivedStore = open_derived(store)
        self.follower = Follower(Accountant(store, self.home, installation.park, clock=clock), self.home, clock=clock)
        installation.on_reload.append(lambda configuration: self.follower.use(configuration.park))
        self.context = Context(
            installation.park, store, installation.live, installation.status, clock, recording=installation.recording
        )
        installation.on_reload.insert(0, lambda configuration: setattr(self.context, "park", configuration.park))
        app = FastAPI()
        app.include_router(api_routes(self.context))
        self.client = TestClient(app, base_url="http://localhost")


@pytest.fixture
def park(tmp_path: Path) -> Iterator[Park]:
    """The press counts on from 20 after 5,099; nobody said why."""
    file = tmp_path / "park" / "park.yaml"
    file.parent.mkdir()
    file.write_text(PARK, encoding="utf-8")
    old = [(n * 5 * MINUTE, 5000.0 + n) for n in range(100)]
    new = [(n * 5 * MINUTE, 20.0 + n - 100) for n in range(100, 288)]
    with closing(DuckStore(tmp_path / "x.duckdb")) as store:
        stored(store, register("press", [*old, *new]))
        read, models = configuration.read(file)
        showing = Installation(park=read, models=models, store=store, park_file=file)
        yield Park(showing, file, Clock(START + 2 * DAY))
