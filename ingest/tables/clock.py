"""Times in tables: many ways to write them, one way to mean them.

A column is looked through as a whole before anything is read: whether 03/04/2026 is in March or in April shows in the
rows where a number above 12 stands in one of the places; whether 00:00 ends the day it names shows where time would
step back.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from ingest.tables.sheets import Cell
from parkwatt.readings import Millis, to_millis

Order: TypeAlias = Literal["year", "day", "month"]
"""What stands first in a date."""

_DATED: Final = re.compile(
    r"\s*(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?"
    r"(?:[T\s,]*(?:(上午|下午|AM|PM|am|pm)\s*)?(\d{1,2})\s*[:\uff1a时]\s*(\d{2})(?:\s*[:\uff1a分]\s*(\d{2})(?:[.,](\d{1,6}))?\s*秒?|分?)"
    r"(?:\s*(AM|PM|am|pm))?)?\s*"
)
_ZONED: Final = re.compile(r".*\d(?:Z|[+-]\d{2}:?\d{2})\s*")
_EXCEL_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock's date, its zone is another matter
_EXCEL_DAYS: Final = (20_000, 80_000)
_FIRST_SECOND, _FIRST_MILLI = 100_000_000, 100_000_000_000
_DAY: Final = timedelta(days=1)


class ClockError(ValueError):
    """A time, or a column of times, cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of a column are meant.

    Attributes:
        zone: of times that name none.
        layout: as strptime knows it; None recognises.
        order: what stands first in a date of numbers; None where that was not needed.
        closes_day: 00:00 is the end of the day that stands beside it, not its beginning.
        step: how far apart neighbours mostly are [ms]; 0 where there is one time.
    """

    zone: ZoneInfo
    layout: str | None = None
    order: Order | None = None
    closes_day: bool = False
    step: Millis = 0

    def read(self, cell: Cell, *, after: Millis | None = None) -> Millis:
        """The time in a cell.

        Args:
            cell: text, number or date.
            after: the time before it of the same meter: of the two hours when a clock is set back, the later.

        Raises:
            ClockError: if it is no time, or one that the clock skipped.
        """
        found = _moment(cell, self.layout, self.order)
        if isinstance(found, int):
            return found
        if self.closes_day and found.time() == found.time().min:
            found += _DAY
        return _instant(found, self.zone, after)


def _instant(wall: datetime, zone: ZoneInfo, after: Millis | None) -> Millis:
    first, second = (to_millis(wall.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if first < second:
        return second if after is not None and after >= first else first
    if first > second:
        message = (
            f"{wall:%Y-%m-%d %H:%M} did not exist: the clock of {zone} was set forward then; are the times in UTC?"
        )
        raise ClockError(message)
    return first


def look_through(cells: Iterable[Cell], clock: Clock) -> Clock:
    """The clock with what the whole column shows.

    Raises:
        ClockError: if day and month cannot be told apart.
    """
    texts = Shapes()
    for cell in cells:
        texts.add(cell)
    order = clock.order or (None if clock.layout else texts.order())
    return replace(clock, order=order)


class Shapes:
    """What the dates of a column look like."""

    def __init__(self) -> None:
        self._first = self._second = self._third = 0
        self._point = self._any = False
        self._example = ""

    def add(self, cell: Cell) -> None:
        """Look at one more."""
        if not isinstance(cell, str) or (found := _DATED.fullmatch(cell)) is None or len(found[1]) > 2:
            return
        self._any, self._example = True, cell
        self._first, self._second = max(self._first, int(found[1])), max(self._second, int(found[2]))
        self._point = self._point or "." in cell[: found.end(3)]

    def order(self) -> Order | None:
        """What stands first."""
        if not self._any:
            return None
        if self._first > 12 and self._second > 12:
            message = (
                f"dates like {self._example!r} have neither day nor month in one place: give time: format: in a mapping"
            )
            raise ClockError(message)
        if self._first > 12 or self._point:
            return "day"
        if self._second > 12:
            return "month"
        message = (
            f"is the day or the month first in {self._example!r}? No date of the column tells; "
            "give `time: {format: '%d/%m/%Y %H:%M'}` or '%m/%d/%Y %H:%M' in a mapping"
        )
        raise ClockError(message)


def rhythm(clock: Clock, cells: Iterable[Cell]) -> Clock:
    """The clock with the step between neighbours, and whether 00:00 closes a day.

    It does where time steps back from 23:45 to the 00:00 of the same date, and goes on with the next date.
    """
    steps: Counter[Millis] = Counter()
    closing = opening = 0
    before: datetime | None = None
    in_doubt: datetime | None = None
    for cell in cells:
        try:
            found = _moment(cell, clock.layout, clock.order)
        except ClockError:
            continue
        now = datetime.fromtimestamp(found / 1000, UTC).replace(tzinfo=None) if isinstance(found, int) else found
        if in_doubt is not None:
            closing += now.date() == in_doubt.date() + _DAY
            opening += now.date() == in_doubt.date()
        in_doubt = None
        if before is not None and not isinstance(found, int) and now.time() == now.time().min:
            opening += now.date() == before.date() + _DAY
            in_doubt = now if now.date() == before.date() and now < before else None
        if before is not None and now > before:
            steps[round((now - before) / timedelta(milliseconds=1))] += 1
        before = now
    ((step, _),) = steps.most_common(1) or [(0, 0)]
    return replace(clock, step=step, closes_day=clock.closes_day or (closing > 0 and not opening))


@lru_cache(maxsize=200_000)
def _moment(cell: Cell, layout: str | None, order: Order | None) -> Millis | datetime:
    """An instant, or what a wall clock showed."""
    match cell:
        case datetime():
            return to_millis(cell) if cell.tzinfo else cell
        case date():
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a wall clock's
        case int() | float():
            return _number(float(cell))
    return _from_text((cell or "").strip(), layout, order)


def _from_text(text: str, layout: str | None, order: Order | None) -> Millis | datetime:
    if not text:
        message = "the time is missing"
        raise ClockError(message)
    try:
        if layout is not None:
            found = datetime.strptime(text, layout)  # noqa: DTZ007 - the zone follows
            return to_millis(found) if found.tzinfo else found
        if _ZONED.fullmatch(text):
            return to_millis(datetime.fromisoformat(text))
        if text.replace(".", "", 1).isdecimal() and len(text) >= 9:
            return _number(float(text))
        return _wall(text, order)
    except ValueError as error:
        message = f"{text!r} is no time" + (f" like {layout}" if layout else f": {error}")
        raise ClockError(message) from error


def _number(value: float) -> Millis | datetime:
    if _EXCEL_DAYS[0] <= value < _EXCEL_DAYS[1]:
        # A serial number of Excel has about a tenth of a millisecond.
        return _EXCEL_DAY_0 + timedelta(milliseconds=round(value * 86_400_000))
    if value >= _FIRST_MILLI:
        return round(value)
    if value >= _FIRST_SECOND:
        return round(value * 1000)
    message = f"{value:g} is no time: neither seconds nor milliseconds since 1970, nor a date of Excel"
    raise ClockError(message)


def _wall(text: str, order: Order | None) -> datetime:
    found = _DATED.fullmatch(text)
    if found is None:
        return datetime.fromisoformat(text)
    first, second, third = (int(found[n]) for n in (1, 2, 3))
    if len(found[1]) > 2:
        year, month, day = first, second, third
    else:
        year, (day, month) = third, (first, second) if order == "day" else (second, first)
    half = (found[4] or found[9] or "").upper()
    hour, minute, seconds = (int(found[n] or 0) for n in (5, 6, 7))
    if half:
        hour = hour % 12 + (12 if half in {"PM", "下午"} else 0)
    fraction = int((found[8] or "").ljust(6, "0")) if found[8] else 0
    next_day = hour == 24
    year = year if year > 99 else 2000 + year
    moment = datetime(year, month, day, 0 if next_day else hour, minute, seconds, fraction)  # noqa: DTZ001 - a wall clock's
    return moment + _DAY if next_day else moment
