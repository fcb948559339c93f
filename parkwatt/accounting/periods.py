"""Days, months and quarter-hours of a place, as milliseconds UTC; days of 23 and 25 hours come out right.

A border is found on the wall clock and then turned into UTC, never by adding 24 hours.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parkwatt.readings import Millis, to_datetime, to_millis

QUARTER: Millis = 900_000
"""Length of an accounting interval [ms]."""
HOUR: Millis = 3_600_000
"""[ms]"""


def local_date(time: Millis, zone: ZoneInfo) -> date:
    """The date on the wall calendar of a zone."""
    return to_datetime(time).astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo) -> Millis:
    """When a day begins."""
    return to_millis(datetime(day.year, day.month, day.day, tzinfo=zone))


def day_of(time: Millis, zone: ZoneInfo) -> tuple[Millis, Millis]:
    """The day that a time lies in: its start and its end (excluded)."""
    day = local_date(time, zone)
    return day_start(day, zone), day_start(day + timedelta(days=1), zone)


def month_start(time: Millis, zone: ZoneInfo) -> Millis:
    """When the month that a time lies in began."""
    return day_start(local_date(time, zone).replace(day=1), zone)


def days_earlier(time: Millis, days: int, zone: ZoneInfo) -> Millis:
    """The same time on the wall clock some days before; "yesterday at this time" for one day.

    A time that the clocks skipped on that day is moved by what they skipped.
    """
    local = to_datetime(time).astimezone(zone)
    earlier = local.replace(tzinfo=None) - timedelta(days=days)
    return to_millis(earlier.replace(tzinfo=zone, fold=local.fold))


def quarter_of(time: Millis, zone: ZoneInfo) -> Millis:
    """Start of the 15 minutes that a time lies in, counted from the start of its day."""
    start, _ = day_of(time, zone)
    return start + (time - start) // QUARTER * QUARTER


def borders(start: Millis, end: Millis, *, every: Millis = QUARTER) -> NDArray[np.int64]:
    """Borders from `start` in steps of `every` up to `end`; a rest makes a shorter last step."""
    steps = np.arange(start, end, every, dtype=np.int64)
    return np.append(steps, np.int64(end))
