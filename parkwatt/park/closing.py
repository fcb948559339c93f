"""Periods whose figures were reported and stand."""

from datetime import date
from typing import Annotated

from pydantic import Field

from parkwatt.park.strict import Strict
from parkwatt.park.times import Period


class Lock(Strict):
    """A period that is closed: its derived data stand until they are re-stated explicitly.

    Attributes:
        period: year, month or day.
        on: when it was closed.
        by: who closed it.
        reason: why: which report it went into.
        withdrawn: whether it is open again; the line stays as a record.
    """

    period: Period
    on: date | None = None
    by: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    withdrawn: bool = False
