"""Reads the rows of a period, and makes the carbon inventory of them."""

from parkwatt.account_market import claims
from parkwatt.accounting.inventory import Inventory, inventory
from parkwatt.accounting.ledger import Ledger
from parkwatt.accounting.periods import QUARTER, month_start
from parkwatt.accounting.row_sums import RowSums
from parkwatt.accounting.rules import Rules
from parkwatt.park import Park
from parkwatt.park.times import Span, span_of
from parkwatt.readings import Millis
from parkwatt.store.derived import DerivedStore

_AT_ONCE: Millis = 31 * 86_400_000
"""Rows are read in pieces of this length [ms]."""


class PeriodError(ValueError):
    """The text is no year, month or day. Trying again helps once it is corrected."""


class NothingOverError(ValueError):
    """Nothing of the period is over yet. Trying again helps later."""


def read_inventory(
    home: DerivedStore, park: Park, owner: str | None, period: str, *, now: Millis
) -> tuple[Inventory, Ledger]:
    """The emissions of an enterprise or of the park in a period, as far as it is over, and what became of green claims.

    Raises:
        PeriodError: if the period is none.
        NothingOverError: if it has not begun.
    """
    span = _span(period, park)
    end = min(span.end, now // QUARTER * QUARTER)
    if end <= span.start:
        message = f"{period} has not begun: there is nothing to count"
        raise NothingOverError(message)
    found = claims(park, home, finished=month_start(now, park.zone))
    sums = RowSums(Span(span.start, end))
    for start in range(span.start, end, _AT_ONCE):
        sums.add(home.consumption(start=start, end=min(start + _AT_ONCE, end)))
    return inventory(Rules(park, market=found.market), owner, period, sums), found.ledger


def _span(period: str, park: Park) -> Span:
    try:
        return span_of(period, park.zone)
    except ValueError:
        message = f"{period!r} is no year, month or day; write 2026, 2026-03 or 2026-03-01"
        raise PeriodError(message) from None
