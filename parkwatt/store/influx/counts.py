"""Counts over the life of a store that several processes write: each keeps its own, beside the readings.

Every batch leaves a point with the counts after it and the earliest time it brought news of. Whoever shows what others
write looks at these few points to know what to read.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final, NamedTuple

from parkwatt.readings import Millis
from parkwatt.store.base import Totals
from parkwatt.store.influx.connection import Connection, Series
from parkwatt.store.influx.influxql import any_of, quoted
from parkwatt.store.influx.layout import BATCHES, head

_DAY_NS: Final = 86_400 * 10**9
_EARLIEST: Final = "earliest_ms"
_ARRIVED: Final = "arrived_ms"
_REMOVED: Final = "removed"


_BEING_WRITTEN: Final = 3
"""How many of a writer's newest points are looked at for a whole one."""

_OVERLAP_NS: Final = 60 * 10**9
"""How far back is looked again: clocks of writers differ, and a point may become visible late."""

NOTHING_NEW: Final[Millis] = 2**53
"""A time later than everything, for a change that brings no reading."""


class News(NamedTuple):
    """What others wrote.

    Attributes:
        earliest: time of the earliest reading in it [ms]; None if they wrote nothing.
        arrived: when the first of it arrived [ms].
        removed: whether they removed or replaced something.
    """

    earliest: Millis | None = None
    arrived: Millis = 0
    removed: bool = False

    @classmethod
    def of(cls, parts: Iterable["News"]) -> "News":
        """All of it together."""
        some = [(part, part.earliest) for part in parts if part.earliest is not None]
        if not some:
            return cls()
        return cls(
            min(earliest for _, earliest in some),
            min(part.arrived for part, _ in some),
            any(part.removed for part, _ in some),
        )


class Change(NamedTuple):
    """What a batch did, for others to know.

    Attributes:
        earliest: time of its earliest reading [ms].
        arrived: when the first of it arrived [ms].
        removed: how many readings were removed or replaced.
    """

    earliest: Millis
    arrived: Millis
    removed: int = 0


@dataclass(slots=True)
class Counts:
    """Counts of all writers of a park.

    Attributes:
        connection: to the server.
        park: id.
        writer: who we are.
        own: what we counted.
        others: what the others counted, as last seen.
    """

    connection: Connection
    park: str
    writer: str
    own: Totals = field(default_factory=Totals)
    others: dict[str, Totals] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    _last: int = 0

    @property
    def totals(self) -> Totals:
        """All writers together."""
        every = (self.own, *self.others.values())
        return Totals(*(sum(column) for column in zip(*every, strict=True)))

    def load(self) -> None:
        """Learn what was counted before.

        Raises:
            StoreUnavailableError: if the server cannot be asked.
        """
        names = ", ".join(Totals._fields)
        answer = self.connection.query(
            f"SELECT {names} FROM {BATCHES} WHERE park = {quoted(self.park)} "  # noqa: S608 - quoted
            f"GROUP BY writer ORDER BY time DESC LIMIT {_BEING_WRITTEN}",
            precision="ns",
        )
        for series in answer:
            whole = [row for row in _rows(series, Totals._fields) if None not in row]
            if whole:
                at, *counts = whole[0]
                self._take(series.tags["writer"], Totals(*map(int, counts)), at)

    def _take(self, writer: str, totals: Totals, at: int) -> None:
        if writer == self.writer:
            self.own, self._last = totals, at
        else:
            self.others[writer] = totals
        self._seen[writer] = at

    def line(self, totals: Totals, change: Change) -> str:
        """The line that says what we have counted after a batch."""
        self._last = max(self._last + 1, time.time_ns())
        said = ",".join(
            f"{name}={int(number)}i"
            for name, number in (
                *totals._asdict().items(),
                (_EARLIEST, change.earliest),
                (_ARRIVED, change.arrived),
                (_REMOVED, change.removed),
            )
        )
        return f"{head(BATCHES, {'park': self.park, 'writer': self.writer})} {said} {self._last}"

    def news(self) -> News:
        """What others wrote since this was asked last.

        Raises:
            StoreUnavailableError: if the server cannot be asked.
        """
        wrote = self._others_that_wrote()
        if not wrote:
            return News()
        since = min(self._seen.get(writer, 0) for writer in wrote)
        answer = self.connection.query(
            f"SELECT * FROM {BATCHES} WHERE park = {quoted(self.park)} AND time > {since} "  # noqa: S608 - quoted
            f"AND {any_of('writer', wrote, exactly=True)} GROUP BY writer",
            precision="ns",
        )
        found: list[News] = []
        for series in answer:
            writer = series.tags["writer"]
            unseen = [
                row
                for row in _rows(series, (*Totals._fields, _EARLIEST, _ARRIVED, _REMOVED))
                if row[0] > self._seen.get(writer, 0)
            ]
            # A point that is just being written may lack fields. It is news when it is whole.
            whole = list(takewhile(lambda row: None not in row, unseen))
            found += [News(int(earliest), int(arrived), bool(removed)) for *_, earliest, arrived, removed in whole]
            if whole:
                at, *counts = whole[-1]
                self._take(writer, Totals(*map(int, counts[: len(Totals._fields)])), at)
        return News.of(found)

    def written_since(self, since: int) -> tuple[int, News]:
        """What any writer wrote since a moment [ns], and the moment of the newest point that was seen.

        Raises:
            StoreUnavailableError: if the server cannot be asked.
        """
        answer = self.connection.query(
            f"SELECT {_EARLIEST}, {_ARRIVED}, {_REMOVED} FROM {BATCHES} "  # noqa: S608 - names of our own
            f"WHERE park = {quoted(self.park)} AND time > {max(0, since - _OVERLAP_NS)} GROUP BY writer",
            precision="ns",
        )
        rows = [row for series in answer for row in _rows(series, (_EARLIEST, _ARRIVED, _REMOVED)) if None not in row]
        news = News.of(News(int(earliest), int(arrived), bool(removed)) for _, earliest, arrived, removed in rows)
        return max((since, *(row[0] for row in rows))), news

    def _others_that_wrote(self) -> list[str]:
        """Who has written since: one that ended long ago must not make us read what all others wrote since then."""
        since = max(0, min(max(self._seen.values(), default=0), time.time_ns()) - _DAY_NS)
        answer = self.connection.query(
            f"SELECT last({Totals._fields[0]}) FROM {BATCHES} "  # noqa: S608 - quoted
            f"WHERE park = {quoted(self.park)} AND time > {since} GROUP BY writer",
            precision="ns",
        )
        ends = {series.tags["writer"]: series.column("time")[-1] for series in answer}
        return [writer for writer, at in ends.items() if writer != self.writer and at > self._seen.get(writer, 0)]


def _rows(series: Series, names: Iterable[str]) -> list[tuple[Any, ...]]:
    """Time and these fields of every point."""
    return list(zip(*(series.column(name) for name in ("time", *names)), strict=True))
