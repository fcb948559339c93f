"""Readings as columns: what comes by the thousand is handled as arrays, from the decoder to the disk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from parkwatt.flags import pack, unpack
from parkwatt.readings import Reading, SeriesKey


class SeriesIndex:
    """The number of every series, in the order in which they became known.

    One thread adds; others may read what was there when they looked.

    Attributes:
        keys: the series, by number.
    """

    def __init__(self) -> None:
        self.keys: list[SeriesKey] = []
        self._numbers: dict[SeriesKey, int] = {}
        self._of_others: WeakKeyDictionary[SeriesIndex, NDArray[np.int32]] = WeakKeyDictionary()

    def __len__(self) -> int:
        """How many series."""
        return len(self.keys)

    def add(self, key: SeriesKey) -> int:
        """The number of a series, a new one if it has none."""
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return number

    def find(self, key: SeriesKey) -> int | None:
        """The number of a series, None if it has none."""
        return self._numbers.get(key)

    def numbers(self, columns: "Columns") -> NDArray[np.int32]:
        """This index's numbers for the rows of columns that were made with another one; new series are added."""
        known = self._of_others.get(columns.index)
        if known is None:
            known = np.empty(0, np.int32)
        new = columns.index.keys[len(known) :]
        if new:
            known = np.concatenate((known, np.array([self.add(key) for key in new], np.int32)))
            self._of_others[columns.index] = known
        return known[columns.series]

    def forget_from(self, length: int) -> None:
        """Take back the series beyond the first `length`."""
        for key in self.keys[length:]:
            del self._numbers[key]
        del self.keys[length:]
        self._of_others.clear()

    def exchange(self, meter: str, other: str) -> int:
        """Give the series of two meters to each other; how many the first had."""
        turned = {meter: other, other: meter}
        moved = [(number, key) for number, key in enumerate(self.keys) if key.meter in turned]
        for _, key in moved:
            del self._numbers[key]
        for number, key in moved:
            self.keys[number] = key._replace(meter=turned[key.meter])
            self._numbers[self.keys[number]] = number
        self._of_others.clear()
        return sum(key.meter == meter for _, key in moved)

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


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Readings, a row each.

    Attributes:
        index: what the numbers in `series` stand for.
        series: number of the series.
        time: when it was measured [ms].
        value: in the unit of the quantity; finite.
        flags: kind, quality and circumstances, see `parkwatt.flags`.
    """

    index: SeriesIndex
    series: NDArray[np.int32]
    time: NDArray[np.int64]
    value: NDArray[np.float64]
    flags: NDArray[np.uint8]

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> "Columns":
        """Readings as columns, in their order."""
        index, rows = SeriesIndex(), tuple(readings)
        n = len(rows)
        return cls(
            index,
            np.fromiter((index.add(r.key) for r in rows), np.int32, n),
            np.fromiter((r.time for r in rows), np.int64, n),
            np.fromiter((r.value for r in rows), np.float64, n),
            np.fromiter((pack(r) for r in rows), np.uint8, n),
        )

    def __len__(self) -> int:
        """How many rows."""
        return len(self.series)

    def __iter__(self) -> Iterator[Reading]:
        """The readings one by one."""
        keys = self.index.keys
        columns = (self.series.tolist(), self.time.tolist(), self.value.tolist(), self.flags.tolist())
        for series, time, value, flags in zip(*columns, strict=True):
            meter, quantity, phase = keys[series]
            kind, quality, source, historical = unpack(flags)
            yield Reading(meter, quantity, phase, value, kind, time, source, quality, historical)

    def meters(self) -> set[str]:
        """The meters that the rows belong to."""
        there = np.zeros(len(self.index), np.bool_)
        there[self.series] = True
        return {self.index.keys[number].meter for number in np.flatnonzero(there).tolist()}

    def take(self, rows: "NDArray[np.bool_] | NDArray[np.intp] | slice") -> "Columns":
        """Some of the rows, by mask, by index or by slice."""
        return Columns(self.index, self.series[rows], self.time[rows], self.value[rows], self.flags[rows])

    def numbered_by(self, index: SeriesIndex) -> "Columns":
        """The same rows with the numbers of another index, which learns the series it does not know."""
        return Columns(index, index.numbers(self), self.time, self.value, self.flags)

    def last_of_each_identity(self) -> "Columns":
        """Without the rows that a later row of the same series and time replaces; in order of series and time."""
        order = np.lexsort((self.time, self.series))
        series, time = self.series[order], self.time[order]
        last = np.ones(len(order), np.bool_)
        last[:-1] = (series[1:] != series[:-1]) | (time[1:] != time[:-1])
        return self.take(order[last])
