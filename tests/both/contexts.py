"""The rooms of a process that shows a store, at a moment of the simulated park."""

from dashboards.live.context import Context
from parkwatt.live import Live
from parkwatt.park import Park
from parkwatt.status import Status
from parkwatt.store import Store
from tests.both.past import NOW


def context_of(store: Store, park: Park) -> Context:
    """As `parkwatt dashboard` wires them, with a clock that stands."""
    live = Live()
    live.refresh(store.latest)
    return Context(park, store, live, lambda: Status(store.totals(), connected=True), lambda: NOW)
