"""What stands in a cell as a moment: an instant, or what a clock on the wall showed."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from ingest.tables.sheet import Cell
from parkwatt.readings import Millis, to_millis

Order: TypeAlias = Literal["year", "day", "month"]
"""What stands first in a date whose year has two digits or stands last."""

DATED: Final = re.compile(
    r"\s*(?P<first>\d{1,4})\s*[-/.年]\s*(?P<second>\d{1,2})\s*[-/.月]\s*(?P<third>\d{1,4})\s*日?"
    r"(?:[T\s,]*(?P<before>上午|下午|AM|PM|am|pm)?\s*(?P<hour>\d{1,2})\s*"
    r"(?:[:\uff1a时点h]\s*(?P<minute>\d{2})(?:\s*[:\uff1a分]\s*(?P<second_>\d{2})(?:[.,](?P<fraction>\d{1,9}))?\s*秒?|分)?|[时点])"
    r"(?:\s*(?P<after>AM|PM|am|pm))?)?\s*"
)
ZONED: Final = re.compile(
    r"(?P<wall>.*\d[:\uff1a]\d{2}(?:[.,]\d+)?)\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)\s*", re.DOTALL
)
DAY: Final = timedelta(days=1)
_COMPACT: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_COMPACT_YEARS: Final = range(1990, 2101)
_EXCEL_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock's date, its zone is another matter
_EXCEL_DAYS: Final = (20_000, 80_000)
_SECONDS: Final = (500_000_000, 100_000_000_000)
_LONGEST: Final = 64


class ClockError(ValueError):
    """A time, or a column of times, cannot be read; the text says why and what to do."""


@lru_cache(maxsize=200_000)
def moment(cell: Cell, layout: str | None, order: Order | None) -> Millis | datetime:
    """An instant, or what a clock on the wall showed.

    Raises:
        ClockError: if it is no time.
    """
    match cell:
        case datetime():
            return to_millis(cell) if cell.tzinfo else cell
        case date():
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a wall clock's
        case bool() | time() | timedelta():
            message = f"{cell} is no time with its date"
            raise ClockError(message)
        case int() | float():
            return _of_number(cell)
    return _of_text((cell or "").strip(), layout, order)


def joined(day: Cell, clock: Cell) -> Cell:
    """A date and the time beside it, in columns of their own; nothing where one is missing."""
    if isinstance(clock, datetime):
        clock = clock.time() if clock.year < 1901 else clock
    if day in {None, ""} or clock in {None, ""} or isinstance(clock, datetime):
        return clock if isinstance(clock, datetime) else None
    if isinstance(clock, str) and (found := DATED.fullmatch(clock)) is not None and found["hour"]:
        return clock
    if isinstance(clock, float | int) and 0 <= clock <= 1:
        clock = timedelta(milliseconds=round(clock * 86_400_000))
    if isinstance(day, float | int) and _EXCEL_DAYS[0] <= day < _EXCEL_DAYS[1]:
        day = _EXCEL_DAY_0 + timedelta(days=int(day))
    if isinstance(clock, timedelta) and isinstance(day, date):
        return datetime(day.year, day.month, day.day) + clock  # noqa: DTZ001 - a wall clock's
    if isinstance(clock, timedelta):
        seconds = round(clock.total_seconds())
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    text = f"{day:%Y-%m-%d}" if isinstance(day, date) else re.split(r"[T\s]", str(day).strip(), maxsplit=1)[0]
    return f"{text} {clock.isoformat() if isinstance(clock, time) else str(clock).strip()}"


def _of_number(value: float) -> Millis | datetime:
    if _EXCEL_DAYS[0] <= value < _EXCEL_DAYS[1]:
        # A serial number of Excel has about a tenth of a millisecond.
        return _EXCEL_DAY_0 + timedelta(milliseconds=round(value * 86_400_000))
    digits = f"{value:.0f}"
    if int(digits) == value and (compact := _compact(digits)) is not None:
        return compact
    if _SECONDS[0] <= value < _SECONDS[1]:
        return round(value * 1000)
    for per_millisecond in (1, 1_000, 1_000_000):
        if _SECONDS[0] * 1000 * per_millisecond <= value < _SECONDS[1] * 1000 * per_millisecond:
            return round(value / per_millisecond)
    message = f"{value:g} is no time: not seconds or milliseconds since 1970, no date of Excel, not 20260115"
    raise ClockError(message)


def _compact(digits: str) -> datetime | None:
    """A date of digits alone, 202601150830."""
    layout = _COMPACT.get(len(digits))
    if layout is None or int(digits[:4]) not in _COMPACT_YEARS:
        return None
    try:
        return datetime.strptime(digits, layout)  # noqa: DTZ007 - a wall clock's
    except ValueError:
        return None


def _of_text(text: str, layout: str | None, order: Order | None) -> Millis | datetime:
    if not text:
        message = "the time is missing"
        raise ClockError(message)
    try:
        if len(text) > _LONGEST:
            return _not(text[:_LONGEST])
        if layout is not None:
            found = datetime.strptime(text, layout)  # noqa: DTZ007 - the zone follows
            return to_millis(found) if found.tzinfo else found
        if text.isascii() and text.replace(".", "", 1).isdigit() and len(text) >= 8:
            return _of_number(float(text) if "." in text else int(text))
        zoned = ZONED.fullmatch(text)
        if zoned is None:
            return _wall(text, order)
        return to_millis(_wall(zoned["wall"], order).replace(tzinfo=_offset(zoned["zone"])))
    except ClockError:
        raise
    except ValueError as error:
        message = f"{text!r} is no time" + (f" like {layout}" if layout else f": {error}")
        raise ClockError(message) from error


def _not(text: str) -> Millis:
    message = f"{text!r} is no time"
    raise ClockError(message)


def _offset(zone: str) -> timezone:
    if zone[0] not in "+-":
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if zone[0] == "-" else offset)


def _wall(text: str, order: Order | None) -> datetime:
    found = DATED.fullmatch(text)
    if found is None:
        read = datetime.fromisoformat(text)
        if read.tzinfo is not None:
            _not(text)
        return read
    first, second, third = (int(found[name]) for name in ("first", "second", "third"))
    if len(found["first"]) > 2 or order == "year":
        year, month, day = first, second, third
    else:
        year, (day, month) = third, (first, second) if order == "day" else (second, first)
    half = (found["before"] or found["after"] or "").upper()
    hour, minute, seconds = (int(found[name] or 0) for name in ("hour", "minute", "second_"))
    if half:
        hour = hour % 12 + (12 if half in {"PM", "下午"} else 0)
    fraction = int((found["fraction"] or "0").ljust(6, "0")[:6])
    next_day = hour == 24 and not minute and not seconds
    year += 0 if year > 99 else 1900 if year >= 70 else 2000
    moment_ = datetime(year, month, day, 0 if next_day else hour, minute, seconds, fraction)  # noqa: DTZ001 - a wall clock's
    return moment_ + DAY if next_day else moment_
