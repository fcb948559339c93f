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
_DAY: Millis = 24 * HOUR


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


def slots_of_the_week(quarters: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """The place of quarter-hours in the week of a place: 0 for Monday 00:00 to 671 for Sunday 23:45.

    Args:
        quarters: their starts [ms].
        zone: whose wall clock counts; all of them are whole quarter-hours from UTC.
    """
    hours, where = np.unique(quarters // HOUR, return_inverse=True)
    # Clocks change on the hour, so that an hour has one offset; most days have one.
    ends = {day: (_offset(day * _DAY, zone), _offset(day * _DAY + _DAY, zone)) for day in set((hours // 24).tolist())}
    offsets = np.array(
        [
            ends[hour // 24][0] if ends[hour // 24][0] == ends[hour // 24][1] else _offset(hour * HOUR, zone)
            for hour in hours.tolist()
        ],
        np.int64,
    )
    local = quarters + offsets[where] + 3 * _DAY  # 1970-01-01 was a Thursday
    found: NDArray[np.int64] = local // QUARTER % (7 * 96)
    return found


def _offset(time: Millis, zone: ZoneInfo) -> Millis:
    """How far the wall clock is ahead of UTC [ms]."""
    ahead = to_datetime(time).astimezone(zone).utcoffset()
    return 0 if ahead is None else round(ahead.total_seconds() * 1000)
