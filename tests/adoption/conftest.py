"""A park on disk, and a process that reads it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.address import BrokerAddress
from parkwatt import configuration
from parkwatt.installation import Installation, Intake
from parkwatt.store.duck import DuckStore
from tests.conftest import StartMosquitto
from tests.waiting import until

PARK = """\
# The park
park: {id: test, name: {en: Test park}, time_zone: Asia/Shanghai}
enterprises:
  - {id: E1, name: {en: Press shop}}   # since 2019
meters:
  - id: grid   # the gate
    role: supply

# that is all
"""


@pytest.fixture
def park_file(tmp_path: Path) -> Path:
    path = tmp_path / "park" / "park.yaml"
    path.parent.mkdir()
    path.write_text(PARK, encoding="utf-8")
    return path


@pytest.fixture
def showing(park_file: Path, tmp_path: Path) -> Iterator[Installation]:
    """A process in which no messages come in."""
    with closing(DuckStore(tmp_path / "x.duckdb")) as store:
        park, models = configuration.read(park_file)
        yield Installation(park=park, models=models, store=store, park_file=park_file)


@pytest.fixture
def collecting(park_file: Path, tmp_path: Path, mosquitto: StartMosquitto) -> Iterator[tuple[Installation, int]]:
    """A process that collects from Mosquitto, and the broker's port."""
    port = mosquitto("allow_anonymous true")
    with closing(DuckStore(tmp_path / "x.duckdb")) as store:
        park, models = configuration.read(park_file)
        intake = Intake(BrokerAddress.parse(f"mqtt://127.0.0.1:{port}"), tmp_path / "spool", raw=tmp_path / "raw")
        installation = Installation(park=park, models=models, store=store, park_file=park_file, intake=intake)
        installation.pipeline.start()
        until(lambda: installation.pipeline.status().connected)
        yield installation, port
        installation.pipeline.stop()
