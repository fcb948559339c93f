"""Accounted rows of the time that somebody asks about, where nothing else is said of the last whole days."""

from collections.abc import Mapping

from fastapi import HTTPException

from dashboards.live.context import Context
from dashboards.live.parameters import time
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import QUARTER, day_of, days_earlier
from parkwatt.kept_rows import TooLongError, kept, settled
from parkwatt.store.derived import Stretch
from parkwatt.store.open_derived import open_derived

DAYS = 30
"""Whole local days that are looked at where nobody says which time."""


def span(context: Context, from_: str | None, to: str | None) -> Stretch:
    """The asked time, as far as it is settled, in whole quarter-hours.

    Raises:
        HTTPException: 400 if it is no time, or nothing of it is settled.
    """
    now = context.clock()
    given, asked = time(to, "to"), time(from_, "from")
    end = settled(day_of(now, context.park.zone)[0] if given is None else given, now=now)
    start = days_earlier(end, DAYS, context.park.zone) if asked is None else asked
    start = start // QUARTER * QUARTER
    if start >= end:
        raise HTTPException(400, "from must be before to, and half an hour ago at least")
    return Stretch(start, end)


def accounted(context: Context, asked: Stretch) -> Mapping[str, Intervals]:
    """What each meter took in per 15 minutes, by its id.

    Raises:
        HTTPException: 400 if that is too much at once.
    """
    try:
        return kept(open_derived(context.store), context.park, asked)
    except TooLongError as error:
        raise HTTPException(400, str(error)) from None
