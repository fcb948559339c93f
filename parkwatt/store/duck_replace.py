"""How a DuckDB file takes a replacement: first what differs is found out, then only that is written.

All of it happens inside a transaction that the caller begins and ends.
"""

from collections import Counter
from hashlib import sha256
from typing import Any, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns
from parkwatt.readings import PAYLOAD_KEPT, Millis, Rejection
from parkwatt.store.replacement import Arrived, Replaced, Replacement


class Differences(NamedTuple):
    """What a replacement changes in a file.

    Attributes:
        gone: rows that are removed.
        gone_rows: their series and times.
        new: readings that are inserted.
        put: rows that are overwritten.
        put_rows: with what.
        corrected: how many of those have another value, kind or quality.
        resolved: rejections that are removed.
        rejections: rejections that are inserted.
    """

    gone: NDArray[np.int64]
    gone_rows: Columns
    new: Arrived
    put: NDArray[np.int64]
    put_rows: Arrived
    corrected: int
    resolved: list[int]
    rejections: list[Rejection]

    @property
    def counts(self) -> Replaced:
        """How much it is."""
        return Replaced(len(self.gone), len(self.new), self.corrected, len(self.rejections), len(self.resolved))


def differences(connection: duckdb.DuckDBPyConnection, replacement: Replacement) -> Differences:
    """What a replacement changes; `before` and `now` are numbered as the file numbers them."""
    before, now = replacement.before, replacement.now
    _register(connection, "before", before)
    _register(connection, "now", now)
    mine = _fetched(
        connection,
        """SELECT DISTINCT readings.rowid AS id, readings.series, readings.time, readings.value, readings.flags
        FROM before JOIN readings ON readings.series = before.series AND readings.time = before.time
        AND readings.arrived = before.arrived WHERE readings.time BETWEEN ? AND ?""",
        before,
    )
    there = _fetched(
        connection,
        """SELECT now.row, readings.rowid AS id, readings.value, readings.flags, readings.arrived
        FROM now JOIN readings ON readings.series = now.series AND readings.time = now.time
        WHERE readings.time BETWEEN ? AND ?""",
        now,
    )
    row = there["row"]
    is_mine = np.isin(there["id"], mine["id"])
    differs = (there["value"] != now.readings.value[row]) | (there["flags"] != now.readings.flags[row])
    corrects = differs & (is_mine | (there["arrived"] <= now.arrived[row]))
    # What they gave before and give now with the same value came with another of them: that is noted, too.
    puts = corrects | (is_mine & (there["arrived"] != now.arrived[row]))
    gone = ~np.isin(mine["id"], there["id"])
    new = np.ones(len(now), np.bool_)
    new[row] = False
    resolved, rejections = _rejections(connection, replacement)
    return Differences(
        gone=mine["id"][gone],
        gone_rows=Columns(before.readings.index, *(mine[name][gone] for name in ("series", "time", "value", "flags"))),
        new=now.take(new),
        put=there["id"][puts],
        put_rows=now.take(row[puts]),
        corrected=int(np.count_nonzero(corrects)),
        resolved=resolved,
        rejections=rejections,
    )


def apply(connection: duckdb.DuckDBPyConnection, found: Differences, *, batch: int) -> None:
    """Write what differs, as a batch of this number."""
    if len(found.gone):
        connection.register("ids", {"id": found.gone})
        connection.execute(
            "DELETE FROM readings USING ids WHERE readings.rowid = ids.id AND readings.time BETWEEN ? AND ?",
            _span(found.gone_rows),
        )
        _register(connection, "gone", Arrived(found.gone_rows, np.zeros(len(found.gone_rows), np.int64)))
        connection.execute("INSERT INTO removals SELECT series, min(time), ? FROM gone GROUP BY series", [batch])
    if len(found.put):
        _register(connection, "put", found.put_rows, id=found.put)
        connection.execute(
            """UPDATE readings SET value = put.value, flags = put.flags, arrived = put.arrived, batch = ? FROM put
            WHERE readings.rowid = put.id AND readings.time BETWEEN ? AND ?""",
            [batch, *_span(found.put_rows.readings)],
        )
    if len(found.new):
        _register(connection, "new", found.new)
        connection.execute("INSERT INTO readings SELECT series, time, value, arrived, flags, ? FROM new", [batch])
    if found.resolved:
        connection.execute("DELETE FROM rejections WHERE rowid IN (SELECT unnest(?))", [found.resolved])
    if found.rejections:
        columns = zip(
            *((r.arrived, r.topic, r.payload[:PAYLOAD_KEPT], r.reason) for r in found.rejections), strict=True
        )
        connection.execute(
            "INSERT INTO rejections SELECT unnest(?), unnest(?), unnest(?), unnest(?), ?",
            [*(list(column) for column in columns), batch],
        )


