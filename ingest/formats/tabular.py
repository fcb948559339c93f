"""Text of columns, and text of `key=value` pairs."""

import csv
import re
from collections.abc import Sequence

from ingest.formats.found import UnreadableError
from ingest.formats.numbers import NotANumberError, number

_PAIR = re.compile(r"([^\s=:,;&|<>{}()\[\]\"']{1,100})\s*[=:]\s*\"?([^\s=,;&|<>{}()\[\]\"']{1,100})")
_LONGEST = 100_000
"""Longer texts are no meter's [characters]."""
_COLUMNS = 1_000


def rows(text: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """Lines of comma, semicolon or tab separated values as objects.

    Without `columns` the first line names them, unless it holds a number: then they are called 1, 2, 3 ...

    Raises:
        UnreadableError: if it is no such text.
    """
    lines = [line for line in text[:_LONGEST].splitlines() if line.strip()]
    separator = next((s for s in (";", "\t", ",") if lines and s in lines[0]), ",")
    try:
        cells = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator, strict=True)]
    except csv.Error as error:
        message = f"payload is not CSV: {error}"
        raise UnreadableError(message) from error
    if not cells or len(cells[0]) > _COLUMNS:
        message = f"payload is not CSV: it has no line, or more than {_COLUMNS:,} columns"
        raise UnreadableError(message)
    if not columns:
        if any(map(_is_number, cells[0])):
            columns = [str(i + 1) for i in range(max(map(len, cells)))]
        else:
            columns, *cells = cells
    return [dict(zip(columns, row, strict=False)) for row in cells]


def pairs(text: str) -> dict[str, str]:
    """Every `key=value` or `key: value` of a text, whatever stands around them.

    Raises:
        UnreadableError: if there is none.
    """
    found = {m[1]: m[2] for m in _PAIR.finditer(text[:_LONGEST])}
    if not found:
        message = "payload holds no key=value pairs"
        raise UnreadableError(message)
    return found


def _is_number(cell: str) -> bool:
    try:
        return number(cell) is not None
    except NotANumberError:
        return False
