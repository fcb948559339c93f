"""From the times of a column to instants: which zone, which of two hours, which day a midnight belongs to."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from ingest.tables.sheet import Cell
from ingest.tables.wall import DAY, ClockError, Order, moment
from parkwatt.readings import Millis, to_datetime, to_millis


class Period(NamedTuple):
    """How long a period is: months, and what a clock on the wall goes on by; nothing at all if it is not known."""

    months: int = 0
    days: int = 0
    millis: Millis = 0


UNKNOWN: Final = Period()


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of a column are meant.

    Attributes:
        zone: of times that name none.
        layout: as strptime knows it; None recognises.
        order: what stands first in a date of numbers; None where that was not needed.
        closes_day: 00:00 is the end of the day that stands beside it, not its beginning.
        backwards: the newest stands first.
        period: from one time to the next.
    """

    zone: ZoneInfo
    layout: str | None = None
    order: Order | None = None
    closes_day: bool = False
    backwards: bool = False
    period: Period = UNKNOWN

    def read(self, cell: Cell, *, after: Millis | None = None) -> Millis:
        """The time in a cell.

        Args:
            cell: text, number or date.
            after: the time above it of the same series: it tells which of the two hours when a clock is set back.

        Raises:
            ClockError: if it is no time, or one that the clock skipped.
        """
        found = moment(cell, self.layout, self.order)
        if isinstance(found, int):
            return found
        if self.closes_day and found.time() == found.time().min:
            found += DAY
        return self._instant(found, after)

    def end_of(self, start: Millis) -> Millis:
        """The end of the period that begins at a time: a day and a month are those of the wall."""
        if not self.period.months and not self.period.days:
            return start + self.period.millis
        wall = to_datetime(start).astimezone(self.zone).replace(tzinfo=None)
        years, month = divmod(wall.month - 1 + self.period.months, 12)
        _, last = monthrange(wall.year + years, month + 1)
        wall = wall.replace(year=wall.year + years, month=month + 1, day=min(wall.day, last)) + self.period.days * DAY
        return to_millis(wall.replace(tzinfo=self.zone))

    def _instant(self, wall: datetime, after: Millis | None) -> Millis:
        first, second = (to_millis(wall.replace(tzinfo=self.zone, fold=fold)) for fold in (0, 1))
        if first < second:
            if self.backwards:
                return first if after is not None and after <= second else second
            return second if after is not None and after >= first else first
        if first > second:
            message = (
                f"{wall:%Y-%m-%d %H:%M} did not exist: the clock of {self.zone} was set forward then; "
                "are the times in UTC?"
            )
            raise ClockError(message)
        return first


def period_of(step: timedelta) -> Period:
    """The period that a step between two times on a wall stands for."""
    days = step / DAY
    if 28 <= days <= 31:
        return Period(months=1)
    if days in {365, 366}:
        return Period(months=12)
    if days.is_integer():
        return Period(days=int(days))
    return Period(millis=round(step / timedelta(milliseconds=1)))
