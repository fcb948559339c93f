"""What a replay comes to, gathered batch by batch and then put in order of time: a database of its own, on disk.

Each identity comes out once, whatever came in: with the value that stands when the batches are written one after the
other. So it can be carried out in slices of time, and again if that was cut short.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np

from parkwatt.columns import Columns, SeriesIndex
from parkwatt.readings import Millis, Rejection
from parkwatt.store import Arrived, Replacement
from parkwatt.store.duck import REJECTIONS_KEPT

_AT_ONCE = 200_000
_SLICE = 100_000
"""Readings that are replaced in one go: what comes in meanwhile waits for so many."""

_REJECTIONS_AT_ONCE = 5_000
_MEMORY = "512MB"


class Plan:
    """Collects what messages said and say; gives replacements.

    Attributes:
        readings: what they say now, repetitions counted.
    """

    def __init__(self, folder: Path) -> None:
        """Begin in an empty folder, which whoever made it deletes."""
        self.readings = 0
        self._index = SeriesIndex()
        self._connection = duckdb.connect(str(folder / "plan.duckdb"))
        self._connection.execute(f"SET memory_limit = '{_MEMORY}'")
        self._connection.execute("CREATE TABLE before (series INTEGER, time BIGINT, arrived BIGINT)")
        self._connection.execute(
            "CREATE TABLE now (rank BIGINT, series INTEGER, time BIGINT, value DOUBLE, flags UTINYINT, arrived BIGINT)"
        )
        self._before: list[tuple[Columns, Millis]] = []
        self._now: list[tuple[Columns, Millis, int]] = []
        self._waiting = 0
        self._rejections: deque[Rejection] = deque(maxlen=REJECTIONS_KEPT)
        self._reread: deque[tuple[str, Millis]] = deque(maxlen=2 * REJECTIONS_KEPT)

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def said(self, readings: Columns, arrived: Millis, rejections: Sequence[Rejection]) -> None:
        """Note what messages of a batch said before."""
        self._before.append((readings.numbered_by(self._index), arrived))
        self._reread.extend(dict.fromkeys((r.topic, r.arrived) for r in rejections))
        self._waits(len(readings))

    def says(self, readings: Columns, arrived: Millis, rejections: Sequence[Rejection], *, rank: int) -> None:
        """Note what messages of a batch say now; batches with a higher rank come later."""
        self.readings += len(readings)
        rows = readings.numbered_by(self._index).last_of_each_identity()
        self._now.append((rows, arrived, rank))
        self._rejections.extend(rejections)
        self._reread.extend(dict.fromkeys((r.topic, r.arrived) for r in rejections))
        self._waits(len(readings))

    def finish(self) -> list[str]:
        """Nothing more comes; the meters that the messages speak of now."""
        self._flush()
        # A reading that comes again with its value is no news: it stands as it came first.
        self._connection.execute(
            """CREATE TABLE stands AS
            SELECT series, time, value, flags, arrived FROM (
                SELECT *, row_number() OVER (PARTITION BY series, time ORDER BY rank DESC) AS from_end FROM (
                    SELECT *, lag(value) OVER (PARTITION BY series, time ORDER BY rank) AS earlier FROM now
                ) WHERE earlier IS NULL OR earlier != value
            ) WHERE from_end = 1 ORDER BY time"""
        )
        self._connection.execute("CREATE TABLE said AS SELECT DISTINCT * FROM before ORDER BY time")
        numbers = self._connection.execute("SELECT DISTINCT series FROM stands ORDER BY series").fetchall()
        return list(dict.fromkeys(self._index.keys[number].meter for (number,) in numbers))

    def replacements(self) -> Iterator[tuple[float, Replacement]]:
        """In order of time: the share that is done with each, from 0 to 1."""
        bounds = self._connection.execute(
            """SELECT DISTINCT max(time) OVER (PARTITION BY slice) FROM (
                SELECT time, (row_number() OVER (ORDER BY time) - 1) // ? AS slice
                FROM (SELECT time FROM said UNION ALL SELECT time FROM stands)
            ) ORDER BY 1""",
            [_SLICE],
        ).fetchall()
        after = -(2**63)
        for number, (upto,) in enumerate(bounds, start=1):
            yield (
                number / len(bounds),
                Replacement(self._slice("said", after, upto), self._slice("stands", after, upto)),
            )
            after = upto
        yield from ((1.0, replacement) for replacement in self._of_rejections())

    def _of_rejections(self) -> Iterator[Replacement]:
        reread = dict.fromkeys(self._reread)
        by_message: dict[tuple[str, Millis], list[Rejection]] = {key: [] for key in reread}
        for rejection in self._rejections:
            by_message.setdefault((rejection.topic, rejection.arrived), []).append(rejection)
        keys = sorted(by_message, key=lambda key: key[1])
        for begin in range(0, len(keys), _REJECTIONS_AT_ONCE):
            some = keys[begin : begin + _REJECTIONS_AT_ONCE]
            yield Replacement(reread=some, rejections=[r for key in some for r in by_message[key]])

    def _slice(self, table: str, after: Millis, upto: Millis) -> Arrived:
        given = "series, time, arrived" if table == "said" else "series, time, arrived, value, flags"
        found = self._connection.execute(
            f"SELECT {given} FROM {table} WHERE time > ? AND time <= ?",  # noqa: S608 - one of two constants
            [after, upto],
        ).fetchnumpy()
        rows = {name: np.asarray(column) for name, column in found.items()}
        count = len(rows["series"])
        value, flags = rows.get("value", np.zeros(count)), rows.get("flags", np.zeros(count, np.uint8))
        return Arrived(Columns(self._index, rows["series"], rows["time"], value, flags), rows["arrived"])

    def _waits(self, count: int) -> None:
        self._waiting += count
        if self._waiting >= _AT_ONCE or len(self._before) + len(self._now) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        for table, some in (
            ("before", [(rows, arrived, 0) for rows, arrived in self._before if len(rows)]),
            ("now", [(rows, arrived, rank) for rows, arrived, rank in self._now if len(rows)]),
        ):
            if not some:
                continue
            lengths = [len(rows) for rows, _, _ in some]
            columns = {
                "series": np.concatenate([rows.series for rows, _, _ in some]),
                "time": np.concatenate([rows.time for rows, _, _ in some]),
                "value": np.concatenate([rows.value for rows, _, _ in some]),
                "flags": np.concatenate([rows.flags for rows, _, _ in some]),
                "arrived": np.repeat(np.array([arrived for _, arrived, _ in some], np.int64), lengths),
                "rank": np.repeat(np.array([rank for _, _, rank in some], np.int64), lengths),
            }
            self._connection.register("given", columns)
            given = "series, time, arrived" if table == "before" else "rank, series, time, value, flags, arrived"
            self._connection.execute(f"INSERT INTO {table} SELECT {given} FROM given")  # noqa: S608 - one of two constants
        self._before, self._now, self._waiting = [], [], 0
