"""Excel workbooks as sheets."""

import pickle
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final
from weakref import finalize
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ingest.tables.heads import LOOKED_AT, Heads, below, find_heads
from ingest.tables.sheet import Line, Row, Rows, Sheet, SheetError

_AT_ONCE: Final = 1_000


def workbook_sheet(path: Path, name: str | None) -> Sheet:
    """The table in a workbook: the first, and what goes on under the same heads on further sheets, or a named sheet.

    Raises:
        SheetError: if there is none.
        OSError: if the file cannot be read.
    """
    names = _names(path)
    if name is not None and name not in names:
        message = f"{path} has no sheet {name!r}; it has {', '.join(names)}"
        raise SheetError(message)
    parts: list[tuple[Rows, Heads]] = []
    others: list[str] = []
    for sheet in [name] if name is not None else names:
        rows = _rows_of(path, sheet, first=not parts)
        heads = find_heads(rows)
        if heads is not None and (not parts or heads.names == parts[0][1].names):
            parts.append((rows, heads))
        elif any(any(cell is not None for cell in cells) for _, cells in islice(rows(), LOOKED_AT)):
            others.append(sheet)
    if not parts:
        message = f"{path}: no line with names of columns and numbers below was found in the first {LOOKED_AT}"
        raise SheetError(message)
    remarks = (f"sheets that are not read: {', '.join(others)} (--sheet reads another)",) if others else ()
    return Sheet(parts[0][1].names, _Kept([below(rows, heads.end) for rows, heads in parts]).rows, remarks=remarks)


def _open(path: Path) -> Workbook:
    try:
        return load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, EOFError) as error:
        message = f"{path} is no Excel workbook (.xlsx): {error}"
        raise SheetError(message) from error


def _names(path: Path) -> list[str]:
    with closing(_open(path)) as book:
        return [sheet.title for sheet in book.worksheets]


def _rows_of(path: Path, name: str, *, first: bool) -> Rows:
    def rows() -> Iterator[Row]:
        with closing(_open(path)) as book:
            sheet = book[name]
            sheet.reset_dimensions()  # what other programs write there is not always true
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                line: Line = number if first else f"{name}!{number}"
                yield line, cells  # type: ignore[misc]  # with data_only there are no formulas, and no rich text

    return rows


class _Kept:
    """Rows that are read from the workbook once, and from a file of their own when they are gone through again.

    A workbook takes a minute for a million rows.
    """

    def __init__(self, parts: list[Rows]) -> None:
        self._parts = parts
        self._file: IO[bytes] | None = None

    def rows(self) -> Iterator[Row]:
        if self._file is None:
            yield from self._first_time()
            return
        self._file.seek(0)
        while some := pickle.load(self._file):  # noqa: S301 - written below, in a file that nobody else can open
            yield from some

    def _first_time(self) -> Iterator[Row]:
        file = TemporaryFile()  # noqa: SIM115 - it goes with this object
        finalize(self, file.close)
        for part in self._parts:
            rows = part()
            while some := list(islice(rows, _AT_ONCE)):
                pickle.dump(some, file, protocol=pickle.HIGHEST_PROTOCOL)
                yield from some
        pickle.dump([], file)
        self._file = file
