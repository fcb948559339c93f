"""When an edge node is asked for its births again: soon, but never so often that asking becomes the trouble."""

from ingest.formats.sparkplug_births import Node
from parkwatt.readings import Millis

REBIRTH_EVERY: Millis = 10_000
"""At most one rebirth request per edge node in this time [ms]."""

_PATIENCE: Millis = 600_000
"""A node whose sequence never fits is asked ever more seldom, down to once in this time [ms]."""

_AT_ONCE, _WINDOW = 100, 1_000
"""At most so many requests to all nodes together in so long a time [ms]; the others follow with their next data."""


class Rebirths:
    """Decides whom to ask now."""

    def __init__(self) -> None:
        self._began: Millis = 0
        self._asked = 0

    def due(self, node: Node, now: Millis, *, nameless: bool) -> bool:
        """Whether to ask a node now, which is then taken as asked.

        Args:
            node: that sent something that needs a birth.
            now: arrival of it.
            nameless: metrics cannot be read without the birth; otherwise only a message was lost.
        """
        waited = None if node.asked is None else now - node.asked
        if waited is not None and 0 <= waited < (REBIRTH_EVERY if nameless else node.patience):
            return False
        if not 0 <= now - self._began < _WINDOW:
            self._began, self._asked = now, 0
        if self._asked >= _AT_ONCE:
            return False
        self._asked += 1
        node.patience = _longer(node.patience, waited)
        node.asked = now
        return True


def _longer(patience: Millis, waited: Millis | None) -> Millis:
    """Twice as long if asking did not help for long; a clock that went back says nothing."""
    if waited is None or waited < 0 or waited >= 10 * patience:
        return REBIRTH_EVERY
    return min(2 * patience, _PATIENCE)
