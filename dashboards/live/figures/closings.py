"""Closed periods: who closed them, what would be otherwise by now and is held back, and what was stated again."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dashboards.live.context import Context
from parkwatt.account_closed import Withheld, withheld
from parkwatt.account_market import market
from parkwatt.accounting.bill import Otherwise
from parkwatt.accounting.periods import day_of, local_date, month_start
from parkwatt.accounting.rules import Rules
from parkwatt.bill_document import changes_read
from parkwatt.bill_standing import standings
from parkwatt.park import Park
from parkwatt.park.closing import Lock
from parkwatt.readings import Millis
from parkwatt.store.derived import KeptBill, Restatement
from parkwatt.store.open_derived import open_derived

AGAIN: Millis = 60_000
"""What is held back is looked up again after this long [ms]."""
LISTED = 200
"""Re-stated figures that are listed, the newest."""


class HeldBill(NamedTuple):
    """A bill of a closed month that would be otherwise by now.

    Attributes:
        owner: whose; None for the park.
        month: as `2026-03`.
        lines: what differs.
    """

    owner: str | None
    month: str
    lines: tuple[Otherwise, ...]


class Closing(NamedTuple):
    """A closed period, and what of it would be otherwise by now: rows of meters, and bills as accounting found them."""

    lock: Lock
    held: tuple[Withheld, ...]
    bills: tuple[HeldBill, ...] = ()


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
        bills = list(_held_bills(park, home.bills()))
        closings = (
            Closing(
                lock,
                tuple(one for one in held if one.period == lock.period),
                tuple(one for one in bills if one.month.startswith(lock.period)),
            )
            for lock in sorted(locks, key=lambda lock: lock.period, reverse=True)
        )
        return Closings(tuple(closings), tuple(home.restatements()[:LISTED]))


def _held_bills(park: Park, kept: Iterable[KeptBill]) -> Iterator[HeldBill]:
    """Bills that stand, and would be otherwise."""
    stands = [newest for newest, *_ in standings(kept).values()]
    for bill in sorted(stands, key=lambda each: (each.month, each.enterprise or "")):
        lines = changes_read(bill.otherwise)
        if lines:
            yield HeldBill(bill.enterprise, f"{local_date(bill.month, park.zone):%Y-%m}", lines)
