"""A table in a file: names of columns, and rows of cells with the line they stand in.

Errors:
    SheetError    the file cannot be read as a table; trying again helps once it is corrected
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

Cell: TypeAlias = str | float | int | bool | datetime | date | time | timedelta | None
Line: TypeAlias = int | str
"""Where a row stands: a line counted from 1, or `sheet!line` on a further sheet of a workbook."""
Row: TypeAlias = tuple[Line, Sequence[Cell]]
Rows: TypeAlias = Callable[[], Iterator[Row]]
"""Gives rows from the first on, as often as it is asked."""


class SheetError(ValueError):
    """A file cannot be read as a table."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table in a file.

    Attributes:
        names: of the columns; one without a head is `column 3`.
        rows: gives the rows below the names, empty ones left out.
        separator: between the cells of a text; empty for other files.
        remarks: what people should know of how it was read.
    """

    names: tuple[str, ...]
    rows: Rows
    separator: str = ""
    remarks: tuple[str, ...] = ()


def is_empty(cell: Cell) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or cell == ""


def cell_at(cells: Sequence[Cell], position: int) -> Cell:
    """A cell; nothing where the row is too short."""
    return cells[position] if position < len(cells) else None


def text_of(cell: Cell) -> str:
    """A cell as text; the number of a meter, which Excel keeps as 660.0, without its point."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
