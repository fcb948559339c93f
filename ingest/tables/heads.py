"""Finds the names of columns in the first lines of a table: below titles, over units, under merged cells."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import islice
from typing import Final, NamedTuple

from ingest.tables.sheet import Cell, Row, Rows, is_empty
from parkwatt.quantities import QUANTITIES, UnknownUnitError, conversion

LOOKED_AT: Final = 50
"""Lines in which the names of columns are looked for."""

_DEEPEST: Final = 3
_BETWEEN: Final = str.maketrans("", "", ",. '\u00a0\u202f")
_DATE: Final = re.compile(r"\s*\d{1,4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,4}")
_BRACKETS: Final = "()[] "


class Heads(NamedTuple):
    """The names of columns.

    Attributes:
        names: each once.
        end: how many rows of the file they and what stands above them take.
    """

    names: tuple[str, ...]
    end: int


def find_heads(rows: Rows) -> Heads | None:
    """The names of columns: texts that fill a line, with a line of numbers or times below them."""
    found = list(islice(rows(), LOOKED_AT))
    width = max((_filled(cells) for _, cells in found), default=0)
    best: tuple[int, int, int] | None = None
    for data, (_, cells) in enumerate(found):
        if not any(map(_is_datum, cells)):
            continue
        above = list(_texts_above(found, data))
        if not above:
            continue
        base = min(above, key=lambda n: (-_filled(found[n][1]), n))
        filled = _filled(found[base][1])
        if filled >= max(2, width // 2 + 1) and (best is None or filled > best[0]):
            best = (filled, base, data)
    if best is None:
        return None
    _, base, data = best
    names = _under(found[base - 1][1] if base and not _has_data(found[base - 1]) else (), found[base][1])
    end = base + 1
    while end < data and any(map(_is_unit, found[end][1])):
        names = _with_units(names, found[end][1])
        end += 1
    return Heads(_each_once(names), end)


def below(rows: Rows, end: int) -> Rows:
    """The rows after the first `end`, without empty ones."""

    def some() -> Iterator[Row]:
        return (row for row in islice(rows(), end, None) if _filled(row[1]))

    return some


def _texts_above(found: Sequence[Row], data: int) -> Iterator[int]:
    """Numbers of the rows right above one that have texts only."""
    for n in range(data - 1, max(-1, data - 1 - _DEEPEST), -1):
        if not _filled(found[n][1]) or _has_data(found[n]):
            return
        yield n


def _has_data(row: Row) -> bool:
    return any(map(_is_datum, row[1]))


def _under(upper: Sequence[Cell], base: Sequence[Cell]) -> list[str]:
    """Names, with those of merged cells above them where the names alone lack something."""
    own = [_text(cell) for cell in base]
    over = [_text(cell) for cell in upper]
    over += [""] * (len(own) - len(over))
    lacks = any(not name and above for name, above in zip(own, over, strict=False))
    twice = any(count > 1 for name, count in Counter(own).items() if name)
    if not (lacks or twice):
        return own
    carried, names = "", list[str]()
    for name, above in zip(own, over, strict=False):
        carried = (above if name else "") if above or not name else carried
        names.append(" ".join(filter(None, (name, carried))) if name else above)
    return names


def _with_units(names: list[str], units: Sequence[Cell]) -> list[str]:
    said = [_text(cell).strip(_BRACKETS) if _is_unit(cell) else "" for cell in units]
    said += [""] * (len(names) - len(said))
    return [f"{name} [{unit}]" if unit else name for name, unit in zip(names, said, strict=False)]


def _each_once(given: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    for number, name in enumerate(given, start=1):
        plain = name or f"column {number}"
        names.append(plain if plain not in names else f"{plain} ({number})")
    return tuple(names)


def _text(cell: Cell) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _filled(cells: Sequence[Cell]) -> int:
    return sum(not is_empty(cell) for cell in cells)


def _is_datum(cell: Cell) -> bool:
    if isinstance(cell, str):
        return cell.strip().lstrip("+-").translate(_BETWEEN).isdecimal() or _DATE.match(cell) is not None
    return isinstance(cell, int | float | date)


def _is_unit(cell: Cell) -> bool:
    return isinstance(cell, str) and _measures_something(cell.strip(_BRACKETS))


@cache
def _measures_something(unit: str) -> bool:
    if not unit or len(unit) > 12:
        return False
    for quantity in QUANTITIES:
        try:
            conversion(unit, quantity)
        except UnknownUnitError:
            continue
        return True
    return False
