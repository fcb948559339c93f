"""From the rows that accounting keeps back to intervals, so that whoever reads them computes with the same value."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.virtual import virtual_meters
from parkwatt.park import Park
from parkwatt.store.derived import Consumption

_KNOWN = ("amount", "measured_share", "estimated_share")


def kept_intervals(park: Park, pieces: Iterable[Consumption], borders: NDArray[np.int64]) -> dict[str, Intervals]:
    """What each meter took in between borders, virtual meters too, by its id; a meter without any row is left out.

    Args:
        park: whose meters; rows of others are left out.
        pieces: rows of any meters; those that do not begin at a border are left out.
        borders: of the intervals [ms], growing; as fine as the rows.
    """
    found: dict[str, NDArray[np.float64]] = {}
    for rows in pieces:
        _put(park, rows, borders, found)
    used = {meter: _intervals(borders, *numbers) for meter, numbers in found.items()}
    return used | virtual_meters(park, used)


def kept_imports(park: Park, rows: Consumption, borders: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """What import registers counted between borders, of the meters that count what goes out too, virtual ones left out.

    Args:
        park: whose meters.
        rows: of any meters.
        borders: of the intervals [ms], growing; as fine as the rows.
    """
    counted = rows.take(~np.isnan(rows.column("imported")))
    found: dict[str, NDArray[np.float64]] = {}
    _put(park, counted, borders, found, ("imported",))
    return {meter: numbers[0] for meter, numbers in found.items()}


def _put(
    park: Park,
    rows: Consumption,
    borders: NDArray[np.int64],
    found: dict[str, NDArray[np.float64]],
    fields: Sequence[str] = _KNOWN,
) -> None:
    """Put fields where they belong, a row per field and a column per interval; amounts are unknown where no row is."""
    place = np.searchsorted(borders, rows.start)
    fits = (place < len(borders) - 1) & (borders[np.minimum(place, len(borders) - 1)] == rows.start)
    order = np.argsort(rows.about[fits], kind="stable")
    about, place = rows.about[fits][order], place[fits][order]
    columns = [rows.column(name)[fits][order] for name in fields]
    bounds = np.searchsorted(about, np.arange(len(rows.abouts) + 1))
    for n, who in enumerate(rows.abouts):
        here = slice(int(bounds[n]), int(bounds[n + 1]))
        if who.meter not in park.meter_by_id or here.start == here.stop:
            continue
        numbers = found.setdefault(who.meter, np.tile([[np.nan], [0.0], [0.0]][: len(fields)], len(borders) - 1))
        for number, column in zip(numbers, columns, strict=True):
            number[place[here]] = column[here]


def _intervals(
    borders: NDArray[np.int64],
    amount: NDArray[np.float64],
    measured: NDArray[np.float64],
    estimated: NDArray[np.float64],
) -> Intervals:
    known = ~np.isnan(amount) & (measured + estimated > 0)  # a row that could not be removed has no shares
    return Intervals(
        border=borders,
        amount=np.where(known, amount, np.nan),
        measured=np.where(known, measured, 0.0),
        estimated=np.where(known, estimated, 0.0),
        events=(),
        counted=known.astype(np.int64),
    )
