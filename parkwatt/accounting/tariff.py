"""Time-of-use periods of a day by the local clock, and what they cost in proportion; no prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from parkwatt.readings import Millis, to_millis

Minutes = tuple[int, int]
"""From and until [minutes of the day]."""


class Period(StrEnum):
    """Time-of-use period."""

    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"


@dataclass(frozen=True, slots=True)
class TimeOfUse:
    """When which period holds.

    Attributes:
        hours: stretches of the day per period; together they fill it.
        sharp_hours: stretches that turn sharp on sharp days.
        sharp_months: months whose every day is sharp.
        ratio: price of each period per price of flat hours.
        source: who says so.
    """

    hours: Mapping[Period, tuple[Minutes, ...]]
    sharp_hours: tuple[Minutes, ...]
    sharp_months: frozenset[int]
    ratio: Mapping[Period, float]
    source: str

    def period_at(self, minute: int, *, sharp_day: bool) -> Period:
        """The period at a minute of the day (0 to 1439)."""
        if sharp_day and any(start <= minute < end for start, end in self.sharp_hours):
            return Period.SHARP
        return next(
            period for period, stretches in self.hours.items() if any(start <= minute < end for start, end in stretches)
        )

    def is_sharp_day(self, day: date, hot_days: frozenset[date] = frozenset()) -> bool:
        """Whether a day has sharp hours: by its month, or because it was hot, which is known only afterwards."""
        return day.month in self.sharp_months or day in hot_days


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time [ms] with one period."""

    start: Millis
    end: Millis
    period: Period


def stretches(
    tariff: TimeOfUse, day: date, zone: ZoneInfo, hot_days: frozenset[date] = frozenset()
) -> tuple[Stretch, ...]:
    """A day's periods in order, without gaps, neighbours of one kind joined."""
    sharp = tariff.is_sharp_day(day, hot_days)
    edges = {edge for hours in tariff.hours.values() for pair in hours for edge in pair}
    edges |= {edge for pair in tariff.sharp_hours for edge in pair if sharp}
    found: list[Stretch] = []
    minutes = sorted(edges)
    for start, end in pairwise(minutes):
        period = tariff.period_at(start, sharp_day=sharp)
        begins, ends = _wall_clock(day, start, zone), _wall_clock(day, end, zone)
        if found and found[-1].period is period:
            begins = found.pop().start
        found.append(Stretch(begins, ends, period))
    return tuple(found)


def _wall_clock(day: date, minute: int, zone: ZoneInfo) -> Millis:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 -- the wall clock first, then its zone
    return to_millis((midnight + timedelta(minutes=minute)).replace(tzinfo=zone))
