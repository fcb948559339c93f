"""What a month's rows of a meter rest on, as it is noted beside them.

The note is the fingerprint of the rules that the rows follow. Where a period is closed, rows stand although they would
be otherwise by now: then the note says how many, and by which rules that was found, so that it is not looked for again.
"""

from typing import NamedTuple

_BETWEEN = "!"


class Noted(NamedTuple):
    """A note.

    Attributes:
        rests_on: fingerprint of the rules that the rows follow.
        held: how many quarter-hours would be otherwise, and stand because their period is closed.
        looked_at: fingerprint of the rules by which that was found; empty where nothing is held back.
    """

    rests_on: str
    held: int = 0
    looked_at: str = ""

    @classmethod
    def of(cls, text: str) -> "Noted":
        """As it is kept."""
        rests_on, _, rest = text.partition(_BETWEEN)
        held, _, looked_at = rest.partition(_BETWEEN)
        return cls(rests_on, int(held or 0), looked_at)

    def __str__(self) -> str:
        """As it is kept."""
        return _BETWEEN.join((self.rests_on, str(self.held), self.looked_at)) if self.held else self.rests_on

    def is_stale(self, basis: str, *, closed: bool) -> bool:
        """Whether rows are to be accounted again by the rules of now."""
        if closed and self.held:
            return self.looked_at != basis
        return bool(self.held) or self.rests_on != basis
