"""The bill of a month as a value: what a customer pays for electricity, line by line, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from parkwatt.accounting.basic_charge import Month
from parkwatt.accounting.bill_energy import Day
from parkwatt.accounting.bill_lines import ENERGY, Ground, Item, Line
from parkwatt.accounting.bill_notes import Note
from parkwatt.accounting.demand import Maximum
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.periods import day_start
from parkwatt.accounting.power_factor import power_factor
from parkwatt.accounting.totals import uses
from parkwatt.park import Meter, Park
from parkwatt.readings import Millis

ELECTRICITY = "electricity"


@dataclass(frozen=True, slots=True)
class Metered:
    """What was metered in a month.

    Attributes:
        energy: what each entry meter took in per 15 minutes [kWh]; one that nothing is known of may be left out.
        reactive: reactive energy of those that count it, in both directions added up [kvarh]; of the same intervals.
        imported: what the import registers counted of those that count what goes out too [kWh]; of the same intervals.
        netted: virtual meters that are charged for a balance although something went out behind them.
    """

    energy: Mapping[str, Intervals]
    reactive: Mapping[str, Intervals]
    imported: Mapping[str, Floats] = field(default_factory=dict)
    netted: tuple[str, ...] = ()


class Shares(NamedTuple):
    """How the energy of a month is known, as shares of the time of all entry meters (0 to 1)."""

    measured: float
    estimated: float
    missing: float


class Reactive(NamedTuple):
    """What the power factor rests on.

    Attributes:
        kwh: energy in the 15 minutes in which reactive energy is known too.
        kvarh: reactive energy in them.
        share: share of the month's known energy that lies in them (0 to 1).
    """

    kwh: Decimal
    kvarh: Decimal
    share: float


class Otherwise(NamedTuple):
    """An amount on a bill that stands, and what it would be by the readings, prices and contracts of now.

    Attributes:
        item: what is charged; None for the total.
        tariff: id of the tariff; empty for the total.
        before: as it stands [yuan]; None where it is not known, or there is no such line.
        now: [yuan]; None likewise.
    """

    item: Item | None
    tariff: str
    before: Decimal | None
    now: Decimal | None


class Closing(NamedTuple):
    """How the bill of a closed month stands.

    Attributes:
        period: as it is named where it was closed.
        on: the day on which it was closed.
        by: who closed it.
        reason: why.
        grounds: what its lines rest on.
        otherwise: what would be otherwise by now.
        restated: when it was stated again [ms]; None if it never was.
        restated_by: who did that.
        restated_for: why.
    """

    period: str
    on: date
    by: str
    reason: str
    grounds: tuple[Ground, ...]
    otherwise: tuple[Otherwise, ...] = ()
    restated: Millis | None = None
    restated_by: str = ""
    restated_for: str = ""


@dataclass(frozen=True)
class Bill:
    """A customer's electricity of a month.

    Attributes:
        owner: id of the enterprise; None for the park.
        month: its first day.
        meters: ids of the meters through which the energy came in.
        lines: what is charged, in the order of a bill.
        days: energy per day and period, by the id of the tariff.
        demand: highest mean of 15 minutes of all meters together; None where none is known.
        reactive: what the power factor rests on; None where nothing is known, or nobody asks for it.
        shares: how the energy is known.
        lacks: why it is not complete; empty where it is.
        remarks: what else to know.
        basic: what the basic charge rests on, for other ways to be charged.
        given_back: energy that went out to the grid, which is not settled here [kWh]; None where nobody counts it.
        closing: how it stands, if the month is closed; None where it is made of what is known now.
    """

    owner: str | None
    month: date
    meters: tuple[str, ...]
    lines: tuple[Line, ...]
    days: Mapping[str, tuple[Day, ...]]
    demand: Maximum | None
    reactive: Reactive | None
    shares: Shares
    lacks: tuple[Note, ...]
    remarks: tuple[Note, ...]
    basic: Month
    given_back: Decimal | None = None
    closing: Closing | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything that belongs to it is known."""
        return not self.lacks

    @cached_property
    def total(self) -> Decimal:
        """The amounts that are known, added up [yuan]; what is to be paid if the bill is complete."""
        return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @cached_property
    def kwh(self) -> Decimal | None:
        """Energy that is charged [kWh]; None where nothing is known of it."""
        known = [line.quantity for line in self.lines if line.item in ENERGY and line.quantity is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def power_factor(self) -> Decimal | None:
        """Of the month, to two decimals; None where it is not known."""
        return None if self.reactive is None else power_factor(self.reactive.kwh, self.reactive.kvarh)

    @property
    def sharp_days(self) -> tuple[date, ...]:
        """Days with sharp hours."""
        return tuple(sorted({day.date for each in self.days.values() for day in each if day.is_sharp}))


class NoMetersError(ValueError):
    """Nobody metered what the customer takes in: there is no electricity meter at its entry."""


def entries(park: Park, owner: str | None) -> tuple[Meter, ...]:
    """The meters through which electricity comes in to an enterprise; of None: to the park.

    Raises:
        NoMetersError: if there is none.
    """
    found = _entries(park, owner, uses(park, ELECTRICITY))
    if not found:
        message = f"{'the park' if owner is None else repr(owner)} has no electricity meter at its entry"
        raise NoMetersError(message)
    return found


def payers(park: Park) -> dict[str | None, tuple[Meter, ...]]:
    """The entry meters of everybody who has any: of the park (None), and of its enterprises."""
    terms = uses(park, ELECTRICITY)
    owners = (None, *(enterprise.id for enterprise in park.enterprises))
    return {owner: found for owner in owners if (found := _entries(park, owner, terms))}


def _entries(park: Park, owner: str | None, terms: Mapping[str | None, Mapping[str, float]]) -> tuple[Meter, ...]:
    own = terms.get(owner, {})
    return tuple(meter for meter in park.entry_meters(owner, ELECTRICITY) if own.get(meter.id, 0.0) > 0)


def span(park: Park, month: date) -> tuple[Millis, Millis]:
    """Start and end of a month in a park [ms]."""
    return day_start(month.replace(day=1), park.zone), day_start(month_after(month), park.zone)


def month_after(month: date) -> date:
    """The first day of the month after the one that a day lies in."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)
