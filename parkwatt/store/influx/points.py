"""Readings as the lines that InfluxDB takes, and the rows of its answers as readings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns, SeriesIndex
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store.influx.connection import Series
from parkwatt.store.influx.layout import (
    ARRIVED,
    FIELDS,
    FLAGS,
    TIME,
    USUAL,
    Field,
    Labels,
    Place,
    field_of,
    from_stored,
    to_stored,
)
from parkwatt.store.replacement import Arrived


class Value(NamedTuple):
    """What stands for a quantity in a point.

    Attributes:
        value: in the unit of the quantity.
        arrived: when it arrived [ms].
        flags: see `parkwatt.flags`.
    """

    value: float
    arrived: Millis
    flags: int


@dataclass(slots=True)
class Point:
    """What a meter said at a time on a phase.

    Attributes:
        place: the series in InfluxDB that it belongs to.
        time: [ms].
        values: by where they stand.
        arrived, flags: what the point says of its values where those do not differ; None if it is not written yet.
        noted: fields that stand beside single values.
    """

    place: Place
    time: Millis
    values: dict[Field, Value]
    arrived: Millis | None = None
    flags: int | None = None
    noted: frozenset[str] = frozenset()

    @property
    def spot(self) -> tuple[str, str | None, Millis]:
        """Meter, phase and time: what its values have in common with those of the same point in another series."""
        return self.place.meter, self.place.phase, self.time

    def again(self) -> "Point":
        """The same, to be written wholly anew."""
        return Point(self.place, self.time, self.values)

    def line(self, park: str, fields: Iterable[Field] | None = None) -> str:
        """The line that writes some of its values, all of them if none are named."""
        written = list(self.values if fields is None else fields)
        said: list[str] = []
        if self.arrived is None:
            first = self.values[written[0]]
            self.arrived, self.flags = first.arrived, to_stored(first.flags, written[0])
            said += [f"{TIME}={self.time}i", f"{ARRIVED}={self.arrived}i"]
            if self.flags != USUAL:
                said.append(f"{FLAGS}={self.flags}i")
        usual = USUAL if self.flags is None else self.flags
        for field in written:
            value, arrived, flags = self.values[field]
            said.append(f"{field.name}={value!r}")
            stored = to_stored(flags, field)
            if arrived != self.arrived or field.arrived in self.noted:
                said.append(f"{field.arrived}={arrived}i")
            if stored != usual or field.flags in self.noted:
                said.append(f"{field.flags}={stored}i")
        return f"{self.place.line(park)} {','.join(said)} {self.time}000000"


def points_of(series: Series) -> Iterator[Point]:
    """The points of a part of an answer that was grouped by all tags."""
    place = Place.of(series.tags)
    at = {name: number for number, name in enumerate(series.columns)}
    fields = [
        (field, at[name], at.get(field.arrived), at.get(field.flags)) for name, field in FIELDS.items() if name in at
    ]
    time, arrived, flags = at["time"], at.get(ARRIVED), at.get(FLAGS)
    for row in series.values:
        came = 0 if arrived is None or row[arrived] is None else int(row[arrived])
        usual = USUAL if flags is None or row[flags] is None else int(row[flags])
        values = {
            field: Value(
                float(row[here]),
                came if own_arrival is None or row[own_arrival] is None else int(row[own_arrival]),
                from_stored(usual if own_flags is None or row[own_flags] is None else int(row[own_flags]), field),
            )
            for field, here, own_arrival, own_flags in fields
            if row[here] is not None
        }
        beside = {at[name] for field in values for name in (field.arrived, field.flags) if name in at}
        noted = frozenset(series.columns[number] for number in beside if row[number] is not None)
        yield Point(place, row[time], values, came, usual, noted)


def columns_of(answer: Iterable[Series], index: SeriesIndex, quantities: Iterable[str] = ()) -> Arrived:
    """The readings of an answer that was grouped by all tags, in no particular order.

    Args:
        answer: parts with values and what stands beside them.
        index: numbers the series, and learns those it does not know.
        quantities: which; empty for all.
    """
    wanted = set(quantities)
    parts = [part for series in answer for part in _parts(series, index, wanted)]
    if not parts:
        none = np.empty(0, np.int64)
        return Arrived(Columns(index, none.astype(np.int32), none, np.empty(0), none.astype(np.uint8)), none)
    number, time, value, flags, arrived = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Arrived(Columns(index, number, time, value, flags), arrived)


_Part = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64], NDArray[np.uint8], NDArray[np.int64]]


def _parts(series: Series, index: SeriesIndex, wanted: set[str]) -> Iterator[_Part]:
    meter, phase = series.tags["meter"], series.tags.get("phase") or None
    columns = dict(zip(series.columns, zip(*series.values, strict=True), strict=True))
    time = np.array(columns["time"], np.int64)
    arrived = _filled(columns.get(ARRIVED), np.zeros(len(time), np.int64))
    flags = _filled(columns.get(FLAGS), np.full(len(time), USUAL, np.int64))
    for name, field in FIELDS.items():
        if name not in columns or (wanted and field.quantity not in wanted):
            continue
        value = np.array(columns[name], np.float64)
        there = ~np.isnan(value)
        count = int(np.count_nonzero(there))
        if not count:
            continue
        stored = _filled(columns.get(field.flags), flags)[there]
        known, place = np.unique(stored, return_inverse=True)
        full = np.array([from_stored(int(flag), field) for flag in known], np.uint8)[place]
        number = index.add(SeriesKey(meter, field.quantity, phase))
        came = _filled(columns.get(field.arrived), arrived)[there]
        yield np.full(count, number, np.int32), time[there], value[there], full, came


def _filled(column: tuple[int | None, ...] | None, otherwise: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers of a column, and others where there are none."""
    if column is None:
        return otherwise
    found = np.array(column, np.float64)
    return np.where(np.isnan(found), otherwise, np.nan_to_num(found)).astype(np.int64)


