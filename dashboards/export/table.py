"""A table on its way into a file: named columns, and their rows piece by piece."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a column holds; None in it is a cell that is empty."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    """Milliseconds since 1970, UTC."""


class Column(NamedTuple):
    """A column.

    Attributes:
        name: as programs know it, with its unit where all values have the same.
        zh: as people in China read it.
        kind: what it holds.
    """

    name: str
    zh: str
    kind: Kind = Kind.TEXT

    def in_language(self, language: str) -> str:
        """The name in `en` or `zh`."""
        return self.zh if language == "zh" else self.name


Piece = Sequence[Sequence[object]]
"""Rows by column: one sequence per column, all of one length."""


class Table(NamedTuple):
    """Columns, and pieces with their rows, in order."""

    columns: tuple[Column, ...]
    pieces: Iterable[Piece]
