"""What is asked of the embedded store, each question with its SQL."""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns, SeriesIndex
from parkwatt.flags import QUALITY_BITS, SUSPECT_BITS, unpack
from parkwatt.readings import Millis, Reading, Rejection, SeriesKey
from parkwatt.store.base import Buckets, Edges, Page, Query, StoreUnavailableError
from parkwatt.store.replacement import Arrived

PIECE = 200_000
"""Readings that a scan has in memory at a time; more where a quarter of an hour has more."""
_QUARTER = 900_000
_EARLIEST, _LATEST = -(2**62), 2**62
_NOT_SUSPECT = f"(flags & {QUALITY_BITS}) != {SUSPECT_BITS}"


def _select(cursor: duckdb.DuckDBPyConnection, index: SeriesIndex, query: Query) -> str:
    """The condition on `series` for a query; the numbers it needs are registered as `wanted`."""
    if not query.meters and not query.quantities:
        return "TRUE"
    numbers = index.matching(query.meters, query.quantities)
    cursor.register("wanted", {"id": np.array(numbers, np.int32)})
    return "series IN (SELECT id FROM wanted)"


def _span(query: Query) -> list[Millis]:
    return [
        _EARLIEST if query.start is None else query.start,
        _LATEST if query.end is None else query.end,
    ]


def _cursor_position(after: str | None) -> list[int]:
    """Time and series of the last reading of the page before."""
    if after is None:
        return [_EARLIEST, -1]
    try:
        time, series = (int(part) for part in after.split("."))
    except ValueError:
        message = f"{after!r} is no cursor; take the one that `next` gave"
        raise ValueError(message) from None
    return [time, series]


def readings(
    cursor: duckdb.DuckDBPyConnection, index: SeriesIndex, query: Query, *, limit: int, after: str | None
) -> Page:
    """Readings in order of time, then of series."""
    time, series = _cursor_position(after)
    rows = cursor.execute(
        f"""SELECT time, series, value, flags FROM readings
        WHERE {_select(cursor, index, query)} AND time >= ? AND time < ? AND (time > ? OR (time = ? AND series > ?))
        ORDER BY time, series LIMIT ?""",  # noqa: S608 - the condition is one of two constants
        [*_span(query), time, time, series, limit + 1],
    ).fetchall()
    found = []
    for at, number, value, flags in rows[:limit]:
        meter, quantity, phase = index.keys[number]
        kind, quality, source, historical = unpack(flags)
        found.append(Reading(meter, quantity, phase, value, kind, at, source, quality, historical))
    more = f"{rows[limit - 1][0]}.{rows[limit - 1][1]}" if len(rows) > limit else None
    return Page(found, more)


def scan(cursor: duckdb.DuckDBPyConnection, index: SeriesIndex, query: Query) -> Iterator[Arrived]:
    """Readings in order of time, then of series, in pieces; all of them as they were when it began."""
    cursor.begin()
    try:
        condition = _select(cursor, index, query)
        for start, end in _pieces(cursor, condition, query):
            found = cursor.execute(
                f"""SELECT series, time, value, flags, arrived FROM readings
                WHERE {condition} AND time >= ? AND time < ? ORDER BY time, series""",  # noqa: S608 - of two constants
                [start, end],
            ).fetchnumpy()
            columns = {name: np.asarray(column) for name, column in found.items()}
            arrived = columns.pop("arrived")
            yield Arrived(Columns(index, **columns), arrived)
    except duckdb.Error as error:
        message = f"the readings could not all be read: {error}"
        raise StoreUnavailableError(message) from error
    finally:
        cursor.close()


def _pieces(cursor: duckdb.DuckDBPyConnection, condition: str, query: Query) -> Iterator[tuple[Millis, Millis]]:
    """Stretches of time with about so many readings each as one has in memory at a time."""
    quarters = cursor.execute(
        f"""SELECT time // {_QUARTER} AS quarter, count(*) FROM readings
        WHERE {condition} AND time >= ? AND time < ? GROUP BY quarter ORDER BY quarter""",  # noqa: S608 - constants
        _span(query),
    ).fetchall()
    earliest, latest = _span(query)
    start, held = earliest, 0
    for quarter, count in quarters:
        if held and held + count > PIECE:
            border = max(earliest, quarter * _QUARTER)
            yield start, border
            start, held = border, 0
        held += count
    if held:
        yield start, latest


def changed(cursor: duckdb.DuckDBPyConnection, index: SeriesIndex, since: int) -> dict[str, Millis]:
    """The earliest time of what came, changed or went after a batch, per meter."""
    found: dict[str, Millis] = {}
    rows = cursor.execute(
        """SELECT series, min(time) FROM (
            SELECT series, time FROM readings WHERE batch > $1
            UNION ALL SELECT series, time FROM removals WHERE batch > $1
        ) GROUP BY series""",
        [since],
    ).fetchall()
    for series, time in rows:
        meter = index.keys[series].meter
        found[meter] = min(time, found.get(meter, time))
    return found


