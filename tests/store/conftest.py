"""The store that a test is about: every test of this folder that asks for `store` runs on each kind."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from parkwatt.park import Enterprise, Meter, Name, Park
from parkwatt.store import Store
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open import open_store
from tests.influx_server import Influx

KINDS = ("duckdb", "influxdb", "influxdb3")
OpenStore = Callable[[], Store]


def park(park_id: str = "park") -> Park:
    """A park that knows one of the meters that tests write."""
    name = Name(en="Test")
    return Park(
        id=park_id,
        name=name,
        time_zone="Asia/Shanghai",
        enterprises=(Enterprise(id="acme", name=name),),
        meters=(Meter(id="m1", enterprise="acme", carrier="electricity"),),
    )


@pytest.fixture(params=KINDS)
def homes(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], OpenStore]:
    """Gives homes for stores, each empty; each opens its store as a process does that starts anew."""
    numbers = count()
    if request.param == "duckdb":
        return lambda: partial(open_store, f"duckdb://{tmp_path / f'park-{next(numbers)}.duckdb'}")
    influx: Influx = request.getfixturevalue("influx" if request.param == "influxdb" else "influx_three")
    monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
    skip_unless_it_removes(request, influx)
    return lambda: partial(open_store, influx.url, park=park(f"{influx.park}-{next(numbers)}"), writer="test")


def skip_unless_it_removes(request: pytest.FixtureRequest, influx: Influx) -> None:
    """Leave a test out that removes readings, where the server is InfluxDB 3."""
    if request.node.get_closest_marker("removes") is None:
        return
    with closing(open_store(influx.url, park=park(influx.park))) as store:
        if isinstance(store, InfluxStore) and not store.connection.deletes:
            pytest.skip("InfluxDB 3 does not delete")


@pytest.fixture
def open_again(homes: Callable[[], OpenStore]) -> OpenStore:
    """Opens the test's store, as a process does that starts anew."""
    return homes()


@pytest.fixture
def store(open_again: OpenStore) -> Iterator[Store]:
    """An empty store."""
    with closing(open_again()) as opened:
        yield opened
