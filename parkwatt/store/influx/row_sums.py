"""Sums of consumption rows in InfluxDB, added up where the rows are.

Borders follow the calendar, and InfluxQL knows only periods that are all as long. The server adds up pieces that fit
between all borders, days for months, and what comes back, little of it, is put together here. Pieces that are hardly
longer than rows cost a server more than the rows themselves, which are read then.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from parkwatt.readings import Millis
from parkwatt.store.derived import Sums
from parkwatt.store.influx.connection import Series
from parkwatt.store.influx.influxql import any_of

_SHARES = ("measured_share", "estimated_share")
_KNOWN = " OR ".join(f"{name} > 0" for name in _SHARES)
_SHORT: Millis = 2 * 3_600_000
"""Pieces up to this length are read row by row [ms]."""
_LENGTH: Millis = 31 * 86_400_000
_METERS = 50
"""Time and meters of one question, so that a server answers well before anybody stops waiting."""
_AT_ONCE = 4
"""Questions that a server is asked at a time; each uses one of its cores."""

Ask = Callable[[str, Sequence[str], str], list[Series]]
"""Asks something of the rows of a park, under conditions, grouped."""


def row_sums(ask: Ask, meters: Sequence[str], *, borders: NDArray[np.int64], fields: Sequence[str]) -> Sums:
    """Sums per meter and period between borders [ms].

    Args:
        ask: answers, also to several threads.
        meters: ids.
        borders: of the periods.
        fields: which numbers.
    """
    found = Sums.nothing(meters, len(borders) - 1, fields)
    place = {meter: at for at, meter in enumerate(meters)}
    factors: dict[str, set[str]] = {}
    length = int(np.gcd.reduce(np.diff(borders)))
    if length <= _SHORT:
        what, grouped = f"SELECT {', '.join((*_SHARES, *fields))} FROM consumption", "meter"  # noqa: S608 - names of our own
    else:
        numbers = ", ".join(f"sum({name}), count({name})" for name in (*_SHARES, *fields))
        what = f"SELECT {numbers} FROM consumption"  # noqa: S608 - names of our own
        grouped = f"meter, time({length}ms, {int(borders[0]) % length}ms) fill(none)"

    def answers(conditions: Sequence[str]) -> tuple[list[Series], list[Series]]:
        return ask(what, conditions, grouped), ask("SELECT distinct(factors) FROM consumption", conditions, "meter")

    with ThreadPoolExecutor(_AT_ONCE) as askers:
        for rows, labels in askers.map(answers, _parts(meters, borders)):
            for series in rows:
                table = np.array(series.values, np.float64)
                pieces = _with_counts(table) if length <= _SHORT else table
                _add(found, place[series.tags["meter"]], pieces, borders)
            for series in labels:
                known = factors.setdefault(series.tags["meter"], set())
                known.update(*(ids.split(";") for _, ids in series.values if ids))
    return replace(found, factors={meter: frozenset(ids) for meter, ids in factors.items()})


def _parts(meters: Sequence[str], borders: NDArray[np.int64]) -> Iterator[Sequence[str]]:
    """Conditions of the single questions."""
    first, last = int(borders[0]), int(borders[-1])
    for begin in range(first, last, _LENGTH):
        end = min(begin + _LENGTH, last)
        for n in range(0, len(meters), _METERS):
            some = any_of("meter", meters[n : n + _METERS], exactly=True)
            yield (f"time >= {begin}ms", f"time < {end}ms", some, f"({_KNOWN})")


def _with_counts(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows as pieces of one row: beside every number, whether it is there."""
    numbers = rows[:, 1:]
    pairs = np.stack((numbers, ~np.isnan(numbers)), axis=2).reshape(len(rows), -1)
    return np.concatenate((rows[:, :1], pairs), axis=1)


def _add(found: Sums, meter: int, pieces: NDArray[np.float64], borders: NDArray[np.int64]) -> None:
    """Add pieces of a meter to its periods: start, then for shares and fields the sum and how many rows have it."""
    period = np.searchsorted(borders, pieces[:, 0].astype(np.int64), side="right") - 1
    added, counted = np.nan_to_num(pieces[:, 1::2]), np.nan_to_num(pieces[:, 2::2])
    rows = counted[:, : len(_SHARES)].max(axis=1)
    np.add.at(found.measured[meter], period, added[:, 0])
    np.add.at(found.estimated[meter], period, added[:, 1])
    for field in range(len(found.fields)):
        number = len(_SHARES) + field
        has = counted[:, number] > 0
        sums = found.numbers[meter, :, field]
        sums[period[has]] = np.nan_to_num(sums[period[has]])
        np.add.at(sums, period[has], added[has, number])
        found.lacks[meter, period[counted[:, number] < rows], field] = True
