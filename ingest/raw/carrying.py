"""What outlives its segment: messages without which later ones cannot be read, such as births and descriptions.

A device says once what its messages mean, and then speaks for weeks. When the segment with that is deleted for its age,
the last such message of each topic is carried over, until the collector's run that heard it is deleted too. The first
message of every topic is carried as well: it may have claimed a park's meter for a meter on the wire.
"""

import contextlib
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path

from ingest.formats import Message
from ingest.raw.block import Kept, compressor, pack
from ingest.raw.decoders import Decoders, UnknownDecoderError
from ingest.raw.folder import CARRIED, Part, RawFolder, batches
from ingest.raw.segment import Segment
from parkwatt.readings import Millis

logger = logging.getLogger(__name__)

Tells = Callable[[str], bool]
"""Whether messages on a topic say how others are to be read."""

_MOST = 100_000
"""Topics of which a message is carried."""


class Heard:
    """What a decoder must have heard to read what comes next.

    Attributes:
        run: the collector's run that heard it; None before the first.
    """

    def __init__(self) -> None:
        self.run: Millis | None = None
        self._kept: dict[str, tuple[Kept, Message]] = {}

    def __contains__(self, topic: str) -> bool:
        """Whether a message on this topic was heard."""
        return topic in self._kept

    def take(self, kept: Kept, tells: Tells) -> None:
        """Hear messages; a new run of the collector has heard nothing before."""
        if kept.run != self.run:
            self.run = kept.run
            self._kept.clear()
        for message in kept.messages:
            topic = message.topic
            if topic not in self._kept:
                if len(self._kept) < _MOST:
                    self._kept[topic] = kept, message
            elif tells(topic):
                del self._kept[topic]  # it moves behind what came before it
                self._kept[topic] = kept, message

    def knows_all(self, topics: set[str], tells: Tells) -> bool:
        """Whether messages on these topics would bring nothing more."""
        return all(topic in self._kept and not tells(topic) for topic in topics)

    @property
    def messages(self) -> list[Message]:
        """All of it in order of arrival."""
        return [message for _, message in self._kept.values()]

    def batches(self) -> list[Kept]:
        """All of it in order of arrival, each message alone."""
        return [Kept(kept.run, kept.decoder, (message,)) for kept, message in self._kept.values()]


def carry_over(folder: RawFolder, segment: Segment, decoders: Decoders) -> None:
    """Carry over what a segment holds that is still needed; call it before the segment is deleted.

    Raises:
        OSError: nothing was carried over.
    """
    heard = Heard()
    telling: dict[str, Tells] = {}

    def tells(kept: Kept) -> Tells:
        if kept.decoder not in telling:
            try:
                telling[kept.decoder] = cache(decoders.recipe(kept.decoder).decoder().tells)
            except UnknownDecoderError as error:
                logger.warning("%s", error)
                telling[kept.decoder] = _nothing
        return telling[kept.decoder]

    for kept in folder.carried():
        heard.take(kept, tells(kept))
    places = segment.places()
    first = next(iter(batches(Part(segment, places[:1]))), None)
    topics = segment.known_topics()
    if first is None:
        return
    if topics is not None and first.run == heard.run and heard.knows_all(topics, tells(first)):
        return
    for kept in batches(Part(segment, places)):
        heard.take(kept, tells(kept))
    _replace(folder.folder, heard.batches())


def _nothing(_topic: str) -> bool:
    return False


def _replace(folder: Path, kept: list[Kept]) -> None:
    """Write what is carried over in place of what was."""
    aside = folder / "carrying"
    aside.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        (aside / _NAME).unlink()
    segment = Segment.create(aside, CARRIED, 0)
    packer = compressor()
    for begin in range(0, len(kept), 1000):
        for one in _alike(kept[begin : begin + 1000]):
            segment.append(pack(one[0].run, one[0].decoder, [k.messages for k in one], packer))
    segment.path.replace(folder / _NAME)


_NAME = f"{CARRIED:012d}-{0:013d}.raw"


def _alike(kept: list[Kept]) -> list[list[Kept]]:
    """Neighbours that one decoder decoded, together."""
    groups: list[list[Kept]] = []
    for one in kept:
        if groups and groups[-1][0].decoder == one.decoder:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups
