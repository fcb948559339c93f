"""Text files as sheets: the encoding, and what stands between the cells, show in the file."""

import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Final

from ingest.tables.heads import LOOKED_AT, below, find_heads
from ingest.tables.sheet import Row, Sheet, SheetError

_SEPARATORS: Final = ";\t|,"
_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_SAMPLE: Final = 1_000_000
"""Bytes that show the encoding."""


def text_sheet(path: Path) -> Sheet:
    """The table in a text file, `.gz` or plain.

    Raises:
        SheetError: if it is none.
        OSError: if the file cannot be read.
    """
    encoding = _encoding(path)
    separator = _separator(list(islice(_lines(path, encoding), LOOKED_AT)))

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

    heads = find_heads(rows)
    if heads is None:
        message = f"{path}: no line with names of columns and numbers below was found in the first {LOOKED_AT}"
        raise SheetError(message)
    remarks = () if encoding == "utf-8-sig" else (f"the file is read as {encoding.upper()}",)
    return Sheet(heads.names, below(rows, heads.end), separator, remarks)


def _separator(sample: Sequence[str]) -> str:
    """What divides the most lines into one number of cells, more than one."""

    def alike(separator: str) -> int:
        widths = Counter(len(cells) for cells in csv.reader(sample, delimiter=separator) if len(cells) > 1)
        return max(widths.values(), default=0)

    try:
        return max(_SEPARATORS, key=alike)
    except csv.Error as error:
        message = f"this is no table: {error}"
        raise SheetError(message) from error


def _encoding(path: Path) -> str:
    sample = _begin(path)
    marked = _MARKS.get(sample[:2])
    guesses = [marked] if marked else ["utf-8-sig", *_guessed(sample)]
    for encoding in guesses:
        try:
            for _ in _lines(path, encoding):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    message = f"{path} is neither UTF-8 nor GB18030 text; save it as UTF-8"
    raise SheetError(message)


def _guessed(sample: bytes) -> tuple[str, str]:
    """Chinese characters are pairs of bytes, European letters stand alone among those of ASCII."""
    runs = Counter(len(found) % 2 for found in _HIGH.findall(sample))
    return ("cp1252", "gb18030") if runs[1] > runs[0] else ("gb18030", "cp1252")


def _begin(path: Path) -> bytes:
    with (
        _damage_said(path),
        gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb") as file,
    ):
        return file.read(_SAMPLE)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with _damage_said(path), _text(path, encoding) as file:
        yield from file


def _text(path: Path, encoding: str) -> IO[str]:
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


@contextmanager
def _damage_said(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error) as error:
        message = f"{path} is cut short or damaged: {error}"
        raise SheetError(message) from error
