"""Why a row of a table, or a cell of it, was not taken."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from ingest.tables.sheet import Cell, Line


class Reason(StrEnum):
    """What can be wrong with a row."""

    NO_METER = "no meter is named"
    BAD_METER = "the meter's name is too long, or holds signs that cannot be seen"
    NO_TIME = "the time cannot be read"
    WRONG_TIME = "the time is before 1990, or still to come"
    NO_QUANTITY = "the quantity is not known"
    NO_PHASE = "the phase is not known"
    NO_KIND = "the kind is not known"
    NO_UNIT = "the unit does not fit"
    NO_NUMBER = "the value is no number"
    TOO_LARGE = "the value is too large"


class Refusal(NamedTuple):
    """A row, or a cell of it, that was not taken.

    Attributes:
        line: of the file.
        reason: the same words for all of one kind.
        detail: what stands there.
        cells: the whole row.
    """

    line: Line
    reason: str
    detail: str
    cells: Sequence[Cell]


class RefusedError(ValueError):
    """A row, or a cell of it, cannot be taken.

    Attributes:
        reason: what is wrong.
        detail: what stands there.
        column: where, if not in the whole row.
    """

    def __init__(self, reason: Reason, detail: object = "", *, column: str = "") -> None:
        """Say why."""
        super().__init__(reason)
        self.reason, self.detail, self.column = reason, str(detail), column

    def of(self, line: Line, cells: Sequence[Cell]) -> Refusal:
        """As the refusal of a row."""
        return Refusal(line, f"{self.column}: {self.reason}" if self.column else self.reason, self.detail, cells)
