"""Any period against any other, by carrier, enterprise, domain or meter, from the rows that accounting keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.analysed import Line, course, exact, line, without_number
from parkwatt.accounting.calendar_spans import Every, before, periods_of, usual_every, year_before
from parkwatt.accounting.dividing import By, Group, Scope, What, divide, together
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import QUARTER, local_date
from parkwatt.accounting.rests_on import of_field
from parkwatt.accounting.rules import Rules
from parkwatt.accounting.site import Terms
from parkwatt.accounting.waterfall import Step, waterfall
from parkwatt.kept_rows import TooLongError
from parkwatt.park import Park
from parkwatt.park.carriers import CARRIERS
from parkwatt.park.times import Span
from parkwatt.quantities import QUANTITIES
from parkwatt.store.derived import DerivedStore, Sums

MOST_ROWS = 40_000_000
"""Rows that are added up for one question: a year of 1,000 meters."""
MOST_VALUES = 200_000
"""Values per group and period in one answer."""
_MOST_QUARTERS = 6_000_000
"""Quarter-hours of all meters together that a course may rest on."""


EVERYTHING = Scope()
"""The whole park."""


class Versus(StrEnum):
    """What a period is compared with by itself."""

    PREVIOUS = "previous"
    YEAR_BEFORE = "year_before"


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know.

    Attributes:
        what: of which quantity.
        asked: the period, whole quarter-hours.
        known: the part of it that is over and settled.
        by: what makes a group.
        scope: what of the park counts.
        every: lengths of the periods of the series.
        versus: what it is compared with; None for nothing.
    """

    what: What
    asked: Span
    known: Span
    by: By = By.NONE
    scope: Scope = EVERYTHING
    every: Every | None = None
    versus: Versus | Span | None = None

    def other(self, park: Park) -> Span | None:
        """The period that it is compared with, as far as this one is known."""
        match self.versus:
            case Versus.PREVIOUS:
                return before(self.asked, self.known, park.zone)
            case Versus.YEAR_BEFORE:
                return year_before(self.known, park.zone)
            case other:
                return other


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the two periods.

    Attributes:
        borders: of the periods of its series [ms].
        groups: what each comes to.
        whole: all of them together.
    """

    borders: NDArray[np.int64]
    groups: Mapping[Group, Line]
    whole: Line

    @property
    def span(self) -> Span:
        """From its start to its end."""
        return Span(int(self.borders[0]), int(self.borders[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What is found.

    Attributes:
        question: as it was asked.
        every: length of the periods of the series.
        now: the period that was asked for.
        then: the one that it is compared with; None for none.
        left_out: carriers for which nobody said the number: no price, no factor.
    """

    question: Question
    every: Every
    now: Side
    then: Side | None
    left_out: tuple[str, ...]

    @property
    def change(self) -> float | None:
        """Total now less total then; None where one of them is not known."""
        now, then = self.now.whole.total, None if self.then is None else self.then.whole.total
        return None if now is None or then is None else exact(now - then)


def steps(found: Analysis) -> list[Step]:
    """What makes the difference; empty where one of the totals is not known. Groups that lack meters are doubtful."""
    if found.then is None or found.change is None:
        return []
    sides = (found.now, found.then)
    now, then = ({group: one.total for group, one in side.groups.items()} for side in sides)
    return waterfall(now, then, doubtful=[g for side in sides for g, one in side.groups.items() if one.lacking])


_UNITS = {What.KWH: "kWh", What.TCE: "tce", What.TCE_EQUAL: "tce", What.COST: "yuan"}


def unit_of(park: Park, what: What, scope: Scope) -> str | None:
    """The unit of a quantity; None for amounts of several carriers."""
    if what is not What.AMOUNT:
        return _UNITS.get(what, "kg CO2")
    carriers = {scope.carrier} - {None} or {park.meter_by_id[meter].carrier for meter in scope.meters}
    units = [QUANTITIES[CARRIERS[carrier].register].unit for carrier in carriers if carrier is not None]
    return units[0] if len(units) == 1 else None


def analyse(home: DerivedStore, park: Park, question: Question) -> Analysis:
    """Compare two periods.

    Raises:
        TooLongError: if the time is too long for so many meters or groups.
    """
    groups = divide(park, question.scope, question.by, question.what)
    every = question.every or usual_every(question.known)
    other = question.other(park)
    edges = [periods_of(span, every, park.zone) for span in (question.known, other) if span is not None]
    meters = sorted({meter for terms in groups.values() for meter in terms})
    for borders in edges:
        _check((len(borders) - 1) * (len(groups) + 1), MOST_VALUES)
        _check(int(borders[-1] - borders[0]) // QUARTER * len(meters), MOST_ROWS)
    sums = [home.sums(meters, borders=borders, fields=(question.what.field,)) for borders in edges]
    left_out = without_number({m.id: m.carrier for m in park.carrier_meters}, sums)
    sums = _restrict(park, sums, edges, question.what.field)
    groups = {group: kept for group, terms in groups.items() if (kept := _without(park, terms, left_out))}
    sides = [_side(groups, part, borders) for part, borders in zip(sums, edges, strict=True)]
    return Analysis(question, every, sides[0], sides[1] if len(sides) > 1 else None, left_out)


def quarter_hours(home: DerivedStore, park: Park, question: Question, span: Span) -> Intervals:
    """The course of the whole over a span, in quarter-hours; those of which a meter is not known are missing.

    Raises:
        TooLongError: if the time is too long for so many meters.
    """
    terms = together(divide(park, question.scope, question.by, question.what))
    borders = periods_of(span, Every.QUARTER, park.zone)
    _check(len(borders) * len(terms), _MOST_QUARTERS)
    sums = home.sums(sorted(terms), borders=borders, fields=(question.what.field,))
    left_out = without_number({m.id: m.carrier for m in park.carrier_meters}, [sums])
    return course(_without(park, terms, left_out), sums, borders)


def _restrict(park: Park, sums: list[Sums], edges: list[NDArray[np.int64]], field: str) -> list[Sums]:
    """The same sums, with the ids of what the field rests on."""
    rules = Rules(park)
    spans = [range(*(local_date(int(time), park.zone).year for time in borders[[0, -1]])) for borders in edges]
    return [
        of_field(part, field, rules=rules, years=[*years, years.stop]) for part, years in zip(sums, spans, strict=True)
    ]


def _check(wanted: int, most: int) -> None:
    if wanted > most:
        message = "that is too much for one answer; ask for a shorter time, longer periods or a part of the park"
        raise TooLongError(message)


def _without(park: Park, terms: Terms, left_out: tuple[str, ...]) -> Terms:
    return {meter: factor for meter, factor in terms.items() if park.meter_by_id[meter].carrier not in left_out}


def _side(groups: Mapping[Group, Terms], sums: Sums, borders: NDArray[np.int64]) -> Side:
    lines = {group: line(terms, sums, borders) for group, terms in groups.items()}
    return Side(borders, lines, line(together(groups), sums, borders))
