"""What is wrong in a park file: where it stands, what it is and the way out.

Errors:
    ParkFileError    the park file has mistakes; trying again helps once they are corrected
"""

import difflib
from collections.abc import Collection, Sequence
from typing import NamedTuple

FUZZY_LIMIT = 3000
"""Names up to which near misses are searched; beyond that only another spelling in capitals is found."""


class Mistake(NamedTuple):
    """One mistake in a park file; they sort by where they stand.

    Attributes:
        file: path of the file, as it was given.
        line: line of a text file, row of a workbook; the first is 1.
        column: character in the line, the first is 1; None where the whole line or row is meant.
        what: what is wrong.
        way_out: what to do.
    """

    file: str
    line: int
    column: int | None
    what: str
    way_out: str

    def __str__(self) -> str:
        """One line that editors and terminals can jump from: `park.yaml:12:5: what; way out`."""
        column = "" if self.column is None else f":{self.column}"
        return f"{self.file}:{self.line}{column}: {self.what}; {self.way_out}"


class Place(NamedTuple):
    """Where something stands in a park file; the parts are those of `Mistake`."""

    file: str
    line: int = 1
    column: int | None = None

    def mistake(self, what: str, way_out: str) -> Mistake:
        """A mistake at this place."""
        return Mistake(*self, what, way_out)


class ParkFileError(Exception):
    """A park file has mistakes, all of them in `mistakes`; trying again helps once they are corrected."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Keep the mistakes, one line each in the text of the error."""
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known name that a misspelt one most likely means."""
    folded = word.strip().casefold()
    for name in known:
        if name.casefold() == folded:
            return name
    if len(known) > FUZZY_LIMIT:
        return None
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.6)), None)


def suggestion(word: str, known: Collection[str], *, otherwise: str = "") -> str:
    """The way out of a misspelling: the nearest known name, else all of them where they are few.

    Args:
        word: what was written.
        known: what can be written.
        otherwise: the way out where nothing is near and too much is known to list it.
    """
    near = nearest(word, known)
    if near is not None:
        return f"did you mean {near!r}?"
    if known and len(known) <= 30:
        return f"use one of {', '.join(known)}"
    return otherwise or "check the spelling"
