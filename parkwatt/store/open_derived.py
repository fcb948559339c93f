"""From an open store to the home of its derived data."""

from typing import Protocol, runtime_checkable

from parkwatt.park import Park
from parkwatt.store.base import Store
from parkwatt.store.derived import DerivedStore
from parkwatt.store.duck import DuckStore
from parkwatt.store.duck_derived import DuckDerived
from parkwatt.store.influx.connection import Connection
from parkwatt.store.influx.derived import InfluxDerived


@runtime_checkable
class OverInflux(Protocol):
    """A store whose data are in an InfluxDB."""

    @property
    def connection(self) -> Connection:
        """The wire to it."""
        ...


def open_derived(store: Store, park: Park) -> DerivedStore:
    """Where derived data of a park are, beside the readings of an open store. It is closed with the store.

    Raises:
        TypeError: if the store has no place for derived data.
    """
    if isinstance(store, DuckStore):
        return DuckDerived(store)
    if isinstance(store, OverInflux):
        return InfluxDerived(store.connection, park.id)
    message = f"{type(store).__name__} has no place for derived data"
    raise TypeError(message)
