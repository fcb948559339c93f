"""A segment of the raw log: one file of blocks, of about an hour, written at its end only.

It begins with the version of its layout. Beside a finished segment lies `*.topics`, the topics that occur in it: who
looks for another topic need not read it.
"""

import logging
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import zstandard

from ingest.raw.block import OVERHEAD, Kept, UnreadableBlockError, body_length, sayable, unpack
from parkwatt.readings import Millis

logger = logging.getLogger(__name__)

MARK = b"pwraw"
VERSION = 1
_BEGINNING = MARK + bytes([VERSION])
_NAME = re.compile(r"(\d{12})-(\d{13,})\.raw")


class Place(msgspec.Struct, frozen=True):
    """Where a frame stands in a segment: its first byte and the first byte after it."""

    start: int
    end: int


class Segment:
    """One file.

    Attributes:
        number: its place among the segments.
        start: when it was begun.
        size: bytes of it that count.
        topics: the topics in it, while it is written; None for one of an earlier run.
    """

    def __init__(self, path: Path) -> None:
        """A file that is there.

        Raises:
            ValueError: if its name is not that of a segment.
        """
        name = _NAME.fullmatch(path.name)
        if name is None:
            message = f"{path} is no segment of raw messages"
            raise ValueError(message)
        self.path, self.number, self.start = path, int(name[1]), int(name[2])
        self.size = path.stat().st_size
        self.topics: set[str] | None = None

    @classmethod
    def create(cls, folder: Path, number: int, start: Millis) -> "Segment":
        """Make an empty one.

        Raises:
            OSError: it is not there.
        """
        path = folder / f"{number:012d}-{max(start, 0):013d}.raw"
        with path.open("xb") as file:
            file.write(_BEGINNING)
        segment = cls(path)
        segment.topics = set()
        return segment

    @property
    def _topics_path(self) -> Path:
        return self.path.with_suffix(".topics")

    def append(self, frame: bytes) -> None:
        """Write a frame at the end.

        Raises:
            OSError: the frame is not there, and what was written of it will be overwritten.
        """
        file = os.open(self.path, os.O_WRONLY)
        try:
            rest, offset = memoryview(frame), self.size
            while rest:
                written = os.pwrite(file, rest, offset)
                rest, offset = rest[written:], offset + written
        finally:
            os.close(file)
        self.size += len(frame)

    def finish(self) -> None:
        """Nothing more comes: note the topics.

        Raises:
            OSError: they are not noted; who asks will find them by reading.
        """
        packed = zstandard.compress(msgspec.msgpack.encode(sorted(map(sayable, self.topics or ()))))
        aside = self._topics_path.with_suffix(".topics.new")
        aside.write_bytes(packed)
        aside.replace(self._topics_path)

    def may_have(self, topics: Sequence[str]) -> bool:
        """Whether one of some topics may occur in it."""
        known = self.known_topics()
        return known is None or any(topic in known for topic in topics)

    def known_topics(self) -> set[str] | None:
        """The topics in it; None if nobody noted them."""
        if self.topics is not None:
            return set(self.topics)
        try:
            return set(msgspec.msgpack.decode(zstandard.decompress(self._topics_path.read_bytes()), type=list[str]))
        except (OSError, zstandard.ZstdError, msgspec.MsgspecError):
            return None

    def delete(self) -> None:
        """Remove it."""
        self._topics_path.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def places(self) -> list[Place]:
        """Where its frames stand, in order; what a crash left at the end is none."""
        places: list[Place] = []
        with self.path.open("rb") as file:
            if not self._is_ours(file.read(len(_BEGINNING))):
                return []
            start = len(_BEGINNING)
            while start < self.size:
                file.seek(start)
                length = body_length(file.read(OVERHEAD))
                end = start + OVERHEAD + (length or 0)
                if length is None or end > self.size:
                    logger.warning("%s: its last %d bytes are no whole block", self.path, self.size - start)
                    break
                places.append(Place(start, end))
                start = end
        return places

    def _is_ours(self, beginning: bytes) -> bool:
        if beginning == _BEGINNING:
            return True
        if beginning.startswith(MARK) and len(beginning) > len(MARK):
            logger.warning("%s: layout %d is of another version of Parkwatt", self.path, beginning[-1])
        else:
            logger.warning("%s: no raw messages of Parkwatt", self.path)
        return False

    def blocks(self, places: Sequence[Place]) -> Iterator[tuple[Place, list[Kept]]]:
        """The batches of some frames; a damaged frame is said and passed over."""
        with self.path.open("rb") as file:
            for place in places:
                file.seek(place.start)
                head, body = file.read(OVERHEAD), file.read(place.end - place.start - OVERHEAD)
                try:
                    yield place, unpack(head, body)
                except UnreadableBlockError as error:
                    logger.warning("%s, byte %d: %s", self.path, place.start, error)


def segments(folder: Path) -> list[Segment]:
    """The segments in a folder, oldest first."""
    if not folder.is_dir():
        return []
    found: list[Segment] = []
    for path in folder.iterdir():
        if _NAME.fullmatch(path.name):
            try:
                found.append(Segment(path))
            except FileNotFoundError:
                continue  # just now deleted for its age
    return sorted(found, key=lambda segment: segment.number)
