"""Files as sheets: names of columns, and rows of cells with the line they stand in.

Errors:
    SheetError    the file cannot be read as a table; trying again helps once it is corrected
"""

import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Final, TypeAlias

import duckdb
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

Cell: TypeAlias = str | float | int | bool | datetime | date | None
Row: TypeAlias = tuple[int, Sequence[Cell]]
"""A line of the file, counted from 1, and what stands in it."""

_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_SEPARATORS: Final = ",;\t|"
_BETWEEN: Final = str.maketrans("", "", ",. '\u00a0\u202f")
_LOOKED_AT: Final = 50
"""Lines in which the heads of columns are looked for."""


class SheetError(ValueError):
    """A file cannot be read as a table."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table in a file; its rows may be gone through more than once.

    Attributes:
        names: of the columns; one without a head is `column 3`.
        head: line in which the names stand.
        rows: gives the rows below the names, empty ones left out.
        comma: whether numbers have a comma before their decimals.
    """

    names: tuple[str, ...]
    head: int
    rows: Callable[[], Iterator[Row]]
    comma: bool = False


def read_sheet(path: Path, *, name: str | None = None) -> Sheet:
    """The table in a file, by the file's ending.

    Args:
        path: .csv, .csv.gz, .txt, .xlsx or .parquet.
        name: of the sheet in a workbook; the first if none is given.

    Raises:
        SheetError: if it is none, or cannot be read.
    """
    ending = path.name.lower()
    try:
        if ending.endswith((".xlsx", ".xlsm")):
            return _below_heads(path, lambda: _excel(path, name))
        if name is not None:
            message = f"{path}: only a workbook has sheets; leave --sheet out"
            raise SheetError(message)
        if ending.endswith(".parquet"):
            return _parquet(path)
        if ending.endswith((".csv", ".csv.gz", ".txt", ".tsv")):
            return _csv(path)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise SheetError(message) from error
    message = f"{path}: what is it? Its name ends in .csv, .csv.gz, .txt, .tsv, .xlsx or .parquet"
    raise SheetError(message)


def _csv(path: Path) -> Sheet:
    encoding = _encoding(path)
    sample = list(islice(_lines(path, encoding), _LOOKED_AT))
    separator = max(_SEPARATORS, key=lambda s: (min(_counts(sample, s), default=0), sum(_counts(sample, s))))

    def rows() -> Iterator[Row]:
        reader = csv.reader(_lines(path, encoding), delimiter=separator)
        before = 0
        try:
            for cells in reader:
                yield before + 1, cells
                before = reader.line_num
        except csv.Error as error:
            message = f"{path}:{reader.line_num}: {error}; is a quotation mark missing?"
            raise SheetError(message) from error

    return _below_heads(path, rows, comma=separator in ";\t|" and any("," in line for line in sample[1:]))


def _counts(lines: Sequence[str], separator: str) -> list[int]:
    """How often a separator stands in each of the last lines, where the data are."""
    return [line.count(separator) for line in lines[len(lines) // 2 :] if line.strip()]


def _encoding(path: Path) -> str:
    for encoding in _ENCODINGS:
        try:
            for _ in _lines(path, encoding):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    message = f"{path} is neither UTF-8 nor GB18030 text; save it as UTF-8"
    raise SheetError(message)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    if path.name.lower().endswith(".gz"):
        with gzip.open(path, "rt", encoding=encoding, newline="") as packed:
            yield from packed
    else:
        with path.open(encoding=encoding, newline="") as file:
            yield from file


def _excel(path: Path, name: str | None) -> Iterator[Row]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, EOFError) as error:
        message = f"{path} is no Excel workbook (.xlsx): {error}"
        raise SheetError(message) from error
    with closing(book):
        if name is not None and name not in book.sheetnames:
            message = f"{path} has no sheet {name!r}; it has {', '.join(book.sheetnames)}"
            raise SheetError(message)
        sheet = book[name or book.sheetnames[0]]
        yield from enumerate(sheet.iter_rows(values_only=True), start=1)


def _parquet(path: Path) -> Sheet:
    if not path.is_file():
        message = f"{path} is not there"
        raise SheetError(message)

    def rows() -> Iterator[Row]:
        with duckdb.connect() as connection:
            found = connection.execute(f"SELECT * {instants} FROM read_parquet(?)", [str(path)])  # noqa: S608 - quoted
            line = 0
            while some := found.fetchmany(10_000):
                for row in some:
                    line += 1
                    yield line, row

    try:
        with duckdb.connect() as connection:
            described = connection.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(path)]).description or ()
    except duckdb.Error as error:
        message = f"{path} is no Parquet file: {error}"
        raise SheetError(message) from error
    names = tuple(str(column[0]) for column in described)
    zoned = [
        name.replace('"', '""') for name, column in zip(names, described, strict=True) if "TIME ZONE" in str(column[1])
    ]
    replaced = ", ".join('epoch_ms("{0}") AS "{0}"'.format(name) for name in zoned)  # noqa: UP032 - quotes within quotes
    instants = f"REPLACE ({replaced})" if zoned else ""
    return Sheet(names, 0, rows)


def _below_heads(path: Path, all_rows: Callable[[], Iterator[Row]], *, comma: bool = False) -> Sheet:
    """The rows below the line that has the names of columns: the first with text in it that has numbers below."""
    looked_at = list(islice(all_rows(), _LOOKED_AT))
    width = max((_filled(cells) for _, cells in looked_at), default=0)
    heads = next(
        (
            row
            for row, (_, below) in pairwise(looked_at)
            if _filled(row[1]) >= max(2, width // 2 + 1)
            and not any(map(_is_number, row[1]))
            and any(map(_is_number, below))
        ),
        None,
    )
    if heads is None:
        message = f"{path}: no line with names of columns and numbers below was found in the first {_LOOKED_AT}"
        raise SheetError(message)
    line, cells = heads
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = " ".join(str(cell).split()) if cell not in {None, ""} else f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")

    def rows() -> Iterator[Row]:
        return ((at, cells) for at, cells in all_rows() if at > line and _filled(cells))

    return Sheet(tuple(names), line, rows, comma)


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell not in {None, ""} for cell in cells)


def _is_number(cell: Cell) -> bool:
    if isinstance(cell, int | float):
        return True
    return isinstance(cell, str) and cell.strip().lstrip("+-").translate(_BETWEEN).isdecimal()