def joined(parts: Sequence[Arrived], index: SeriesIndex) -> Arrived:
    """Rows that one index numbers, one after the other."""
    if not parts:
        return columns_of((), index)
    columns = [part.readings for part in parts]
    return Arrived(
        Columns(
            index,
            np.concatenate([c.series for c in columns]),
            np.concatenate([c.time for c in columns]),
            np.concatenate([c.value for c in columns]),
            np.concatenate([c.flags for c in columns]),
        ),
        np.concatenate([part.arrived for part in parts]),
    )


def of_each_identity(rows: Arrived) -> Arrived:
    """Without what stands in more than one series of InfluxDB: of those the one that arrived last. In order of time."""
    columns = rows.readings
    order = np.lexsort((rows.arrived, columns.series, columns.time))
    series, time = columns.series[order], columns.time[order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = (series[1:] != series[:-1]) | (time[1:] != time[:-1])
    return rows.take(order[last])


def points(rows: Arrived, labels: Labels) -> Iterator[Point]:
    """Rows that are not there yet, each identity once, as new points."""
    columns = rows.readings
    keys = columns.index.keys
    used = np.unique(columns.series)
    numbers: dict[Place, int] = {}
    spot_of = np.zeros(len(keys), np.int32)
    for number in used.tolist():
        spot_of[number] = numbers.setdefault(labels.place(keys[number].meter, keys[number].phase), len(numbers))
    places = list(numbers)
    spots = spot_of[columns.series]
    order = np.lexsort((spots, columns.time))
    listed = (spots, columns.time, columns.series, columns.value, rows.arrived, columns.flags)
    point, spot = None, -1
    for here, time, number, value, arrived, flags in zip(*(column[order].tolist() for column in listed), strict=True):
        if point is None or here != spot or time != point.time:
            if point is not None:
                yield point
            point, spot = Point(places[here], time, {}), here
        point.values[field_of(keys[number].quantity, flags)] = Value(value, arrived, flags)
    if point is not None:
        yield point
