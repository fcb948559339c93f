"""Energy as a bill counts it: per day and period, in hundredths of a kWh that add up to the month."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import fsum
from typing import NamedTuple

import numpy as np

from parkwatt.accounting.bill_lines import hundredths
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.prices import Pricing
from parkwatt.accounting.tariff import Period
from parkwatt.park.tariffs import Tariff
from parkwatt.readings import Millis


class Day(NamedTuple):
    """A day's energy.

    Attributes:
        date: which day.
        kwh: energy per period [kWh]; None where nothing is known; periods that the day does not have are left out.
    """

    date: date
    kwh: Mapping[Period, Decimal | None]

    @property
    def is_sharp(self) -> bool:
        """Whether the day has sharp hours."""
        return Period.SHARP in self.kwh


def days(pricing: Pricing, tariff: Tariff, meters: Sequence[Intervals], dates: Sequence[date]) -> tuple[Day, ...]:
    """What meters took in on some days, per period of a tariff.

    What is rounded is the energy since the beginning, so that the parts add up to the month whatever the periods are,
    and hours that turn sharp take from their peak hours alone.

    Args:
        pricing: knows the periods, and which days were hot.
        tariff: whose periods.
        meters: their 15 minutes [kWh], of the same intervals; what is missing adds nothing.
        dates: the days, one after the other.
    """
    found: list[Day] = []
    so_far: list[float] = []
    counted = Decimal(0)
    for day in dates:
        kwh: dict[Period, Decimal | None] = {}
        spans = pricing.periods(tariff, day)
        for period in Period:
            times = [(start, end) for start, end, kind in spans if kind is period]
            if not times:
                continue
            known = [amount for meter in meters for start, end in times for amount in _amounts(meter, start, end)]
            so_far += known
            until = hundredths(Decimal(fsum(so_far)))
            kwh[period], counted = until - counted if known else None, until
        found.append(Day(day, kwh))
    return tuple(found)


def together(days: Iterable[Day], periods: Iterable[Period] = Period) -> Decimal | None:
    """What is known of some days' energy in some periods, added up [kWh]; None where nothing is."""
    wanted = frozenset(periods)
    known = [kwh for day in days for period, kwh in day.kwh.items() if period in wanted and kwh is not None]
    return sum(known, Decimal(0)) if known else None


def _amounts(meter: Intervals, start: Millis, end: Millis) -> list[float]:
    """What is known of a meter from a time until another."""
    first, last = np.searchsorted(meter.start, (start, end))
    amounts = meter.amount[first:last]
    known: list[float] = amounts[~np.isnan(amounts)].tolist()
    return known
