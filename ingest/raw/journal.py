"""Which messages were replayed, and with what: kept beside them, one line a replay."""

import logging
from pathlib import Path

import msgspec

from parkwatt.readings import Millis

logger = logging.getLogger(__name__)


class Past(msgspec.Struct, frozen=True):
    """A replay that was begun, and perhaps not ended.

    Attributes:
        decoder: what it decoded with.
        first, last: arrivals of the first and the last batch it read.
        topics: the topics it read; None for all.
    """

    decoder: str
    first: Millis
    last: Millis
    topics: frozenset[str] | None = None

    def covers(self, arrived: Millis) -> bool:
        """Whether it read of a batch."""
        return self.first <= arrived <= self.last


class Journal:
    """The replays of a raw log, in a file."""

    def __init__(self, path: Path) -> None:
        """Begin; the file need not be there yet."""
        self._path = path

    def all(self) -> list[Past]:
        """All replays that still matter, oldest first."""
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        found: list[Past] = []
        for line in lines:
            try:
                found.append(msgspec.json.decode(line, type=Past))
            except msgspec.MsgspecError as error:
                logger.warning("%s: a line cannot be read: %s", self._path, error)
        return found

    def note(self, past: Past, *, oldest: Millis) -> None:
        """Add a replay; those of messages that arrived before `oldest` are forgotten.

        Raises:
            OSError: it is not noted.
        """
        kept = [one for one in self.all() if one.last >= oldest and one != past]
        aside = self._path.with_suffix(".new")
        aside.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in (*kept, past)))
        aside.replace(self._path)
