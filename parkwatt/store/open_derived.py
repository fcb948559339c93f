"""From an open store to the home of its derived data."""

from parkwatt.store.base import Store
from parkwatt.store.derived import DerivedStore
from parkwatt.store.duck import DuckStore
from parkwatt.store.duck_derived import DuckDerived


def open_derived(store: Store) -> DerivedStore:
    """Where derived data are, beside the readings of an open store. It is closed with the store.

    Raises:
        TypeError: if the store has no place for derived data.
    """
    if isinstance(store, DuckStore):
        return DuckDerived(store)
    # A process with an embedded store need not wait for what talks to InfluxDB.
    from parkwatt.store.influx.derived import InfluxDerived
    from parkwatt.store.influx.store import InfluxStore

    if isinstance(store, InfluxStore):
        return InfluxDerived(store.connection, store.park, givers=lambda: store.givers)
    message = f"{type(store).__name__} has no place for derived data"
    raise TypeError(message)
