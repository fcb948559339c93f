"""Parquet files as sheets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb

from ingest.tables.sheet import Row, Sheet, SheetError

_AT_ONCE: Final = 10_000
_AS: Final = (
    ("TIMESTAMP WITH TIME ZONE", "epoch_ms({0})"),
    ("TIMESTAMP_", "CAST({0} AS TIMESTAMP)"),
    ("DECIMAL", "CAST({0} AS VARCHAR)"),  # its digits, which a floating-point number takes over rightly
)


def parquet_sheet(path: Path) -> Sheet:
    """The table in a Parquet file.

    Raises:
        SheetError: if it is none.
        OSError: if the file cannot be read.
    """
    with path.open("rb"):
        pass  # DuckDB would look for files whose names are like it
    file = _literal(path)
    try:
        with duckdb.connect() as connection:
            described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [file]).fetchall()
    except duckdb.Error as error:
        message = f"{path} is no Parquet file: {error}"
        raise SheetError(message) from error
    columns = ", ".join(_column(str(name), str(kind)) for name, kind, *_ in described)

    def rows() -> Iterator[Row]:
        with duckdb.connect() as connection:
            try:
                found = connection.execute(f"SELECT {columns} FROM read_parquet(?)", [file])  # noqa: S608 - quoted
                line = 0
                while some := found.fetchmany(_AT_ONCE):
                    for row in some:
                        line += 1
                        yield line, row
            except duckdb.Error as error:
                message = f"{path} cannot be read: {error}"
                raise SheetError(message) from error

    return Sheet(tuple(str(name) for name, *_ in described), rows)


def _literal(path: Path) -> str:
    """A path of which DuckDB takes no sign for a pattern."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


def _column(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    said = next((how for begin, how in _AS if kind.startswith(begin)), "{0}")
    return f"{said.format(quoted)} AS {quoted}" if said != "{0}" else quoted
