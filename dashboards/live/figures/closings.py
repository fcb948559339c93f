"""Closed periods: who closed them, what would be otherwise by now and is held back, and what was stated again."""

from typing import NamedTuple

from dashboards.live.context import Context
from parkwatt.account_closed import Withheld, withheld
from parkwatt.account_market import market
from parkwatt.accounting.periods import day_of, month_start
from parkwatt.accounting.rules import Rules
from parkwatt.park.closing import Lock
from parkwatt.readings import Millis
from parkwatt.store.derived import Restatement
from parkwatt.store.open_derived import open_derived

AGAIN: Millis = 60_000
"""What is held back is looked up again after this long [ms]."""
LISTED = 200
"""Re-stated figures that are listed, the newest."""


class Closing(NamedTuple):
    """A closed period, and what of it would be otherwise by now."""

    lock: Lock
    held: tuple[Withheld, ...]


class Closings(NamedTuple):
    """Closed periods, the newest first, and figures that were stated again, the newest first."""

    periods: tuple[Closing, ...]
    restated: tuple[Restatement, ...]


class ClosingFigures:
    """Computes `Closings`, and keeps them for a while."""

    def __init__(self, context: Context) -> None:
        """Remember where to look."""
        self._context = context
        self._kept: tuple[Millis, Closings] | None = None

    def of(self, now: Millis) -> Closings:
        """The closed periods of the park."""
        if self._kept is None or now - self._kept[0] >= AGAIN:
            self._kept = now, self._look(now)
        return self._kept[1]

    def _look(self, now: Millis) -> Closings:
        park, home = self._context.park, open_derived(self._context.store)
        locks = [lock for lock in park.locks if not lock.withdrawn]
        if not locks:
            return Closings((), tuple(home.restatements()[:LISTED]))
        month = month_start(day_of(now, park.zone)[0], park.zone)
        contracts = market(park, home, finished=month) if park.green_supply else {}
        held = withheld(Rules(park, market=contracts), home.bases())
        periods = sorted(locks, key=lambda lock: lock.period, reverse=True)
        return Closings(
            tuple(Closing(lock, tuple(one for one in held if one.period == lock.period)) for lock in periods),
            tuple(home.restatements()[:LISTED]),
        )
