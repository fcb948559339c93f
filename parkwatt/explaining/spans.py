"""The time that a figure is asked of: a month, a day, or the quarter-hour that a moment lies in."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from parkwatt.accounting.periods import QUARTER, quarter_of
from parkwatt.explaining.asking import NoFigureError
from parkwatt.explaining.chain import Depth
from parkwatt.explaining.phrases import Phrase
from parkwatt.park import Park
from parkwatt.park.times import span_of
from parkwatt.readings import from_iso
from parkwatt.store.derived import Stretch

_BARE_OFFSET = re.compile(r" (?=\d\d:?\d\d$)", re.ASCII)
"""What is left in an address of the "+" of an offset that nobody escaped."""

TIMES = ("year", "month", "day", "at", "from", "to")
"""Words that say of which time."""


class Asked(NamedTuple):
    """A time, and how far down its chain goes where nobody says.

    Attributes:
        stretch: of time [ms].
        depth: as far as somebody can read.
    """

    stretch: Stretch
    depth: Depth


def asked_time(park: Park, said: Mapping[str, str | None]) -> Asked:
    """The time that is asked of, and how far down to go.

    Args:
        park: on whose wall clock.
        said: one of `year` (2026), `month` (2026-07), `day` (2026-07-15) and `at` (ISO 8601 with zone: the quarter-hour
            that it lies in), or `from` (the first day) and `to` (the day after the last).

    Raises:
        NoFigureError: if it is none, or not exactly one is given.
    """
    year, month, day, at, start, end = (said.get(name) or None for name in TIMES)
    ways = (year, month, day, at, start and end and f"{start}/{end}")
    if sum(map(bool, ways)) != 1 or bool(start) != bool(end):
        raise NoFigureError(Phrase("refused.no_time"))
    if at:
        return Asked(_quarter(park, at), Depth.MESSAGES)
    if start and end:
        return _between(park, start, end)
    periods = (("year", year, "2026"), ("month", month, "2026-07"), ("day", day, "2026-07-15"))
    name, text, example = next(way for way in periods if way[1])
    depth = {"year": Depth.METERS, "month": Depth.DAYS, "day": Depth.INTERVALS}[name]
    return Asked(_period(park, name, text or "", example), depth)


def depth_of(text: str) -> Depth:
    """How far down to go, by its name.

    Raises:
        NoFigureError: if there is none of that name.
    """
    try:
        return Depth[text.upper()]
    except KeyError:
        names = tuple(depth.name.lower() for depth in Depth)
        raise NoFigureError(Phrase("refused.depth", text=text, names=names)) from None


def _quarter(park: Park, at: str) -> Stretch:
    try:
        start = quarter_of(from_iso(_BARE_OFFSET.sub("+", at)), park.zone)
    except OverflowError as error:
        raise NoFigureError(Phrase("refused.beyond", text=at)) from error
    except ValueError as error:
        raise NoFigureError(Phrase("refused.no_moment", text=at)) from error
    return Stretch(start, start + QUARTER)


def _period(park: Park, name: str, text: str, example: str) -> Stretch:
    try:
        if text.count("-") == example.count("-"):
            return Stretch(*span_of(text, park.zone))
    except ValueError:
        pass
    raise NoFigureError(Phrase(f"refused.no_{name}", text=text, example=example))


def _between(park: Park, start: str, end: str) -> Asked:
    since = _period(park, "day", start, "2026-07-15").start
    until = _period(park, "day", end, "2026-07-15").start
    if since >= until:
        raise NoFigureError(Phrase("refused.empty", start=start, end=end))
    return Asked(Stretch(since, until), Depth.DAYS)
