"""Stores with a home for derived data, each of them real."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from parkwatt.store import Store
from parkwatt.store.derived import DerivedStore
from parkwatt.store.duck import DuckStore
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.derived import InfluxDerived
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open_derived import open_derived
from tests.account.scene import park_with
from tests.influx_server import Influx


@pytest.fixture
def influx_store(request: pytest.FixtureRequest, influx: Influx) -> Iterator[InfluxStore]:
    """A store in InfluxDB, empty."""
    address = InfluxAddress.parse(influx.url, token=influx.token)
    with closing(InfluxStore(address, park=park_with(id=influx.park), writer="test")) as store:
        store.open()
        if request.node.get_closest_marker("removes") is not None and not store.connection.deletes:
            pytest.skip("InfluxDB 3 does not delete")
        yield store


@pytest.fixture
def influx_home(influx_store: InfluxStore) -> InfluxDerived:
    """Derived data in InfluxDB, empty."""
    return InfluxDerived(influx_store.connection, influx_store.park)


@pytest.fixture(params=["duckdb", "influxdb"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each of the stores, empty."""
    return request.getfixturevalue("duck_store" if request.param == "duckdb" else "influx_store")


@pytest.fixture
def duck_store(tmp_path) -> Iterator[DuckStore]:
    """An embedded store, empty."""
    with closing(DuckStore(tmp_path / "park.duckdb")) as made:
        yield made


@pytest.fixture
def home(store: Store) -> DerivedStore:
    """The derived data beside the readings of the store."""
    return open_derived(store)
