"""The raw messages in a folder, for who reads them: in the order of their arrival, or the last of a topic."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.formats import Message
from ingest.raw.block import Kept
from ingest.raw.decoders import Decoders
from ingest.raw.journal import Journal
from ingest.raw.segment import Place, Segment, segments
from parkwatt.readings import Millis

HOUR: Millis = 3_600_000
CARRIED = 0
"""Number of the segment with what was carried over from deleted ones; see `ingest.raw.carrying`."""

_LOOKED_THROUGH = 256 * 2**20
"""Compressed bytes that are looked through for the last messages of a topic."""


class Part(NamedTuple):
    """Some frames of a segment."""

    segment: Segment
    places: list[Place]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(place.end - place.start for place in self.places)


class RawFolder:
    """Reads raw messages, also while they are being written.

    Attributes:
        folder: where they are.
        decoders: how they were decoded.
        journal: which of them were replayed, and how they were decoded then.
    """

    def __init__(self, folder: Path) -> None:
        """Read from a folder, which need not be there yet."""
        self.folder = folder
        self.decoders, self.journal = Decoders(folder / "decoders"), Journal(folder / "replays.jsonl")

    def flush(self) -> None:
        """Nothing waits to be written here."""

    def segments(self) -> list[Segment]:
        """The segments with messages that count, oldest first."""
        return [segment for segment in segments(self.folder) if segment.number != CARRIED]

    def size(self) -> int:
        """Bytes on disk."""
        return sum(segment.size for segment in segments(self.folder))

    def snapshot(self) -> list[Segment]:
        """The segments as they are now, with what waited to be written; what comes later is not in them."""
        self.flush()
        return self.segments()

    def parts(self, snapshot: Sequence[Segment] | None = None) -> list[Part]:
        """Everything that is there now, or was at a snapshot."""
        there = self.snapshot() if snapshot is None else snapshot
        return [Part(s, places) for s in there if (places := _places(s))]

    def carried(self) -> list[Kept]:
        """What decoders had heard before the oldest message that counts."""
        return [
            kept
            for segment in segments(self.folder)
            if segment.number == CARRIED
            for _, batches in segment.blocks(_places(segment))
            for kept in batches
        ]

    def read(
        self, start: Millis | None = None, end: Millis | None = None, topics: Callable[[str], bool] | None = None
    ) -> Iterator[Message]:
        """Messages in order of arrival.

        Args:
            start: first arrival, included; None from the oldest.
            end: last arrival, excluded; None to the newest.
            topics: which; None for all.
        """
        for part in self.parts():
            if end is not None and part.segment.start >= end + HOUR:
                continue
            for message in (message for kept in batches(part) for message in kept.messages):
                in_time = (start is None or message.arrived >= start) and (end is None or message.arrived < end)
                if in_time and (topics is None or topics(message.topic)):
                    yield message

    def oldest(self) -> Millis | None:
        """When the oldest message arrived; None if there is none."""
        return next((message.arrived for message in self.read()), None)

    def last(self, topic: str, count: int) -> list[Message]:
        """The last messages of a topic, the newest first, at most `count`; fewer if they lie very far back."""
        self.flush()
        found: list[Message] = []
        looked_through = 0
        for segment in reversed(self.segments()):
            if not segment.may_have([topic]):
                continue
            for place in reversed(_places(segment)):
                looked_through += place.end - place.start
                for kept in reversed(list(batches(Part(segment, [place])))):
                    found += [message for message in reversed(kept.messages) if message.topic == topic]
                if len(found) >= count or looked_through > _LOOKED_THROUGH:
                    return found[:count]
        return found


def batches(part: Part) -> Iterator[Kept]:
    """The batches of a part, in order; nothing if its segment was deleted meanwhile."""
    try:
        for _, found in part.segment.blocks(part.places):
            yield from found
    except FileNotFoundError:
        return


def _places(segment: Segment) -> list[Place]:
    try:
        return segment.places()
    except FileNotFoundError:
        return []
