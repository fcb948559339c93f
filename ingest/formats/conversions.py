"""From wire values to the park's units, all values of a batch at once."""

from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.formats.meaning import Meaning
from parkwatt.columns import SeriesIndex
from parkwatt.flags import NUMBER_OF_KIND
from parkwatt.readings import Quality, SeriesKey

_COLUMNS = {
    "series": np.int32,
    "factor": np.float64,
    "divisor": np.float64,
    "offset": np.float64,
    "low": np.float64,
    "high": np.float64,
    "kind": np.uint8,
    "plain": np.bool_,
}


_parts = attrgetter("quantity", "phase", "kind", "factor", "divisor", "offset", "low", "high")


@lru_cache(maxsize=10_000)
def _worth(meaning: Meaning) -> object:
    """What makes two meanings the same conversion."""
    return _parts(meaning)


class Conversions:
    """How each field of each meter becomes a reading, by number.

    Attributes:
        index: the series that the readings belong to.
    """

    def __init__(self) -> None:
        self.index = SeriesIndex()
        self._columns: dict[str, NDArray[Any]] = {name: np.zeros(1024, dtype) for name, dtype in _COLUMNS.items()}
        self._count = 0
        self._numbers: dict[tuple[str, Meaning], int] = {}
        self._meanings: dict[object, Meaning] = {}

    def number(self, meter: str, meaning: Meaning) -> int:
        """The number of a field of a meter."""
        # By value: the same meaning may have been made anew, with a meter's ratios or after it was forgotten.
        key = (meter, self._meanings.setdefault(_worth(meaning), meaning))
        known = self._numbers.get(key)
        if known is not None:
            return known
        number = self._numbers[key] = self._count
        row = {
            "series": self.index.add(SeriesKey(meter, meaning.quantity, meaning.phase)),
            "factor": meaning.factor,
            "divisor": meaning.divisor,
            "offset": meaning.offset,
            "low": meaning.low,
            "high": meaning.high,
            "kind": NUMBER_OF_KIND[meaning.kind],
            "plain": meaning.plain,
        }
        for name, value in row.items():
            column = self._columns[name]
            if number == len(column):
                column = self._columns[name] = np.concatenate((column, np.zeros_like(column)))
            column[number] = value
        self._count += 1
        return number

    def apply(
        self, numbers: list[int], wire: list[float]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.uint8]]:
        """Series, value and flags (kind and quality) of wire values; a value that is too large is not finite."""
        which = np.array(numbers, np.intp)
        of = self._columns
        value = _floats(wire)
        if not of["plain"][which].all():
            with np.errstate(all="ignore"):
                value = value * of["factor"][which] / of["divisor"][which] + of["offset"][which]
        implausible = (value < of["low"][which]) | (value > of["high"][which])
        return of["series"][which], value, of["kind"][which] | (implausible * np.uint8(Quality.SUSPECT << 2))


def _floats(wire: list[float]) -> NDArray[np.float64]:
    """Numbers as floats; an integer beyond all floats is infinite."""
    try:
        return np.array(wire, np.float64)
    except OverflowError:
        return np.array([_float(number) for number in wire], np.float64)


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf")
