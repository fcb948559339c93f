"""Readings as columns: which series they belong to, and the newest of each series, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parkwatt.readings import Millis, Reading, SeriesKey
from parkwatt.store.base import Latest
from parkwatt.store.flags import pack, unpack

NEVER = np.iinfo(np.int64).min


@dataclass(slots=True)
class Columns:
    """Readings, a row each: series id, time [ms], value, time of arrival [ms], flags."""

    series: NDArray[np.int32]
    time: NDArray[np.int64]
    value: NDArray[np.float64]
    arrived: NDArray[np.int64]
    flags: NDArray[np.uint8]

    def __len__(self) -> int:
        """How many rows."""
        return len(self.series)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Columns":
        """Some of the rows, by mask or by index."""
        return Columns(self.series[rows], self.time[rows], self.value[rows], self.arrived[rows], self.flags[rows])

    def last_of_each_identity(self) -> "Columns":
        """Without the rows that a later row of the same series and time replaces; in order of series and time."""
        order = np.lexsort((self.time, self.series))
        series, time = self.series[order], self.time[order]
        last = np.ones(len(order), np.bool_)
        last[:-1] = (series[1:] != series[:-1]) | (time[1:] != time[:-1])
        return self.take(order[last])


class SeriesIndex:
    """The number of every series."""

    def __init__(self) -> None:
        self.keys: list[SeriesKey] = []
        self._ids: dict[SeriesKey, int] = {}

    def __len__(self) -> int:
        """How many series."""
        return len(self.keys)

    def add(self, key: SeriesKey) -> int:
        """The number of a series, a new one if it has none."""
        number = self._ids.get(key)
        if number is None:
            number = self._ids[key] = len(self.keys)
            self.keys.append(key)
        return number

    def forget_from(self, length: int) -> None:
        """Take back the series beyond the first `length`, when they could not be written."""
        for key in self.keys[length:]:
            del self._ids[key]
        del self.keys[length:]

    def columns(self, readings: Sequence[Reading], arrived: Millis) -> Columns:
        """Readings that arrived together as columns, in their order."""
        n, add = len(readings), self.add
        return Columns(
            np.fromiter((add(SeriesKey(r.meter, r.quantity, r.phase)) for r in readings), np.int32, n),
            np.fromiter((r.time for r in readings), np.int64, n),
            np.fromiter((r.value for r in readings), np.float64, n),
            np.full(n, arrived, np.int64),
            np.fromiter((pack(r) for r in readings), np.uint8, n),
        )

    def matching(self, meters: Sequence[str], quantities: Sequence[str]) -> list[int]:
        """Numbers of the series of some meters (`*` at the end stands for anything) and quantities; empty: all."""
        exact = {m for m in meters if not m.endswith("*")}
        prefixes = tuple(m[:-1] for m in meters if m.endswith("*"))
        wanted = set(quantities)
        return [
            number
            for number, key in enumerate(self.keys)
            if (not meters or key.meter in exact or key.meter.startswith(prefixes or ("\0",)))
            and (not wanted or key.quantity in wanted)
        ]


class Newest:
    """The newest reading of every series, by number."""

    def __init__(self) -> None:
        self.time = np.full(1024, NEVER, np.int64)
        self.value = np.zeros(1024)
        self.arrived = np.zeros(1024, np.int64)
        self.flags = np.zeros(1024, np.uint8)

    def grow(self, length: int) -> None:
        """Make room for `length` series."""
        while len(self.time) < length:
            more = len(self.time)
            self.time = np.concatenate((self.time, np.full(more, NEVER, np.int64)))
            self.value = np.concatenate((self.value, np.zeros(more)))
            self.arrived = np.concatenate((self.arrived, np.zeros(more, np.int64)))
            self.flags = np.concatenate((self.flags, np.zeros(more, np.uint8)))

    def update(self, rows: Columns) -> None:
        """Take rows that are in order of series and time, each identity once."""
        if not len(rows):
            return
        last = np.ones(len(rows), np.bool_)
        last[:-1] = rows.series[1:] != rows.series[:-1]
        last &= rows.time >= self.time[rows.series]
        at = rows.series[last]
        self.time[at], self.value[at] = rows.time[last], rows.value[last]
        self.flags[at], self.arrived[at] = rows.flags[last], rows.arrived[last]

    def columns(self) -> Columns:
        """The newest readings, in order of series."""
        known = np.flatnonzero(self.time != NEVER)
        return Columns(
            known.astype(np.int32), self.time[known], self.value[known], self.arrived[known], self.flags[known]
        )

    def by_key(self, keys: Sequence[SeriesKey]) -> Mapping[SeriesKey, Latest]:
        """The newest readings with their names."""
        found: dict[SeriesKey, Latest] = {}
        rows = self.columns()
        for series, time, value, arrived, flags in zip(
            rows.series.tolist(),
            rows.time.tolist(),
            rows.value.tolist(),
            rows.arrived.tolist(),
            rows.flags.tolist(),
            strict=True,
        ):
            kind, quality, source, _ = unpack(flags)
            found[keys[series]] = Latest(time, value, arrived, kind, source, quality)
        return found
