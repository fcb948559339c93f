"""The local days on which readings are, and what each adds up to."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from parkwatt.accounting.periods import day_of
from parkwatt.moving.tally import Tally
from parkwatt.readings import Millis
from parkwatt.store import Arrived, Query


class Scanned(Protocol):
    """Something that gives readings in order of time."""

    def scan(self, query: Query) -> Iterator[Arrived]:
        """Readings in order of time and when each arrived, piece by piece."""
        ...


class Span(NamedTuple):
    """A stretch of time.

    Attributes:
        start: first time, included; None from the beginning.
        end: last time, excluded; None to the end.
    """

    start: Millis | None = None
    end: Millis | None = None

    @property
    def query(self) -> Query:
        """All readings in it."""
        return Query(start=self.start, end=self.end)

    def day(self, time: Millis, zone: ZoneInfo) -> "Day":
        """The part of the span that lies on the local day of a time in it."""
        start, end = day_of(time, zone)
        return Day(
            start if self.start is None else max(start, self.start),
            end if self.end is None else min(end, self.end),
        )


ALWAYS = Span()


class Day(NamedTuple):
    """A local day, or the part of one that is asked for: `start` included, `end` excluded [ms]."""

    start: Millis
    end: Millis

    @property
    def query(self) -> Query:
        """All readings of the day."""
        return Query(start=self.start, end=self.end)


def days(source: Scanned, zone: ZoneInfo, span: Span = ALWAYS) -> Iterator[tuple[Day, Tally]]:
    """The days on which a source has readings, in order, and what they add up to."""
    at = _first_time(source, span)
    while at is not None:
        day = span.day(at, zone)
        tally = Tally.of(source.scan(day.query))
        if len(tally):
            yield day, tally
        if span.end is not None and day.end >= span.end:
            return
        # A long stretch without any reading is jumped over.
        at = day.end if len(tally) else _first_time(source, Span(day.end, span.end))


def _first_time(source: Scanned, span: Span) -> Millis | None:
    for piece in source.scan(span.query):
        if len(piece):
            return int(piece.readings.time.min())
    return None