def newest_of(connection: duckdb.DuckDBPyConnection, rows: Columns) -> Arrived:
    """The newest reading of each series that occurs in rows, noted for the next opening as well."""
    series = np.unique(rows.series)
    connection.register("touched", {"series": series})
    found = connection.execute(
        """SELECT series, max(time) AS time, arg_max(value, time) AS value, arg_max(arrived, time) AS arrived,
        arg_max(flags, time) AS flags FROM readings WHERE series IN (SELECT series FROM touched) GROUP BY series"""
    ).fetchnumpy()
    columns = {name: np.asarray(column) for name, column in found.items()}
    arrived = columns.pop("arrived")
    newest = Arrived(Columns(rows.index, **columns), arrived)
    ((mark,),) = connection.execute("SELECT max(batch) FROM newest").fetchall()
    if mark is not None:
        connection.execute("DELETE FROM newest WHERE series IN (SELECT series FROM touched)")
        _register(connection, "newest_now", newest)
        connection.execute("INSERT INTO newest SELECT series, time, value, arrived, flags, ? FROM newest_now", [mark])
    return newest


def _rejections(connection: duckdb.DuckDBPyConnection, replacement: Replacement) -> tuple[list[int], list[Rejection]]:
    """Rows of rejections that go, and rejections that are not there yet."""
    keys = dict.fromkeys([*replacement.reread, *((r.topic, r.arrived) for r in replacement.rejections)])
    if not keys:
        return [], []
    there: list[tuple[Any, ...]] = connection.execute(
        """SELECT rejections.rowid, arrived, topic, reason, sha256(payload)
        FROM rejections JOIN (SELECT unnest(?) AS topic, unnest(?) AS arrived) AS reread USING (topic, arrived)
        ORDER BY rejections.rowid""",
        [[topic for topic, _ in keys], [arrived for _, arrived in keys]],
    ).fetchall()
    said = [
        (r.arrived, r.topic, r.reason, sha256(r.payload[:PAYLOAD_KEPT]).hexdigest()) for r in replacement.rejections
    ]
    open_still = Counter(said)
    gone: list[int] = []
    for row, *what in there:
        key = (what[0], what[1], what[2], what[3])
        if open_still[key]:
            open_still[key] -= 1
        else:
            gone.append(row)
    new: list[Rejection] = []
    for key, rejection in zip(reversed(said), reversed(replacement.rejections), strict=True):
        if open_still[key]:
            open_still[key] -= 1
            new.append(rejection)
    return gone, new[::-1]


def _fetched(connection: duckdb.DuckDBPyConnection, sql: str, rows: Arrived) -> dict[str, NDArray[Any]]:
    """What SQL finds within the time that rows span."""
    found = connection.execute(sql, _span(rows.readings)).fetchnumpy()
    return {name: np.asarray(column) for name, column in found.items()}


def _span(rows: Columns) -> list[Millis]:
    return [int(rows.time.min()), int(rows.time.max())] if len(rows) else [0, -1]


def _register(connection: duckdb.DuckDBPyConnection, name: str, rows: Arrived, **more: NDArray[np.int64]) -> None:
    """Let SQL read rows as a table."""
    columns = rows.readings
    connection.register(
        name,
        {
            "row": np.arange(len(columns)),
            "series": columns.series,
            "time": columns.time,
            "value": columns.value,
            "flags": columns.flags,
            "arrived": rows.arrived,
            **more,
        },
    )
