"""Readings as tables: a row each, or a row per time and a column per series."""

from collections.abc import Iterator, Sequence

import numpy as np

from dashboards.export.table import Column, Kind, Piece, Table
from parkwatt.flags import unpack
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import SeriesKey
from parkwatt.store import Arrived, Query, Store

_COLUMNS = (
    Column("meter", "表计"),
    Column("quantity", "物理量"),
    Column("phase", "相"),
    Column("time", "时间", Kind.TIME),
    Column("value", "数值", Kind.NUMBER),
    Column("unit", "单位"),
    Column("quality", "质量"),
    Column("kind", "类型"),
    Column("time_source", "时间来源"),
    Column("arrived", "到达时间", Kind.TIME),
)


def one_by_one(store: Store, query: Query) -> Table:
    """A row per reading: everything that a store knows of it, so that it can be imported again."""
    return Table(_COLUMNS, map(_rows, store.scan(query)))


def _rows(piece: Arrived) -> Piece:
    readings = piece.readings
    keys = [readings.index.keys[number] for number in readings.series.tolist()]
    marks = [unpack(flags) for flags in readings.flags.tolist()]
    return (
        [key.meter for key in keys],
        [key.quantity for key in keys],
        [key.phase for key in keys],
        readings.time.tolist(),
        readings.value.tolist(),
        [QUANTITIES[key.quantity].unit for key in keys],
        [quality.text for _, quality, _, _ in marks],
        [kind.value for kind, _, _, _ in marks],
        [source.value for _, _, source, _ in marks],
        piece.arrived.tolist(),
    )


def side_by_side(store: Store, query: Query) -> Table:
    """A row per time, a column per series; a cell is empty where a series has no reading at that time."""
    keys = sorted(
        (key for key in store.latest() if _is_asked_for(key, query)),
        key=lambda key: (key.meter, key.quantity, key.phase or ""),
    )
    columns = (Column("time", "时间", Kind.TIME), *(Column(name, name, Kind.NUMBER) for name in map(_heading, keys)))
    return Table(columns, _crossed(store.scan(query), keys))


def _crossed(pieces: Iterator[Arrived], keys: Sequence[SeriesKey]) -> Iterator[Piece]:
    at = {key: number for number, key in enumerate(keys)}
    for piece in pieces:
        readings = piece.readings
        numbers = np.array([at.get(key, -1) for key in readings.index.keys], np.int64)
        columns = numbers[readings.series]
        there = columns >= 0
        times, rows = np.unique(readings.time[there], return_inverse=True)
        cells = np.full((len(keys), len(times)), np.nan)
        cells[columns[there], rows] = readings.value[there]
        yield (times.tolist(), *([None if np.isnan(cell) else cell for cell in row.tolist()] for row in cells))


def _heading(key: SeriesKey) -> str:
    return f"{key.meter} {key.quantity}{'' if key.phase is None else ' ' + key.phase} [{QUANTITIES[key.quantity].unit}]"


def _is_asked_for(key: SeriesKey, query: Query) -> bool:
    exact = {meter for meter in query.meters if not meter.endswith("*")}
    begins = tuple(meter[:-1] for meter in query.meters if meter.endswith("*"))
    return (not query.meters or key.meter in exact or key.meter.startswith(begins or ("\0",))) and (
        not query.quantities or key.quantity in query.quantities
    )
