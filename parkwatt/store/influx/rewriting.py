"""Takes values out of points, which InfluxDB cannot: a stretch is deleted, and what stays of it written again.

What stays is noted in the store first, so that a process that dies in between loses nothing: whoever opens the store
next writes it.
"""

import logging
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from parkwatt.store.influx.connection import Connection
from parkwatt.store.influx.influxql import quoted
from parkwatt.store.influx.layout import READINGS, UNFINISHED, head, text
from parkwatt.store.influx.standing import Removal

_MS: Final = 1_000_000
_NOTE: Final = 30_000
"""Characters in one note; InfluxDB takes up to 64 KB in a field, and what is escaped grows."""

_AT_WORK: Final = 300 * 1_000_000_000
"""How long another process is taken to be still at it [ns]."""

logger = logging.getLogger(__name__)


class Renaming(NamedTuple):
    """A meter that is getting another id."""

    meter: str
    to: str


class Journal:
    """What is noted in the store before something is deleted, and taken away when it is done.

    Attributes:
        connection: to the server.
        park: id of the park.
        writer: whose notes they are.
    """

    def __init__(self, connection: Connection, park: str, writer: str) -> None:
        self.connection, self.park, self.writer = connection, park, writer

    def carry_out(self, removals: Iterable[Removal]) -> None:
        """Delete stretches and write again what stays of them.

        Raises:
            StoreError: if the server cannot delete.
            StoreUnavailableError: if it cannot be asked now; what was begun is finished when the store is opened again.
        """
        for removal in removals:
            self.connection.refuse_unless_it_deletes()  # before anything is noted, which would be carried out later
            lines = [point.line(self.park) for point in removal.rest]
            with self._noted([f"lines={text(note)}" for note in _notes(lines)]):
                first, last = removal.first * _MS, removal.last * _MS + _MS - 1
                meter = {"park": self.park, "meter": removal.meter}
                self.connection.delete(READINGS, meter, first=first, last=last)
                self.connection.write(lines)

    @contextmanager
    def renaming(self, what: Renaming) -> Iterator[None]:
        """Note that a meter gets another id, until it has it."""
        with self._noted([f"meter={text(what.meter)},to={text(what.to)}"]):
            yield

    @contextmanager
    def _noted(self, notes: list[str]) -> Iterator[None]:
        now, job = time.time_ns(), uuid.uuid4().hex
        begin = head(UNFINISHED, {"park": self.park, "job": job, "writer": self.writer})
        self.connection.write(f"{begin} {note} {now + number}" for number, note in enumerate(notes))
        yield
        if notes:
            self._forget(job, now, now + len(notes))

    def _forget(self, job: str, first: int, last: int) -> None:
        self.connection.delete(UNFINISHED, {"park": self.park, "job": job}, first=first, last=last)

    def finish(self) -> Iterator[Renaming]:
        """Write what a process that died meant to write again, and give the meters that it was renaming.

        Only our own notes, and such of others as are too old for them to be still at it.

        Raises:
            StoreUnavailableError: if the server cannot be asked now.
        """
        answer = self.connection.query(
            f"SELECT * FROM {UNFINISHED} WHERE park = {quoted(self.park)} GROUP BY job, writer",  # noqa: S608 - quoted
            precision="ns",
        )
        for series in answer:
            times, job = series.column("time"), series.tags["job"]
            if series.tags["writer"] != self.writer and times[-1] > time.time_ns() - _AT_WORK:
                continue
            logger.warning("a correction was cut short; it is completed now")
            lines = [line for note in series.column("lines") if note for line in str(note).split("\n")]
            self.connection.write(lines)
            for meter, to in zip(series.column("meter"), series.column("to"), strict=True):
                if meter and to:
                    yield Renaming(meter, to)
            self._forget(job, times[0], times[-1])


def _notes(lines: Iterable[str]) -> Iterator[str]:
    """Lines, as many together as fit into a note."""
    held: list[str] = []
    size = 0
    for line in lines:
        if held and size + len(line) > _NOTE:
            yield "\n".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line) + 1
    if held:
        yield "\n".join(held)
