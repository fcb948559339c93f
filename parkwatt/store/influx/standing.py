"""What stands in an InfluxDB at the times of some readings, and what becomes of it with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store.influx.connection import Connection
from parkwatt.store.influx.influxql import any_of, quoted
from parkwatt.store.influx.layout import READINGS, Field, Labels, field_of
from parkwatt.store.influx.points import Point, Value, points_of

_HOUR: Final = 3_600_000
_DAY: Final = 24 * _HOUR
_METERS_NAMED: Final = 100

Spot = tuple[str, str | None, Millis]


class Standing:
    """The points of some meters in some stretches of time, and what has to be written and removed.

    Attributes:
        points: by meter, phase and time; more than one where a meter's enterprise or carrier changed.
    """

    def __init__(self, points: Mapping[Spot, list[Point]], labels: Labels) -> None:
        self.points = dict(points)
        self._labels = labels
        self._written: dict[int, tuple[Point, list[Field]]] = {}
        self._broken: dict[int, Point] = {}

    def find(self, key: SeriesKey, time: Millis) -> Value | None:
        """What stands for an identity; where it stands twice, what arrived last."""
        found = [value for _, _, value in self._all(key, time)]
        return max(found, key=lambda value: value.arrived) if found else None

    def put(self, key: SeriesKey, time: Millis, value: Value) -> None:
        """Let a value stand for an identity, whatever stood there."""
        where = field_of(key.quantity, value.flags)
        home: Point | None = None
        for point, there, _ in list(self._all(key, time)):
            if there == where and home is None:
                home = point
            else:
                self._drop(point, there)
        home = home or self._point(key, time)
        home.values[where] = value
        _, fields = self._written.setdefault(id(home), (home, []))
        fields.append(where)

    def remove(self, key: SeriesKey, time: Millis) -> None:
        """Let nothing stand for an identity."""
        for point, there, _ in list(self._all(key, time)):
            self._drop(point, there)

    def additions(self) -> list[tuple[Point, list[Field]]]:
        """Points that are only added to or overwritten, with the fields that are."""
        return [(point, fields) for number, (point, fields) in self._written.items() if number not in self._broken]

    def removals(self) -> Iterator["Removal"]:
        """Stretches of a meter's time in which something goes: all of it is deleted, and the rest written again."""
        for meter in dict.fromkeys(point.place.meter for point in self._broken.values()):
            times = sorted({point.time for point in self._broken.values() if point.place.meter == meter})
            mine = [p for spot, some in self.points.items() if spot[0] == meter for p in some]
            for first, last in stretches(np.array(times, np.int64)):
                rest = [p.again() for p in mine if first <= p.time <= last and p.values]
                yield Removal(meter, first, last, rest)

    def _all(self, key: SeriesKey, time: Millis) -> Iterator[tuple[Point, Field, Value]]:
        for point in self.points.get((key.meter, key.phase, time), ()):
            for there in (Field(key.quantity), Field(key.quantity, suspect=True)):
                if there in point.values:
                    yield point, there, point.values[there]

    def _point(self, key: SeriesKey, time: Millis) -> Point:
        """The point that an identity belongs to, a new one if there is none."""
        place = self._labels.place(key.meter, key.phase)
        there = self.points.setdefault((key.meter, key.phase, time), [])
        for point in there:
            if point.place == place:
                return point
        there.append(Point(place, time, {}))
        return there[-1]

    def _drop(self, point: Point, there: Field) -> None:
        del point.values[there]
        self._broken[id(point)] = point


@dataclass(frozen=True, slots=True)
class Removal:
    """A stretch of a meter's time that is deleted, and what of it is written again.

    Attributes:
        meter: id.
        first, last: times [ms], both included.
        rest: points that stay.
    """

    meter: str
    first: Millis
    last: Millis
    rest: Sequence[Point] = field(default_factory=list)


def standing(connection: Connection, labels: Labels, rows: Columns) -> Standing:
    """What stands at and between the times of rows.

    Raises:
        StoreUnavailableError: if the server cannot be asked.
    """
    points: dict[Spot, list[Point]] = {}
    keys = rows.index.keys
    for first, last in stretches(rows.time):
        inside = (rows.time >= first) & (rows.time <= last)
        meters = sorted({keys[number].meter for number in np.unique(rows.series[inside]).tolist()})
        for point in read(connection, labels.park, first=first, last=last, meters=meters):
            points.setdefault(point.spot, []).append(point)
    return Standing(points, labels)


def read(
    connection: Connection, park: str, *, first: Millis, last: Millis, meters: Sequence[str] = ()
) -> Iterator[Point]:
    """Every point of some meters, or of all, between two times, both included."""
    condition = f"park = {quoted(park)} AND time >= {first}ms AND time <= {last}ms"
    if 0 < len(meters) <= _METERS_NAMED:
        condition += f" AND {any_of('meter', meters, exactly=True)}"
    for series in connection.query(f"SELECT * FROM {READINGS} WHERE {condition} GROUP BY *"):  # noqa: S608 - quoted
        yield from points_of(series)


def stretches(times: NDArray[np.int64]) -> Iterator[tuple[Millis, Millis]]:
    """First and last of times that lie near each other, none longer than a day [ms]."""
    distinct = np.unique(times)
    if not len(distinct):
        return
    begins = np.flatnonzero(np.diff(distinct, prepend=distinct[0] - 2 * _HOUR) > _HOUR)
    for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(distinct)], strict=True):
        first, last = int(distinct[begin]), int(distinct[end - 1])
        while last - first > _DAY:
            inside = int(distinct[np.searchsorted(distinct, first + _DAY, side="right") - 1])
            yield first, inside
            first = int(distinct[np.searchsorted(distinct, inside, side="right")])
        yield first, last
