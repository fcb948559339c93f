"""The time that a figure is asked of: a month, a day, or the quarter-hour that a moment lies in."""

from typing import NamedTuple

from parkwatt.accounting.periods import QUARTER, quarter_of
from parkwatt.explaining.asking import NoFigureError
from parkwatt.explaining.chain import Depth
from parkwatt.park import Park
from parkwatt.park.times import days_of, span_of
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


def asked_time(park: Park, *, month: str | None = None, day: str | None = None, at: str | None = None) -> Asked:
    """The time that is asked of, and how far down to go.

    Args:
        park: on whose wall clock.
        month: 2026-07.
        day: 2026-07-15.
        at: ISO 8601 with zone; the quarter-hour that it lies in.

    Raises:
        NoFigureError: if it is none, or not exactly one is given.
    """
    given = [text for text in (month, day, at) if text]
    if len(given) != 1:
        message = "say of which time: a month (2026-07), a day (2026-07-15) or a moment (2026-07-15T10:20:00+08:00)"
        raise NoFigureError(message)
    if at:
        return Asked(_quarter(park, at), Depth.MESSAGES)
    dashes, name = (1, "month") if month else (2, "day")
    try:
        fits = given[0].count("-") == dashes
        days_of(given[0])
    except ValueError:
        fits = False
    if not fits:
        example = "2026-07" if month else "2026-07-15"
        message = f"{name} {given[0]!r} is not on the calendar; write it like {example}"
        raise NoFigureError(message)
    return Asked(Stretch(*span_of(given[0], park.zone)), Depth.DAYS if month else Depth.INTERVALS)


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
    except ValueError as error:
        raise NoFigureError(str(error)) from error
    return Stretch(start, start + QUARTER)
