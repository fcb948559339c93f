"""Homes of derived data, each of them real."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from parkwatt.store.derived import DerivedStore
from parkwatt.store.duck import DuckStore
from parkwatt.store.duck_derived import DuckDerived
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.connection import Connection
from parkwatt.store.influx.derived import InfluxDerived
from tests.influx_server import Influx


@pytest.fixture
def influx_home(influx: Influx) -> Iterator[InfluxDerived]:
    """Derived data in InfluxDB, empty."""
    address = InfluxAddress.parse(influx.url, token=influx.token)
    with closing(Connection(address)) as connection:
        if influx.pid is not None:
            influx.query(f'CREATE DATABASE "{address.derived_bucket}"')
        yield InfluxDerived(connection, influx.park)


@pytest.fixture(params=["duckdb", "influxdb"])
def home(request: pytest.FixtureRequest, store: DuckStore) -> DerivedStore:
    """Derived data in each of the stores, empty."""
    return DuckDerived(store) if request.param == "duckdb" else request.getfixturevalue("influx_home")
