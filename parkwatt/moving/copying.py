"""Copies readings day by day, and compares both sides: what is the same already is not written again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from parkwatt.moving.days import ALWAYS, Day, Scanned, Span, days
from parkwatt.moving.tally import Sums, Tally
from parkwatt.readings import Millis, Rejection, SeriesKey
from parkwatt.store import Query, Replaced, Replacement, Store, Totals


class Source(Scanned, Protocol):
    """Where readings come from: a store, or a backup."""

    def rejections(self, *, limit: int, before: Millis | None = None) -> list[Rejection]:
        """The newest rejections first."""
        ...

    def totals(self) -> Totals:
        """Counts over the life of the store."""
        ...


class Difference(NamedTuple):
    """A series that is not the same on both sides on a day.

    Attributes:
        day: which.
        series: meter, quantity and phase.
        source: what its readings add up to where they come from.
        target: where they go; None if it has none there.
    """

    day: Day
    series: SeriesKey
    source: Sums
    target: Sums | None


NOTHING = Replaced()


@dataclass
class Outcome:
    """What a copy did and found.

    Attributes:
        days: local days that were compared.
        readings: of the source on these days.
        copied: days that were written.
        replaced: what that changed.
        missing: where the target does not hold what the source says.
        beyond: where the target holds all of it, and readings of others as well or later corrections.
    """

    days: int = 0
    readings: int = 0
    copied: int = 0
    replaced: Replaced = field(default=NOTHING)
    missing: list[Difference] = field(default_factory=list)
    beyond: list[Difference] = field(default_factory=list)


Told = Callable[[Day, int], None]
"""Told after every step on which day it is and how many readings were gone through since."""


def nobody(_day: Day, _readings: int) -> None:
    """Told, does nothing."""


class Copy:
    """From a source into a store."""

    def __init__(self, source: Source, target: Store, *, zone: ZoneInfo, told: Told = nobody) -> None:
        self._source, self._target, self._zone, self._told = source, target, zone, told

    def run(self, span: Span = ALWAYS) -> Outcome:
        """Copy what differs and verify all of it. May be stopped at any point: the next run goes on from there.

        Raises:
            StoreError: if one of both fails; what is written by then stands.
        """
        return self._go(span, self._write)

    def verify(self, span: Span = ALWAYS) -> Outcome:
        """Compare both sides, and change nothing.

        Raises:
            StoreError: if one of both cannot be asked.
        """
        return self._go(span, self._leave)

    def _go(self, span: Span, settle: Callable[[Day, Outcome], None]) -> Outcome:
        outcome = Outcome()
        for day, tally in days(self._source, self._zone, span):
            wanted = tally.sums()
            outcome.days += 1
            outcome.readings += len(tally)
            self._told(day, len(tally))
            differing = self._differing(day, wanted)
            if differing:
                settle(day, outcome)
                self._judge(self._differing(day, wanted), outcome)
        return outcome

    def _write(self, day: Day, outcome: Outcome) -> None:
        outcome.copied += 1
        for piece in self._source.scan(day.query):
            outcome.replaced = outcome.replaced.plus(self._target.replace(Replacement(now=piece)))
            self._told(day, len(piece))

    @staticmethod
    def _leave(_day: Day, _outcome: Outcome) -> None:
        """Write nothing."""

    def _differing(self, day: Day, wanted: dict[SeriesKey, Sums]) -> list[Difference]:
        found = Tally.of(self._target.scan(day.query)).sums()
        return [
            Difference(day, series, sums, found.get(series))
            for series, sums in wanted.items()
            if found.get(series) != sums
        ]

    def _judge(self, differing: list[Difference], outcome: Outcome) -> None:
        """Tell apart what is missing in the target and what it has beyond the source."""
        if not differing:
            return
        if self._holds_all(differing):
            outcome.beyond += differing
            return
        for one in differing:
            (outcome.beyond if self._holds_all([one]) else outcome.missing).append(one)

    def _holds_all(self, differing: list[Difference]) -> bool:
        """Whether the target holds every reading of these series, with its value or one that arrived later."""
        if any(one.target is None or one.target.readings < one.source.readings for one in differing):
            return False
        wanted = {one.series for one in differing}
        quantities = tuple(sorted({series.quantity for series in wanted}))
        meters = tuple(sorted({series.meter for series in wanted}))
        start, end = differing[0].day
        for piece in self._source.scan(Query(meters, quantities, start, end)):
            numbers = [number for number, key in enumerate(piece.readings.index.keys) if key in wanted]
            rows = piece.take(np.isin(piece.readings.series, numbers))
            if self._target.compare(Replacement(now=rows)).anything:
                return False
        return True
