"""Stores with a home for derived data, each of them real."""

from tests.account.conftest import duck_store, home, influx_home, influx_store, store

__all__ = ["duck_store", "home", "influx_home", "influx_store", "store"]
