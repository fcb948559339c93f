"""Analyses that the page shows: any days against any others, with their course."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dashboards.live.context import Context
from dashboards.live.figures.kept import Kept
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

_KEPT = 12
"""Pages that are kept, the newest."""


class Preset(StrEnum):
    """Periods of the calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Days(NamedTuple):
    """Local days, from the first to the last, both included."""

    first: date
    last: date

    @property
    def preset(self) -> Preset | None:
        """The period of the calendar that they are; None for any others."""
        return next((preset for preset in Preset if days_of(preset, self.first) == self), None)

    @property
    def earlier(self) -> "Days":
        """As many right before them: the calendar's period where they are one."""
        last = self.first - timedelta(days=1)
        return self._moved(self.first - self.last - timedelta(days=1)) if self.preset is None else self._like(last)

    @property
    def later(self) -> "Days":
        """As many right after them: the calendar's period where they are one."""
        first = self.last + timedelta(days=1)
        return self._moved(first - self.first) if self.preset is None else self._like(first)

    def span(self, zone: ZoneInfo) -> Span:
        """From the first midnight to the last."""
        return Span(day_start(self.first, zone), day_start(self.last + timedelta(days=1), zone))

    def _like(self, day: date) -> "Days":
        return days_of(self.preset or Preset.DAY, day)

    def _moved(self, by: timedelta) -> "Days":
        return Days(self.first + by, self.last + by)


def days_of(period: Preset, day: date) -> Days:
    """The days of the calendar's period with a day in it."""
    match period:
        case Preset.DAY:
            return Days(day, day)
        case Preset.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Days(monday, monday + timedelta(days=6))
        case Preset.MONTH:
            first = day.replace(day=1)
            return Days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        case Preset.YEAR:
            return Days(date(day.year, 1, 1), date(day.year, 12, 31))


class Asked(NamedTuple):
    """What somebody looks at.

    Attributes:
        days: which.
        what: of which quantity.
        by: what makes a group.
        scope: what of the park counts.
        versus: what it is compared with.
    """

    days: Days
    what: What
    by: By
    scope: Scope
    versus: Versus | Days


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
        self._kept = Kept[Asked, AnalysisPage](_KEPT)

    def of(self, now: Millis, asked: Asked) -> AnalysisPage:
        """What was asked for, as far as it is settled."""

        def page() -> AnalysisPage:
            return analysis_page(open_derived(self._context.store), self._context.park, asked, now=now)

        return self._kept.of(asked, now, page, passing=lambda before: before.empty)


def analysis_page(home: DerivedStore, park: Park, asked: Asked, *, now: Millis) -> AnalysisPage:
    """What was asked for, from accounted rows."""
    span = asked.days.span(park.zone)
    known = Span(span.start, settled(span.end, now=now))
    if known.end <= known.start:
        return AnalysisPage()
    versus = asked.versus.span(park.zone) if isinstance(asked.versus, Days) else asked.versus
    question = Question(asked.what, span, known, asked.by, asked.scope, versus=versus)
    try:
        found = analyse(home, park, question)
    except TooLongError:
        return AnalysisPage(too_long=True)
    try:
        return AnalysisPage(found, quarter_hours(home, park, question, known))
    except TooLongError:
        return AnalysisPage(found)
