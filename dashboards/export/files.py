"""Tables become files: under another name until they are whole, so nobody reads a half."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

import duckdb
import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from dashboards.export.table import Column, Kind, Piece, Table

FORMATS: Final = (".csv", ".csv.gz", ".xlsx", ".parquet")
ROWS_IN_A_SHEET = 1_000_000
"""Rows in an Excel sheet; it takes 48,576 more."""

_PARQUET: Final = {Kind.TEXT: "VARCHAR", Kind.NUMBER: "DOUBLE", Kind.TIME: "TIMESTAMP WITH TIME ZONE"}
_FROM_ARRAY: Final = {
    Kind.TEXT: "nullif({0}, '')",
    Kind.NUMBER: "CASE WHEN isnan({0}) THEN NULL ELSE {0} END",
    Kind.TIME: "make_timestamptz({0} * 1000)",
}


class ExportError(ValueError):
    """A file cannot be written as asked; trying again helps once the command is corrected."""


class Writer(Protocol):
    """Takes rows of a table."""

    def write(self, piece: Piece) -> None:
        """Take some rows."""
        ...

    def finish(self) -> None:
        """Nothing more comes."""
        ...


def ending(out: Path) -> str:
    """The format that a file's name asks for.

    Raises:
        ExportError: if it names none.
    """
    for known in FORMATS:
        if out.name.lower().endswith(known):
            return known
    message = f"{out.name}: what kind of file? Its name ends in one of {', '.join(FORMATS)}"
    raise ExportError(message)


def write(
    table: Table, out: Path, *, zone: tzinfo, language: str = "en", told: Callable[[int], None] = lambda _rows: None
) -> int:
    """Write a table; how many rows it has.

    Args:
        table: what.
        out: the file; its ending says the format. One that is there is replaced once the new one is whole.
        zone: times are written in, where the format has no zone of its own.
        language: of the column names in files for people, `en` or `zh`.
        told: how many rows are written.

    Raises:
        ExportError: if the name asks for no format that is known.
        OSError: if it cannot be written.
    """
    rows = 0
    with _unfinished(out) as path, _writer(table.columns, ending(out), path, zone, language) as writer:
        for piece in table.pieces:
            writer.write(piece)
            rows += len(piece[0])
            told(rows)
        writer.finish()
    return rows


@contextmanager
def _unfinished(out: Path) -> Iterator[Path]:
    path = out.with_name(f".{out.name}.part")
    try:
        yield path
        path.replace(out)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _writer(columns: tuple[Column, ...], format_: str, path: Path, zone: tzinfo, language: str) -> Iterator[Writer]:
    names = [column.in_language(language) for column in columns]
    if format_ == ".xlsx":
        yield _Excel(columns, names, path, zone)
    elif format_ == ".parquet":
        scratch = path.with_name(f"{path.name}.scratch")
        try:
            yield _Parquet(columns, path, scratch)
        finally:
            scratch.unlink(missing_ok=True)
    else:
        # With this mark Excel reads Chinese right when it opens the file.
        encoding = "utf-8-sig" if language == "zh" else "utf-8"
        with _text(path, encoding, packed=format_.endswith(".gz")) as file:
            yield _Csv(columns, names, file, zone)


@contextmanager
def _text(path: Path, encoding: str, *, packed: bool) -> Iterator[TextIO]:
    if not packed:
        with path.open("w", encoding=encoding, newline="") as file:
            yield file
        return
    with gzip.open(path, "wb", compresslevel=6) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as file:
        yield file


class _Csv:
    """Comma-separated; times in ISO 8601 with the zone's offset, numbers with a point."""

    def __init__(self, columns: tuple[Column, ...], names: list[str], file: TextIO, zone: tzinfo) -> None:
        self._rows = csv.writer(file, lineterminator="\n")
        self._rows.writerow(names)
        iso = lru_cache(maxsize=100_000)(lambda time: _local(time, zone).isoformat(timespec="milliseconds"))
        self._written = [_each(iso) if column.kind is Kind.TIME else _same for column in columns]

    def write(self, piece: Piece) -> None:
        self._rows.writerows(zip(*(say(cells) for say, cells in zip(self._written, piece, strict=True)), strict=True))

    def finish(self) -> None:
        """All is written."""


