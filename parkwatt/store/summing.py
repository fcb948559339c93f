"""Adds up rows of consumption that come in pieces, for a home of derived data that cannot do it by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from parkwatt.store.derived import Consumption, Sums


def summed(
    pieces: Iterable[Consumption], meters: Sequence[str], *, borders: NDArray[np.int64], fields: Sequence[str]
) -> Sums:
    """Sums of the rows per meter and period between borders [ms]; rows of other meters and times are left out."""
    periods = len(borders) - 1
    found = Sums.nothing(meters, periods, fields)
    place = {meter: at for at, meter in enumerate(meters)}
    factors: dict[str, frozenset[str]] = {}
    for rows in pieces:
        of = np.array([place.get(about.meter, -1) for about in rows.abouts], np.int64)
        meter = of[rows.about] if len(of) else rows.about
        period = np.searchsorted(borders, rows.start, side="right") - 1
        measured, estimated = rows.column("measured_share"), rows.column("estimated_share")
        counts = (meter >= 0) & (period >= 0) & (period < periods) & (measured + estimated > 0)
        cells = (meter[counts], period[counts])
        np.add.at(found.measured, cells, measured[counts])
        np.add.at(found.estimated, cells, estimated[counts])
        for at, name in enumerate(fields):
            _add(found, at, cells, rows.column(name)[counts])
        for about in (rows.abouts[number] for number in np.unique(rows.about[counts]).tolist()):
            known = factors.get(about.meter, frozenset())
            factors[about.meter] = known | frozenset(filter(None, about.factors.split(";")))
    return replace(found, factors=factors)


def _add(
    found: Sums, field: int, cells: tuple[NDArray[np.int64], NDArray[np.int64]], values: NDArray[np.float64]
) -> None:
    """Add the values of a field to their cells; one that is absent is remembered."""
    known = ~np.isnan(values)
    meter, period = cells
    there = meter[known], period[known]
    numbers = found.numbers[:, :, field]
    numbers[there] = np.nan_to_num(numbers[there])
    np.add.at(numbers, there, values[known])
    found.lacks[meter[~known], period[~known], field] = True
