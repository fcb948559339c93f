"""Sums of consumption rows in the embedded store, added up where the rows are."""

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from parkwatt.store.derived import Sums

_QUARTER = 900_000
_KNOWN = "measured_share + estimated_share > 0"


def sums(
    cursor: duckdb.DuckDBPyConnection, meters: Sequence[str], *, borders: NDArray[np.int64], fields: Sequence[str]
) -> Sums:
    """Sums per meter and period between borders [ms]."""
    found = Sums.nothing(meters, len(borders) - 1, fields)
    first, last = int(borders[0]), int(borders[-1])
    starts = np.arange(-(-first // _QUARTER) * _QUARTER, last, _QUARTER, dtype=np.int64)
    if not meters or not len(starts):
        return found
    cursor.register("asked", {"meter": np.array(meters, object), "place": np.arange(len(meters))})
    # Rows begin at quarter-hours: looking their period up by equality is many times faster than comparing borders.
    cursor.register("spans", {"start": starts, "period": np.searchsorted(borders, starts, side="right") - 1})
    columns = ", ".join(f"fsum({name}) AS {name}, bool_or({name} IS NULL) AS lacks_{name}" for name in fields)
    answer = cursor.execute(
        f"""SELECT place, period, fsum(measured_share) AS measured, fsum(estimated_share) AS estimated, {columns}
        FROM consumption JOIN asked USING (meter) JOIN spans USING (start)
        WHERE start >= ? AND start < ? AND {_KNOWN} GROUP BY place, period""",  # noqa: S608 - names of our own
        (first, last),
    ).fetchnumpy()
    cells = np.asarray(answer["place"], np.int64), np.asarray(answer["period"], np.int64)
    found.measured[cells], found.estimated[cells] = (np.asarray(answer[name]) for name in ("measured", "estimated"))
    for at, name in enumerate(fields):
        found.numbers[:, :, at][cells] = np.ma.filled(np.ma.asarray(answer[name], np.float64), np.nan)
        found.lacks[:, :, at][cells] = np.asarray(answer[f"lacks_{name}"], np.bool_)
    return replace(found, factors=_factors(cursor, first, last))


def _factors(cursor: duckdb.DuckDBPyConnection, first: int, last: int) -> dict[str, frozenset[str]]:
    rows = cursor.execute(
        f"""SELECT meter, string_agg(DISTINCT factors, ';') FROM consumption JOIN asked USING (meter)
        WHERE start >= ? AND start < ? AND {_KNOWN} GROUP BY meter""",  # noqa: S608 - names of our own
        (first, last),
    ).fetchall()
    return {meter: frozenset(filter(None, text.split(";"))) for meter, text in rows}
