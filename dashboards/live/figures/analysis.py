"""Analyses that the page shows: a day, a week, a month or a year against another, with its course."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from dashboards.live.context import Context
from parkwatt.accounting.dividing import By, Scope, What
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import day_start
from parkwatt.analysis import Analysis, Question, Versus, analyse, quarter_hours
from parkwatt.kept_rows import TooLongError, settled
from parkwatt.park import Park
from parkwatt.park.times import Span
from parkwatt.readings import Millis
from parkwatt.store.derived import DerivedStore
from parkwatt.store.open_derived import open_derived

AGAIN: Millis = 300_000
"""Readings that came late are seen after this long [ms]."""
_KEPT = 12
"""Pages that are kept, the newest."""


class Preset(StrEnum):
    """Periods of the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Asked(NamedTuple):
    """What somebody looks at.

    Attributes:
        period: how long.
        day: a day in it.
        what: of which quantity.
        by: what makes a group.
        scope: what of the park counts.
        versus: what it is compared with.
    """

    period: Preset
    day: date
    what: What
    by: By
    scope: Scope
    versus: Versus

    @property
    def days(self) -> tuple[date, date]:
        """The first day of the period, and the first after it."""
        return days_of(self.period, self.day)


def days_of(period: Preset, day: date) -> tuple[date, date]:
    """The first day of a period with a day in it, and the first after it."""
    match period:
        case Preset.DAY:
            return day, day + timedelta(days=1)
        case Preset.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=7)
        case Preset.MONTH:
            first = day.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1)
        case Preset.YEAR:
            return date(day.year, 1, 1), date(day.year + 1, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisPage:
    """What is known of it.

    Attributes:
        found: None where nothing is settled yet, or it is too much at once.
        course: of the whole in quarter-hours; None where it is too much.
        too_long: whether it is too much.
    """

    found: Analysis | None = None
    course: Intervals | None = None
    too_long: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is known of the period."""
        return self.found is None or self.found.now.whole.shares.missing >= 1


class AnalysisFigures:
    """Computes `AnalysisPage`; keeps the last ones."""

    def __init__(self, context: Context) -> None:
        """Remember where to look."""
        self._context = context
        self._kept: dict[Asked, tuple[Millis, AnalysisPage]] = {}

    def of(self, now: Millis, asked: Asked) -> AnalysisPage:
        """What was asked for, as far as it is settled."""
        before = self._kept.pop(asked, None)
        if before is None or before[1].empty or now - before[0] >= AGAIN:
            before = now, analysis_page(open_derived(self._context.store), self._context.park, asked, now=now)
        self._kept[asked] = before
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return before[1]


def analysis_page(home: DerivedStore, park: Park, asked: Asked, *, now: Millis) -> AnalysisPage:
    """What was asked for, from accounted rows."""
    span = Span(*(day_start(day, park.zone) for day in asked.days))
    known = Span(span.start, settled(span.end, now=now))
    if known.end <= known.start:
        return AnalysisPage()
    question = Question(asked.what, span, known, asked.by, asked.scope, versus=asked.versus)
    try:
        found = analyse(home, park, question)
    except TooLongError:
        return AnalysisPage(too_long=True)
    try:
        return AnalysisPage(found, quarter_hours(home, park, question, known))
    except TooLongError:
        return AnalysisPage(found)
