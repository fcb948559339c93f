"""The time that a figure is asked of: a month, a day, or the quarter-hour that a moment lies in."""

from typing import NamedTuple

from parkwatt.accounting.periods import QUARTER, quarter_of
from parkwatt.explaining.asking import NoFigureError
from parkwatt.explaining.chain import Depth
from parkwatt.park import Park
from parkwatt.park.times import span_of
from parkwatt.readings import from_iso
from parkwatt.store.derived import Stretch


class Asked(NamedTuple):
    """A time, and how far down its chain goes where nobody says.

    Attributes:
        stretch: of time [ms].
        depth: as far as somebody can read.
    """

    stretch: Stretch
    depth: Depth


def asked_time(  # noqa: PLR0913 - the ways to name a time
    park: Park,
    *,
    year: str | None = None,
    month: str | None = None,
    day: str | None = None,
    at: str | None = None,
    start: str | None = None,
    end: str | None = None,
) -> Asked:
    """The time that is asked of, and how far down to go.

    Args:
        park: on whose wall clock.
        year: 2026.
        month: 2026-07.
        day: 2026-07-15.
        at: ISO 8601 with zone; the quarter-hour that it lies in.
        start: first day, 2026-07-13.
        end: the day after the last, 2026-07-20.

    Raises:
        NoFigureError: if it is none, or not exactly one is given.
    """
    ways = (year, month, day, at, start and end and f"{start}/{end}")
    if sum(map(bool, ways)) != 1 or bool(start) != bool(end):
        message = (
            "say of which time: a month (2026-07), a day (2026-07-15), a year (2026), a moment "
            "(2026-07-15T10:20:00+08:00), or from one day to another"
        )
        raise NoFigureError(message)
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
        names = ", ".join(depth.name.lower() for depth in Depth)
        message = f"depth {text!r} is not known; use one of {names}"
        raise NoFigureError(message) from None


def _quarter(park: Park, at: str) -> Stretch:
    try:
        start = quarter_of(from_iso(at), park.zone)
    except OverflowError as error:
        message = f"{at} is beyond the calendar"
        raise NoFigureError(message) from error
    except ValueError as error:
        raise NoFigureError(str(error)) from error
    return Stretch(start, start + QUARTER)


def _period(park: Park, name: str, text: str, example: str) -> Stretch:
    try:
        if text.count("-") == example.count("-"):
            return Stretch(*span_of(text, park.zone))
    except ValueError:
        pass
    message = f"{name} {text!r} is not on the calendar; write it like {example}"
    raise NoFigureError(message)


def _between(park: Park, start: str, end: str) -> Asked:
    since = _period(park, "day", start, "2026-07-15").start
    until = _period(park, "day", end, "2026-07-15").start
    if since >= until:
        message = f"there is nothing from {start} to {end}"
        raise NoFigureError(message)
    return Asked(Stretch(since, until), Depth.DAYS)
