"""Whether the day or the month stands first in the dates of a column, by all of them together."""

from collections.abc import Mapping

from ingest.tables.sheet import Cell
from ingest.tables.wall import DATED, ZONED, ClockError, Order

_HOW = "give `time: {format: '%d/%m/%Y %H:%M'}`, or as it is, in a mapping"


class Dates:
    """What the dates of a column look like."""

    def __init__(self) -> None:
        """None was seen."""
        self._places: Mapping[str, set[int]] = {"first": set(), "second": set(), "third": set()}
        self._offsets: set[str] = set()
        self._example, self._short, self._point = "", False, False
        self._before: Cell = None

    def add(self, cell: Cell) -> None:
        """Look at one more."""
        if not isinstance(cell, str) or cell == self._before:
            return
        self._before = cell
        zoned = ZONED.fullmatch(cell)
        if zoned is not None:
            self._offsets.add(zoned["zone"])
        found = DATED.fullmatch(cell if zoned is None else zoned["wall"])
        if found is None or len(found["first"]) > 2:
            return
        self._example = cell
        for name, seen in self._places.items():
            seen.add(int(found[name]))
        self._short = self._short or len(found["third"]) <= 2
        self._point = self._point or "." in cell[: found.end("third")]

    def order(self) -> Order | None:
        """What stands first; None where every year does, with its four digits.

        Raises:
            ClockError: if no date of the column tells.
        """
        if len(self._offsets) > 2:
            message = f"times end in {', '.join(sorted(self._offsets)[:3])} and more: are they spans, from-to? {_HOW}"
            raise ClockError(message)
        first, second, third = self._places.values()
        if not first:
            return None
        if self._short and max(third) <= 31 and len(third) >= len(first) and not self._point:
            message = f"where is the year in {self._example!r}? No date of the column tells; {_HOW}"
            raise ClockError(message)
        if max(first) > 12 and max(second) > 12:
            message = f"dates like {self._example!r} have neither day nor month in one place; {_HOW}"
            raise ClockError(message)
        if max(first) > 12 or self._point:
            return "day"
        if max(second) > 12:
            return "month"
        message = f"is the day or the month first in {self._example!r}? No date of the column tells; {_HOW}"
        raise ClockError(message)