_EDGES = (
    """min(time) AS first_time, arg_min(value, time) AS first, max(time) AS last_time, arg_max(value, time) AS last"""
)
_STATISTICS = "avg(value) AS mean, min(value) AS low, max(value) AS high, count(*) AS count"


def edges(
    cursor: duckdb.DuckDBPyConnection, index: SeriesIndex, query: Query, *, every: Millis, origin: Millis
) -> dict[SeriesKey, Edges]:
    """First and last reading per series and period of `every` ms that begins at `origin` plus a multiple of it."""
    found = _per_period(cursor, index, query, _EDGES, every=every, origin=origin)
    return {key: Edges(**columns) for key, columns in found}


def buckets(
    cursor: duckdb.DuckDBPyConnection, index: SeriesIndex, query: Query, *, every: Millis, origin: Millis
) -> dict[SeriesKey, Buckets]:
    """Readings per series and period of `every` ms that begins at `origin` plus a multiple of it."""
    found = _per_period(cursor, index, query, f"{_EDGES}, {_STATISTICS}", every=every, origin=origin)
    return {key: Buckets(**columns) for key, columns in found}


def _per_period(  # noqa: PLR0913 - what is asked of what, and of which periods
    cursor: duckdb.DuckDBPyConnection,
    index: SeriesIndex,
    query: Query,
    asked: str,
    *,
    every: Millis,
    origin: Millis,
) -> Iterator[tuple[SeriesKey, dict[str, NDArray[Any]]]]:
    shift = origin % every
    rows = cursor.execute(
        f"""SELECT series, (time - {shift}) // {every} * {every} + {shift} AS start, {asked}
        FROM readings WHERE {_select(cursor, index, query)} AND time >= ? AND time < ? AND {_NOT_SUSPECT}
        GROUP BY ALL ORDER BY series, start""",  # noqa: S608 - whole numbers and constants
        _span(query),
    ).fetchnumpy()
    series = rows.pop("series")
    columns = {name: np.asarray(column) for name, column in rows.items()}
    borders = np.flatnonzero(np.diff(series, prepend=-1, append=-1))
    for first, last in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
        if last > first:
            yield index.keys[int(series[first])], {name: column[first:last] for name, column in columns.items()}


def sums(
    cursor: duckdb.DuckDBPyConnection,
    index: SeriesIndex,
    group_of: Mapping[str, str],
    query: Query,
    *,
    every: Millis | None,
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Totals added up per group of meters, and per period if `every` is given."""
    numbers = [n for n in index.matching(query.meters, query.quantities) if index.keys[n].phase is None]
    numbers = [n for n in numbers if index.keys[n].meter in group_of]
    names = sorted({group_of[index.keys[n].meter] for n in numbers})
    if not numbers:
        return {}
    number_of = {name: number for number, name in enumerate(names)}
    groups = np.array([number_of[group_of[index.keys[n].meter]] for n in numbers], np.int16)
    cursor.register("grouped", {"id": np.array(numbers, np.int32), "part": groups})
    if every is None:
        # Adding up per series first keeps the groups few and the join small: three times as fast.
        sql = f"""SELECT part, {query.start or 0}::BIGINT AS start, sum(subtotal) AS total
        FROM (SELECT series, sum(value) AS subtotal FROM readings WHERE time >= ? AND time < ? GROUP BY series)
        JOIN grouped ON series = id GROUP BY part ORDER BY part"""  # noqa: S608 - whole numbers
    else:
        sql = f"""SELECT part, time // {every} * {every} AS start, sum(value) AS total
        FROM readings JOIN grouped ON series = id WHERE time >= ? AND time < ?
        GROUP BY ALL ORDER BY part, start"""  # noqa: S608 - whole numbers
    rows = cursor.execute(sql, _span(query)).fetchnumpy()
    parts, starts, totals = (np.asarray(rows[name]) for name in ("part", "start", "total"))
    mine = {name: parts == number for number, name in enumerate(names)}
    return {name: (starts[rows], totals[rows]) for name, rows in mine.items() if rows.any()}


def rejections(cursor: duckdb.DuckDBPyConnection, *, limit: int, before: Millis | None) -> list[Rejection]:
    """The newest rejections first."""
    rows = cursor.execute(
        "SELECT topic, payload, arrived, reason FROM rejections WHERE arrived < ? ORDER BY arrived DESC LIMIT ?",
        [_LATEST if before is None else before, limit],
    ).fetchall()
    return [Rejection(topic, payload, arrived, reason) for topic, payload, arrived, reason in rows]
