"""What some readings add up to per series: the same on both sides, whatever pieces they come in."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import SeriesIndex
from parkwatt.readings import SeriesKey
from parkwatt.store import Arrived

_MANTISSA = 53
_HALF = 26
_LOWEST_EXPONENT = -1073  # of the smallest number that a float can hold, as frexp gives it
_UNIT = 1 << (_MANTISSA - _LOWEST_EXPONENT)
_EXPONENTS = 4096
_MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93)


class Sums(NamedTuple):
    """What the readings of one series add up to.

    Attributes:
        readings: how many there are.
        total: of their values, in the unit of the quantity, rounded once.
        low: the smallest value.
        high: the largest.
        digest: of every time, value, arrival and flag, in any order: two sides that differ anywhere differ in it.
    """

    readings: int
    total: float
    low: float
    high: float
    digest: int


class Tally:
    """Sums of every series; adding up is exact, so that the order and the pieces do not matter."""

    def __init__(self) -> None:
        self._index = SeriesIndex()
        self._count: list[int] = []
        self._total: list[int] = []
        self._low: list[float] = []
        self._high: list[float] = []
        self._digest: list[int] = []

    @classmethod
    def of(cls, pieces: Iterable[Arrived]) -> "Tally":
        """What readings add up to that come piece by piece."""
        tally = cls()
        for piece in pieces:
            tally.add(piece)
        return tally

    def __len__(self) -> int:
        """How many readings."""
        return sum(self._count)

    def add(self, piece: Arrived) -> None:
        """Add readings up."""
        if not len(piece):
            return
        series = self._index.numbers(piece.readings).astype(np.int64)
        self._grow()
        values = piece.readings.value + 0.0  # of the two zeros only one
        mantissa, exponent = np.frexp(values)
        whole = (mantissa * float(1 << _MANTISSA)).astype(np.int64)
        key = series * _EXPONENTS + (exponent - _LOWEST_EXPONENT)
        order = np.argsort(key, kind="stable")
        starts = _starts(key[order])
        groups = zip(
            key[order][starts].tolist(),
            np.add.reduceat(whole[order] >> _HALF, starts).tolist(),
            np.add.reduceat(whole[order] & ((1 << _HALF) - 1), starts).tolist(),
            strict=True,
        )
        for group, upper, lower in groups:
            number, shift = divmod(group, _EXPONENTS)
            self._total[number] += ((upper << _HALF) + lower) << shift
        series, values, mixed = series[order], values[order], _mixed(piece, values)[order]
        starts = _starts(series)
        ends = [*starts[1:].tolist(), len(series)]
        rows = zip(
            series[starts].tolist(),
            starts.tolist(),
            ends,
            np.minimum.reduceat(values, starts).tolist(),
            np.maximum.reduceat(values, starts).tolist(),
            np.add.reduceat(mixed, starts).tolist(),
            strict=True,
        )
        for number, start, end, low, high, digest in rows:
            self._count[number] += end - start
            self._low[number] = min(self._low[number], low)
            self._high[number] = max(self._high[number], high)
            self._digest[number] = (self._digest[number] + digest) % 2**64

    def total(self) -> float:
        """Of all values of all series, rounded once; a figure to compare, not one to use."""
        return float(Fraction(sum(self._total), _UNIT))

    def sums(self) -> dict[SeriesKey, Sums]:
        """Per series."""
        columns = (self._count, self._total, self._low, self._high, self._digest)
        return {
            key: Sums(count, float(Fraction(total, _UNIT)), low, high, digest)
            for key, count, total, low, high, digest in zip(self._index.keys, *columns, strict=True)
            if count
        }

    def _grow(self) -> None:
        new = len(self._index) - len(self._count)
        self._count += [0] * new
        self._total += [0] * new
        self._low += [float("inf")] * new
        self._high += [float("-inf")] * new
        self._digest += [0] * new


def _starts(sorted_groups: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.flatnonzero(np.diff(sorted_groups, prepend=-1))


def _mixed(piece: Arrived, values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """A number per row that changes with everything in it."""
    rows = piece.readings
    columns = (rows.time, values.view(np.int64), piece.arrived, rows.flags.astype(np.int64))
    found = np.zeros(len(piece), np.uint64)
    for column, factor in zip(columns, _MIX, strict=True):
        found = (found ^ column.view(np.uint64)) * np.uint64(factor)
        found ^= found >> np.uint64(29)
    return found
