"""Takes values out of points, which InfluxDB cannot: a stretch is deleted, and what stays of it written again.

What stays is noted in the store first, so that a process that dies in between loses nothing: whoever opens the store
next writes it.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator
from typing import Final

from parkwatt.store.influx.connection import Connection, quoted
from parkwatt.store.influx.layout import READINGS, UNFINISHED, head, text
from parkwatt.store.influx.standing import Removal

_MS: Final = 1_000_000
_NOTE: Final = 30_000
"""Characters in one note; InfluxDB takes up to 64 KB in a field, and what is escaped grows."""

logger = logging.getLogger(__name__)


def carry_out(connection: Connection, park: str, removals: Iterable[Removal]) -> None:
    """Delete stretches and write again what stays of them.

    Raises:
        StoreError: if the server cannot delete.
        StoreUnavailableError: if it cannot be asked now; what was begun is finished when the store is opened again.
    """
    for removal in removals:
        lines = [point.line(park) for point in removal.rest]
        job = uuid.uuid4().hex
        tags = {"park": park, "job": job}
        begin = head(UNFINISHED, tags)
        notes = [f"{begin} lines={text(note)} {removal.first * _MS + n}" for n, note in enumerate(_notes(lines))]
        connection.write(notes)
        last = removal.last * _MS + _MS - 1
        connection.delete(READINGS, {"park": park, "meter": removal.meter}, first=removal.first * _MS, last=last)
        connection.write(lines)
        if notes:
            connection.delete(UNFINISHED, tags, first=removal.first * _MS, last=removal.first * _MS + len(notes))


def finish(connection: Connection, park: str) -> None:
    """Write what a process that died meant to write again.

    Raises:
        StoreUnavailableError: if the server cannot be asked now.
    """
    where = f"park = {quoted(park)}"
    answer = connection.query(f"SELECT lines FROM {UNFINISHED} WHERE {where} GROUP BY job", precision="ns")  # noqa: S608
    for series in answer:
        logger.warning("a correction was cut short; what it had not written again is written now")
        times = series.column("time")
        connection.write(line for note in series.column("lines") for line in str(note).split("\n"))
        connection.delete(UNFINISHED, {"park": park, "job": series.tags["job"]}, first=times[0], last=times[-1])


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