class _Excel:
    """A workbook: the first row stays in sight, times are Excel's, in the zone's wall clock."""

    def __init__(self, columns: tuple[Column, ...], names: list[str], path: Path, zone: tzinfo) -> None:
        self._book, self._path, self._left = Workbook(write_only=True), path, 0
        self._names = [
            f"{name} ({zone})" if column.kind is Kind.TIME else name
            for name, column in zip(names, columns, strict=True)
        ]
        wall_clock = lru_cache(maxsize=100_000)(lambda time: _local(time, zone).replace(tzinfo=None))
        self._written = [_each(wall_clock) if column.kind is Kind.TIME else _same for column in columns]
        self._widths = [24 if column.kind is Kind.TIME else 16 for column in columns]

    def write(self, piece: Piece) -> None:
        cells = [say(column) for say, column in zip(self._written, piece, strict=True)]
        for row in zip(*cells, strict=True):
            if not self._left:
                self._new_sheet()
            self._sheet.append(row)
            self._left -= 1

    def finish(self) -> None:
        if not self._book.worksheets:
            self._new_sheet()
        self._book.save(self._path)

    def _new_sheet(self) -> None:
        self._sheet = self._book.create_sheet(f"{len(self._book.worksheets) + 1}")
        self._sheet.freeze_panes = "A2"
        for number, width in enumerate(self._widths, start=1):
            self._sheet.column_dimensions[get_column_letter(number)].width = width
        heads = [WriteOnlyCell(self._sheet, value=name) for name in self._names]
        for cell in heads:
            cell.font = Font(bold=True)
        self._sheet.append(heads)
        self._left = ROWS_IN_A_SHEET


class _Parquet:
    """Parquet, compressed; times are instants."""

    def __init__(self, columns: tuple[Column, ...], path: Path, scratch: Path) -> None:
        scratch.unlink(missing_ok=True)
        self._columns, self._path = columns, path
        self._duck = duckdb.connect(str(scratch))
        declared = ", ".join(f'"{column.name}" {_PARQUET[column.kind]}' for column in columns)
        self._duck.execute(f"CREATE TABLE rows ({declared})")

    def write(self, piece: Piece) -> None:
        held, said = {}, []
        for number, (column, cells) in enumerate(zip(self._columns, piece, strict=True)):
            held[f"c{number}"] = _array(cells, column.kind)
            said.append(_FROM_ARRAY[column.kind].format(f"c{number}"))
        self._duck.register("piece", held)
        self._duck.execute(f"INSERT INTO rows SELECT {', '.join(said)} FROM piece")  # noqa: S608 - names of our own

    def finish(self) -> None:
        self._duck.execute("SET TimeZone = 'UTC'")
        path = str(self._path).replace("'", "''")
        self._duck.execute(f"COPY rows TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        self._duck.close()


def _array(cells: Sequence[object], kind: Kind) -> NDArray[Any]:
    """Cells as DuckDB takes them: an empty one is NaN or an empty text."""
    if kind is Kind.TEXT:
        return np.array(["" if cell is None else cell for cell in cells], object)
    if kind is Kind.TIME:
        return np.array(cells, np.int64)
    return np.array([np.nan if cell is None else cell for cell in cells], np.float64)


def _local(time: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(time // 1000, zone).replace(microsecond=time % 1000 * 1000)


def _each(say: Callable[[Any], object]) -> Callable[[Any], list[object]]:
    return lambda cells: [None if cell is None else say(cell) for cell in cells]


def _same(cells: Sequence[object]) -> Sequence[object]:
    return cells
