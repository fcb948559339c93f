"""Periods of the calendar inside a stretch of time, and the stretch that another one is fairly compared with."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.periods import HOUR, QUARTER, borders, day_start, local_date, month_start
from parkwatt.park.times import Span
from parkwatt.readings import Millis, to_datetime, to_millis

_LONGEST_MONTH = timedelta(days=31)


class Every(StrEnum):
    """Lengths of periods."""

    QUARTER = "15min"
    HOUR = "1h"
    DAY = "1d"
    MONTH = "1mo"
    YEAR = "1y"

    @classmethod
    def _missing_(cls, value: object) -> "Every | None":
        """As other programs write it."""
        return cls.QUARTER if value == "15m" else None


def usual_every(span: Span) -> Every:
    """The length that gives a stretch of time some ten to some sixty periods."""
    days = (span.end - span.start) / (24 * HOUR)
    if days <= 2:
        return Every.HOUR
    return Every.DAY if days <= 93 else Every.MONTH


def periods_of(span: Span, every: Every, zone: ZoneInfo) -> NDArray[np.int64]:
    """Borders of the periods of a stretch [ms], on the wall clock; the first and the last may be cut off."""
    start, end = span
    if every is Every.QUARTER:
        return borders(start, end, every=QUARTER)
    if every is Every.HOUR:
        midnight = day_start(local_date(start, zone), zone)
        return _cut(np.arange(midnight, end + HOUR, HOUR, dtype=np.int64), span)
    day, last = local_date(start, zone), local_date(end, zone)
    found: list[Millis] = []
    if every is Every.DAY:
        while day <= last:
            found.append(day_start(day, zone))
            day += timedelta(days=1)
    else:
        day = day.replace(day=1) if every is Every.MONTH else day.replace(day=1, month=1)
        while day <= last:
            found.append(day_start(day, zone))
            after = (day + _LONGEST_MONTH).replace(day=1)
            day = after if every is Every.MONTH else day.replace(year=day.year + 1)
    return _cut(np.array(found, np.int64), span)


def _cut(found: NDArray[np.int64], span: Span) -> NDArray[np.int64]:
    inside = found[(found > span.start) & (found < span.end)]
    return np.concatenate(([span.start], inside, [span.end])).astype(np.int64)


def before(asked: Span, known: Span, zone: ZoneInfo) -> Span:
    """The period before, as long on the calendar as the one that was asked for, and as far as this one is known.

    Args:
        asked: the period.
        known: the part of it that is over.
        zone: whose calendar.
    """
    months = _whole_months(asked, zone)
    if months:
        return Span(*(_months_earlier(time, months, zone) for time in known))
    days = (local_date(asked.end, zone) - local_date(asked.start, zone)).days
    if days and _wall(asked.start, zone).time() == _wall(asked.end, zone).time():
        return Span(*(_moved(_wall(time, zone) - timedelta(days=days), zone) for time in known))
    length = asked.end - asked.start
    return Span(known.start - length, known.end - length)


def year_before(known: Span, zone: ZoneInfo) -> Span:
    """The same on the calendar of the year before."""
    return Span(*(_months_earlier(time, 12, zone) for time in known))


def _whole_months(span: Span, zone: ZoneInfo) -> int:
    """How many months a stretch has; 0 if it does not begin and end with one."""
    if any(month_start(time, zone) != time for time in span):
        return 0
    first, last = (local_date(time, zone) for time in span)
    return 12 * (last.year - first.year) + last.month - first.month


def _months_earlier(time: Millis, months: int, zone: ZoneInfo) -> Millis:
    """The same day and clock some months before; the end of that month where it has no such day."""
    local = _wall(time, zone)
    number = 12 * local.year + local.month - 1 - months
    first = local.replace(year=number // 12, month=number % 12 + 1, day=1)
    after = (first + _LONGEST_MONTH).replace(day=1, hour=0, minute=0)
    return _moved(min(first + timedelta(days=local.day - 1), after), zone)


def _wall(time: Millis, zone: ZoneInfo) -> datetime:
    return to_datetime(time).astimezone(zone).replace(tzinfo=None)


def _moved(wall: datetime, zone: ZoneInfo) -> Millis:
    return to_millis(wall.replace(tzinfo=zone))
