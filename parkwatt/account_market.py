"""What contracts and certificates make of the electricity of finished months, from the rows that are there."""

from datetime import date
from typing import NamedTuple

from parkwatt.accounting.factors import FactorBook
from parkwatt.accounting.handed_on import market_of
from parkwatt.accounting.ledger import Ledger, months_of
from parkwatt.accounting.row_sums import RowSums
from parkwatt.accounting.rules import Market
from parkwatt.accounting.site import brought_in
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.park import Park
from parkwatt.park.ledger_check import claims_of
from parkwatt.park.times import Span, span_of
from parkwatt.readings import Millis
from parkwatt.store.derived import DerivedStore


class Claims(NamedTuple):
    """Claims against consumption.

    Attributes:
        ledger: what they cover.
        market: what a kWh is by them.
    """

    ledger: Ledger
    market: Market


def claims(park: Park, home: DerivedStore, *, finished: Millis) -> Claims:
    """The park's claims against what came in, of the months that they are for and that are over."""
    owners = [enterprise.id for enterprise in park.enterprises]
    periods = {claim.claimed_for or claim.vintage for claim in claims_of(park.green_supply)}
    months = sorted({month for period in periods for month in months_of(period)})
    consumed: dict[tuple[str | None, date], float] = {}
    through: dict[tuple[str, date], float] = {}
    borders = {owner: brought_in(park, owner, ELECTRICITY) for owner in (None, *owners)}
    meters = sorted({meter for terms in borders.values() for meter in terms})
    for month in months:
        span = span_of(f"{month:%Y-%m}", park.zone)
        if span.end > finished or not meters:
            continue
        sums = RowSums(Span(*span))
        sums.add(home.consumption(meters, start=span.start, end=span.end))
        for owner, terms in borders.items():
            kwh = sums.total("kwh", terms)
            if kwh is not None:
                consumed[owner, month] = kwh
        for meter in meters:
            kwh = sums.total("kwh", {meter: 1.0})
            if kwh is not None:
                through[meter, month] = kwh
    found, book = Ledger(park, consumed), FactorBook.of(park)
    return Claims(found, market_of(park, found.market(book), through, book))


def ledger(park: Park, home: DerivedStore, *, finished: Millis) -> Ledger:
    """What the park's claims cover of what came in."""
    return claims(park, home, finished=finished).ledger


def market(park: Park, home: DerivedStore, *, finished: Millis) -> Market:
    """What a kWh is by them, of months of which something is covered."""
    return claims(park, home, finished=finished).market
