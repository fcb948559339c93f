"""Times and periods as people write them into a park file: on the park's wall clock unless they say another zone."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from parkwatt.park.fields import refuse
from parkwatt.readings import Millis, to_millis

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Span(NamedTuple):
    """A stretch of time: from `start` until `end` (excluded) [ms]."""

    start: Millis
    end: Millis


def wall_clock(when: datetime | date, zone: ZoneInfo) -> Millis:
    """The moment that a date or a time means in a park; a time that says its own zone keeps it."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)  # noqa: DTZ001 -- the wall clock first, then its zone
    return to_millis(when.replace(tzinfo=zone) if when.tzinfo is None else when)


def days_of(period: str) -> tuple[date, date]:
    """The first day of a year, a month or a day, and the first day after it.

    Raises:
        ValueError: if the text is none, or not on the calendar.
    """
    year, month, day = (int(part) if part else None for part in _parts(period))
    first = date(year or 0, 1 if month is None else month, 1 if day is None else day)
    if not _FIRST_YEAR <= first.year <= _LAST_YEAR:
        message = f"{period!r} is before {_FIRST_YEAR} or after {_LAST_YEAR}"
        raise ValueError(message)
    if day is not None:
        return first, first + timedelta(days=1)
    if month is not None:
        return first, (first + timedelta(days=31)).replace(day=1)
    return first, date(first.year + 1, 1, 1)


def span_of(period: str, zone: ZoneInfo) -> Span:
    """The time of a year (`2026`), a month (`2026-03`) or a day (`2026-03-01`) in a park's zone."""
    first, after = days_of(period)
    return Span(wall_clock(first, zone), wall_clock(after, zone))


def _parts(period: str) -> tuple[str | None, ...]:
    found = _PERIOD.fullmatch(period)
    if found is None:
        message = f"{period!r} is no year, month or day"
        raise ValueError(message)
    return found.groups()


def _a_period(text: str) -> str:
    if not _PERIOD.fullmatch(text):
        refuse(f"{text!r} is no year, month or day", "write 2026, 2026-03 or 2026-03-01")
    try:
        days_of(text)
    except ValueError:
        refuse(f"{text!r} is not on the calendar", "write 2026, 2026-03 or 2026-03-01")
    return text


def _a_month(text: str) -> str:
    if len(_a_period(text)) != len("2026-03"):
        refuse(f"{text!r} is not a month", "write it as 2026-03")
    return text


When = datetime
"""A time on the park's wall clock, `2026-03-01T10:00`, or with a zone of its own, `2026-03-01T10:00:00+08:00`."""

Period = Annotated[str, AfterValidator(_a_period), Field(examples=["2026", "2026-03", "2026-03-01"])]
"""A year, a month or a day of the park's calendar."""

Month = Annotated[str, AfterValidator(_a_month), Field(examples=["2026-03"])]
"""A month of the park's calendar."""
