"""The embedded home of readings: one DuckDB file.

A reading that is newer than all of its series is new: no look-up is needed to know that. Only late ones are
compared with what is there, within the time they span. So writing costs the same however much is stored.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns, SeriesIndex
from parkwatt.park import Park
from parkwatt.readings import PAYLOAD_KEPT, Millis, Rejection, SeriesKey
from parkwatt.store import duck_queries, duck_replace
from parkwatt.store.base import (
    Batch,
    Buckets,
    Changes,
    Edges,
    Latest,
    Page,
    Query,
    StoreError,
    StoreUnavailableError,
    Totals,
    Written,
)
from parkwatt.store.migrations import migrate
from parkwatt.store.newest import Newest
from parkwatt.store.replacement import Arrived, Replaced, Replacement, renumbered

REJECTIONS_KEPT = 100_000
"""Newest rejections that are kept, so that a meter gone mad does not fill the disk."""

_SNAPSHOT_ROWS = 100_000


logger = logging.getLogger(__name__)


class DuckStore:
    """Readings in one DuckDB file; see `parkwatt.store.base.Store` for what the methods promise."""

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            StoreUnavailableError: if another process has it open, or it cannot be read.
            StoreError: if it is no store, or one of a newer Parkwatt.
        """
        self.path = path
        self._lock = threading.Lock()
        self._usable = False
        self._open()

    def __str__(self) -> str:
        """The store's URL."""
        return f"duckdb://{self.path.absolute().as_posix()}"

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(str(self.path))
        except (OSError, duckdb.IOException) as error:
            text = str(error)
            if "lock" in text:
                text = f"{self.path} is open in another process; stop that one, or give this one another file"
            raise StoreUnavailableError(text) from error
        except duckdb.Error as error:
            message = f"{self.path} cannot be opened: {error}"
            raise StoreError(message) from error
        migrate(self._connection)
        self._load()
        self._usable = True

    def _load(self) -> None:
        """Read the series and the newest reading of each: a snapshot, and the batches written since."""
        self._index = SeriesIndex()
        self._newest = Newest(self._index)
        run = self._connection.execute
        for meter, quantity, phase in run("SELECT meter, quantity, phase FROM series ORDER BY id").fetchall():
            self._index.add(SeriesKey(meter, quantity, phase))
        (mark,) = run("SELECT coalesce(max(batch), 0) FROM newest").fetchone() or (0,)
        for sql, params in (
            ("SELECT series, time, value, arrived, flags FROM newest ORDER BY series", []),
            (
                """SELECT series, max(time) AS time, arg_max(value, time) AS value, arg_max(arrived, time) AS arrived,
                arg_max(flags, time) AS flags FROM readings WHERE batch > ? GROUP BY series ORDER BY series""",
                [mark],
            ),
        ):
            rows = {name: np.asarray(column) for name, column in run(sql, params).fetchnumpy().items()}
            arrived = rows.pop("arrived")
            self._newest.update(Columns(self._index, **rows), arrived)
        batch, *counts = run("SELECT * FROM totals ORDER BY batch DESC LIMIT 1").fetchone() or (0,) * 7
        self._batch, self._totals, self._since_snapshot = batch, Totals(*counts), 0

    def write(self, batch: Batch) -> Written:
        """Make a batch durable: DuckDB has synced its log when this returns."""
        with self._lock:
            if not self._usable:
                self._open()
            known, number = len(self._index), self._batch + 1
            rows = batch.readings.numbered_by(self._index)
            self._newest.grow()
            try:
                self._connection.begin()
                self._insert_series(known)
                standing, written = self._insert_readings(rows, batch, number)
                self._insert_rejections(batch, number)
                totals = self._totals.after(batch, written)
                self._connection.execute("INSERT INTO totals VALUES (?, ?, ?, ?, ?, ?, ?)", [number, *totals])
                self._connection.commit()
            except (duckdb.Error, UnicodeError) as error:
                self._index.forget_from(known)
                self._undo()
                refused = isinstance(error, duckdb.DataError | duckdb.IntegrityError | UnicodeError)
                raise (StoreError if refused else StoreUnavailableError)(str(error)) from error
            self._batch, self._totals = number, totals
            self._newest.update(standing, batch.arrived)
            self._since_snapshot += written.stored
            if self._since_snapshot > max(_SNAPSHOT_ROWS, 4 * len(self._index)):
                self._snapshot()
            return written

    def replace(self, replacement: Replacement) -> Replaced:
        """Put what messages say now in place of what they said, all of it or nothing."""
        with self._lock:
            return self._replace(replacement, self._write_differences)

    def compare(self, replacement: Replacement) -> Replaced:
        """What `replace` would do."""
        with self._lock:
            return self._replace(replacement, self._leave_differences)

    def _replace(self, replacement: Replacement, settle: Callable[[duck_replace.Differences, int], None]) -> Replaced:
        if not self._usable:
            self._open()
        known = len(self._index)
        before = renumbered(replacement.before, self._index)
        now = replace(replacement.now, readings=replacement.now.readings.numbered_by(self._index))
        self._newest.grow()
        try:
            self._connection.begin()
            found = duck_replace.differences(self._connection, replace(replacement, before=before, now=now))
            settle(found, known)
        except (duckdb.Error, UnicodeError) as error:
            self._index.forget_from(known)
            self._undo()
            refused = isinstance(error, duckdb.DataError | duckdb.IntegrityError | UnicodeError)
            raise (StoreError if refused else StoreUnavailableError)(str(error)) from error
        return found.counts

    def _leave_differences(self, _found: duck_replace.Differences, known: int) -> None:
        self._connection.rollback()
        self._index.forget_from(known)

    def _write_differences(self, found: duck_replace.Differences, known: int) -> None:
        number = self._batch + 1
        self._insert_series(known)
        duck_replace.apply(self._connection, found, batch=number)
        touched = [
            rows.take(rows.time >= self._newest.time[rows.series])
            for rows in (found.gone_rows, found.put_rows.readings)
        ]
        newest = [(rows, duck_replace.newest_of(self._connection, rows)) for rows in touched if len(rows)]
        counts, totals = found.counts, self._totals
        totals = totals._replace(stored=totals.stored + counts.stored, corrected=totals.corrected + counts.corrected)
        self._connection.execute("INSERT INTO totals VALUES (?, ?, ?, ?, ?, ?, ?)", [number, *totals])
        self._connection.commit()
        self._batch, self._totals = number, totals
        for rows, now in newest:
            self._newest.put_right(rows, now.readings, now.arrived)
        self._newest.update(found.new.readings, found.new.arrived)
        self._since_snapshot += counts.stored

    def _undo(self) -> None:
        """Roll back; where DuckDB has given the file up, it is opened again before the next write."""
        try:
            self._connection.rollback()
        except duckdb.Error:
            self._usable = False
            self._connection.close()

    def _insert_readings(self, rows: Columns, batch: Batch, number: int) -> tuple[Columns, Written]:
        """Write what is new or changed; those rows, which now stand, and the counts."""
        distinct = rows.last_of_each_identity()
        there, changed = self._compare(distinct, batch)
        new, corrected = distinct.take(~there), distinct.take(changed)
        if len(new):
            self._with(
                new,
                "INSERT INTO readings SELECT series, time, value, ?, flags, ? FROM given",
                [batch.arrived, number],
            )
        if len(corrected):
            self._with(
                corrected,
                """UPDATE readings SET value = given.value, arrived = ?, flags = given.flags, batch = ?
                FROM given
                WHERE readings.series = given.series AND readings.time = given.time
                AND readings.time BETWEEN ? AND ?""",
                [batch.arrived, number, int(corrected.time.min()), int(corrected.time.max())],
            )
        return distinct.take(~there | changed), Written(len(new), len(rows) - len(new), len(corrected))

    def _compare(self, rows: Columns, batch: Batch) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which rows have their identity in the store already, and which of those bring a value that now stands."""
        there, changed = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
        late = np.flatnonzero(rows.time <= self._newest.time[rows.series])
        if len(late):
            found = self._with(
                rows.take(late),
                """SELECT given.row, readings.value, readings.arrived FROM given JOIN readings
                ON readings.series = given.series AND readings.time = given.time
                WHERE readings.time BETWEEN ? AND ?""",
                [int(rows.time[late].min()), int(rows.time[late].max())],
            ).fetchnumpy()
            at = late[np.asarray(found["row"])]
            there[at] = True
            changed[at] = rows.value[at] != np.asarray(found["value"])
            if batch.late:
                changed[at] &= np.asarray(found["arrived"]) < batch.arrived
        return there, changed

    def _insert_rejections(self, batch: Batch, number: int) -> None:
        if not batch.rejections:
            return
        unless_there = (
            """WHERE NOT EXISTS (FROM rejections AS known
            WHERE known.arrived = given.arrived AND known.topic = given.topic AND known.reason = given.reason
            AND known.payload = given.payload)"""
            if batch.late
            else ""
        )
        self._connection.execute(
            f"""INSERT INTO rejections SELECT *, ? FROM (
            SELECT unnest(?) AS arrived, unnest(?) AS topic, unnest(?) AS payload, unnest(?) AS reason
            ) AS given {unless_there}""",  # noqa: S608 - one of two constants
            [
                number,
                [r.arrived for r in batch.rejections],
                [r.topic for r in batch.rejections],
                [r.payload[:PAYLOAD_KEPT] for r in batch.rejections],
                [r.reason for r in batch.rejections],
            ],
        )

    def _with(self, rows: Columns, sql: str, params: Sequence[object]) -> duckdb.DuckDBPyConnection:
        """Run SQL that reads the rows as a table named `given`."""
        given = {
            "row": np.arange(len(rows)),
            "series": rows.series,
            "time": rows.time,
            "value": rows.value,
            "flags": rows.flags,
        }
        self._connection.register("given", given)
        return self._connection.execute(sql, params)

    def _insert_series(self, known: int) -> None:
        keys = self._index.keys[known:]
        if keys:
            self._connection.execute(
                "INSERT INTO series SELECT unnest(?), unnest(?), unnest(?), unnest(?)",
                [
                    list(range(known, known + len(keys))),
                    [k.meter for k in keys],
                    [k.quantity for k in keys],
                    [k.phase for k in keys],
                ],
            )

    def _snapshot(self) -> None:
        """Note the newest reading of every series, so that opening reads only what came after.

        A snapshot that fails costs time at the next opening, nothing else.
        """
        try:
            self._connection.begin()
            self._connection.execute("DELETE FROM newest")
            rows, arrived = self._newest.columns()
            self._connection.register("arrivals", {"row": np.arange(len(rows)), "arrived": arrived})
            self._with(
                rows,
                """INSERT INTO newest SELECT series, time, value, arrived, flags, ?
                FROM given JOIN arrivals ON given.row = arrivals.row""",
                [self._batch],
            )
            self._connection.execute("DELETE FROM totals WHERE batch < ?", [self._batch])
            self._connection.execute(
                "DELETE FROM rejections WHERE rowid < (SELECT max(rowid) FROM rejections) - ?", [REJECTIONS_KEPT]
            )
            self._connection.commit()
        except duckdb.Error as error:
            logger.warning("the store could not note its newest readings: %s", error)
            self._undo()
        self._since_snapshot = 0

    def latest(self) -> Mapping[SeriesKey, Latest]:
        """The newest reading of every series."""
        with self._lock:
            return self._newest.copy()

    def readings(self, query: Query, *, limit: int, after: str | None = None) -> Page:
        """Readings in order of time, then of series."""
        return duck_queries.readings(self.cursor(), self._index, query, limit=limit, after=after)

    def scan(self, query: Query) -> Iterator[Arrived]:
        """Readings in order of time, then of series, piece by piece, as they were when it began."""
        return duck_queries.scan(self.cursor(), self._index, query)

    def news(self) -> Sequence[Arrived] | None:
        """Nothing: the file is open in this process only."""
        return ()

    def changes(self, since: int) -> Changes:
        """Which meters' readings became otherwise since a batch."""
        return Changes(self._batch, duck_queries.changed(self.cursor(), self._index, since))

    def label_with(self, park: Park) -> None:
        """Nothing: the file holds ids only; what they belong to is looked up in the park file."""

    def note(self, figures: Mapping[str, float], *, at: Millis) -> None:
        """Nothing: nobody else can read the file meanwhile."""

    def edges(self, query: Query, *, every: Millis, origin: Millis = 0) -> dict[SeriesKey, Edges]:
        """First and last reading per series and period; suspect readings are left out."""
        return duck_queries.edges(self.cursor(), self._index, query, every=every, origin=origin)

    def buckets(self, query: Query, *, every: Millis, origin: Millis = 0) -> dict[SeriesKey, Buckets]:
        """Readings per series and period; suspect readings are left out."""
        return duck_queries.buckets(self.cursor(), self._index, query, every=every, origin=origin)

    def sums(
        self, group_of: Mapping[str, str], query: Query, *, every: Millis | None = None
    ) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Totals added up per group of meters and period."""
        return duck_queries.sums(self.cursor(), self._index, group_of, query, every=every)

    def rejections(self, *, limit: int, before: Millis | None = None) -> list[Rejection]:
        """The newest rejections first."""
        return duck_queries.rejections(self.cursor(), limit=limit, before=before)

    def totals(self) -> Totals:
        """Counts over the life of the store."""
        return self._totals

    def rename_meter(self, meter: str, *, to: str) -> int:
        """Give everything that is stored of a meter another meter's id: names stand once per series, so it is quick."""
        with self._lock:
            if not self._usable:
                self._open()
            if any(key.meter == to for key in self._newest):
                message = f"meter {to!r} has readings of its own; those of {meter!r} stay apart"
                raise StoreError(message)
            try:
                self._connection.begin()
                # The other may have series whose readings are all deleted: they change places.
                self._connection.execute(
                    "UPDATE series SET meter = CASE meter WHEN $1 THEN $2 ELSE $1 END WHERE meter IN ($1, $2)",
                    [meter, to],
                )
                self._connection.commit()
            except (duckdb.Error, UnicodeError) as error:
                self._undo()
                raise StoreUnavailableError(str(error)) from error
            return self._index.exchange(meter, to)

    def prune(self, *, before: Millis) -> int:
        """Delete what is older than `before`; the newest reading of every series is remembered all the same."""
        with self._lock:
            self._snapshot()
            found = self._connection.execute("DELETE FROM readings WHERE time < ?", [before]).fetchone()
            self._connection.execute("DELETE FROM rejections WHERE arrived < ?", [before])
            with suppress(duckdb.TransactionException):  # somebody writes; DuckDB makes up for it by itself
                self._connection.execute("CHECKPOINT")
        return int(found[0]) if found else 0

    def size(self) -> int:
        """Bytes on disk, the log included."""
        return sum(f.stat().st_size for f in self.path.parent.glob(f"{self.path.name}*") if f.is_file())

    def close(self) -> None:
        """Flush, fold the log into the file and let go of it."""
        with self._lock:
            self._snapshot()
            self._connection.close()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own: it sees what is committed and waits for nobody."""
        with self._lock:
            return self._connection.cursor()
