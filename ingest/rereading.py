"""Goes through kept messages once more: what they say now, and what they said to every decoder that ever read them.

A decoder begins anew where the collector began anew, and hears what it has to know of messages it does not read: so the
same models and the same messages give the same readings as they did then.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ingest.formats import Message
from ingest.raw import Kept, RawFolder
from ingest.raw.carrying import Heard
from ingest.raw.decoders import Recipe, UnknownDecoderError
from ingest.raw.folder import HOUR, Part, batches
from ingest.replay_plan import Plan
from parkwatt.columns import Columns
from parkwatt.readings import Millis, Rejection

logger = logging.getLogger(__name__)

Topics = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Span:
    """Which messages are replayed; batches that the bounds cut are replayed whole.

    Attributes:
        start: first arrival, included; None from the oldest that is kept.
        end: last arrival, excluded; None to the newest.
        topics: which topics; None for all.
    """

    start: Millis | None = None
    end: Millis | None = None
    topics: Topics | None = None

    def has(self, kept: Kept) -> bool:
        """Whether some of a batch is in its time."""
        after_start = self.start is None or kept.arrived >= self.start
        return after_start and (self.end is None or kept.messages[0].arrived < self.end)


class _Reader:
    """A decoder on its way through the messages of one run of the collector."""

    def __init__(self, recipe: Recipe, heard: Iterable[Message]) -> None:
        self._decoder = recipe.decoder()
        self._telling: dict[str, bool] = {}
        self._decoder.gather(heard)

    def tells(self, topic: str) -> bool:
        """Whether messages on a topic say how others are to be read."""
        known = self._telling.get(topic)
        if known is None:
            known = self._telling[topic] = self._decoder.tells(topic)
        return known

    def read(
        self, messages: Sequence[Message], reads: Topics, first: set[str]
    ) -> tuple[list[Columns], list[Rejection]]:
        """What messages on some topics say; of the others it hears what it has to know.

        Args:
            messages: in order of arrival.
            reads: the topics that it reads.
            first: topics of which no message came before.
        """
        readings: list[Columns] = []
        rejections: list[Rejection] = []
        heard = (m for m in messages if reads(m.topic) or m.topic in first or self.tells(m.topic))
        for is_read, some in groupby(heard, key=lambda message: reads(message.topic)):
            gathered = self._decoder.gather(some)
            if is_read:
                readings.append(gathered.columns())  # first: it adds to the rejections
                rejections += gathered.rejections
        return readings, rejections


class Rereading:
    """Goes through the kept messages once.

    Attributes:
        messages: how many were in the span.
        topics: their topics; None if the span has all topics.
        arrivals: of the first and the last batch with some of them; None if there were none.
        unknown: batches of which nobody can tell any more how they were read.
    """

    def __init__(self, raw: RawFolder, recipe: Recipe, span: Span, plan: Plan) -> None:
        """Prepare.

        Args:
            raw: the kept messages.
            recipe: how they are read now.
            span: which of them.
            plan: is told what they say.
        """
        self.messages = self.unknown = 0
        self.arrivals: tuple[Millis, Millis] | None = None
        self._raw, self._span, self._plan = raw, span, plan
        self._new = recipe.checksum
        self._recipes: dict[str, Recipe | None] = {self._new: recipe}
        self._past = raw.journal.all()
        self._heard = Heard()
        self._readers: dict[str, _Reader] = {}
        self._wanted: dict[str, bool] = {}
        self._telling: dict[str, bool] = {}
        self._topics: set[str] = set()
        self._rank = 0

    @property
    def topics(self) -> frozenset[str] | None:
        """The topics of the messages in the span; None if it has all topics."""
        return None if self._span.topics is None else frozenset(self._topics)

    def read(self, parts: Sequence[Part], progress: Callable[[int, int], None]) -> None:
        """Read everything up to the end of the span.

        Args:
            parts: the kept messages.
            progress: told after every megabyte or so how many bytes of how many are done.
        """
        for kept in self._raw.carried():
            self._take(kept, ())
        total, done = sum(part.size for part in parts), 0
        for part in parts:
            if self._span.end is not None and part.segment.start >= self._span.end + HOUR:
                break
            if not self._matters(part):
                done += part.size
                continue
            for place in part.places:
                for kept in batches(Part(part.segment, [place])):
                    self._take(kept, [m for m in kept.messages if self._wants(m.topic)] if self._span.has(kept) else ())
                done += place.end - place.start
                progress(done, total)
                time.sleep(0.0005)  # the threads of a running intake go first
        progress(total, total)

    def _matters(self, part: Part) -> bool:
        """Whether a part has messages of the span, or some that a decoder has to hear."""
        topics = part.segment.known_topics()
        first = next(iter(batches(Part(part.segment, part.places[:1]))), None)
        if topics is None or first is None or first.run != self._heard.run:
            return True
        is_before = self._span.start is not None and part.segment.start + 2 * HOUR < self._span.start
        if not is_before and any(map(self._wants, topics)):
            return True
        return not self._heard.knows_all(topics, self._tells)

    def _wants(self, topic: str) -> bool:
        wanted = self._wanted.get(topic)
        if wanted is None:
            wanted = self._wanted[topic] = self._span.topics is None or self._span.topics(topic)
        return wanted

    def _tells(self, topic: str) -> bool:
        known = self._telling.get(topic)
        if known is None:
            known = self._telling[topic] = any(reader.tells(topic) for reader in self._readers.values())
        return known

    def _take(self, kept: Kept, wanted: Sequence[Message]) -> None:
        """Read a batch, of which some messages are in the span."""
        if kept.run != self._heard.run:
            self._readers.clear()
            self._heard = Heard()
        elif not wanted and self._heard.knows_all({message.topic for message in kept.messages}, self._tells):
            return  # nearly all of the messages, where few topics are replayed
        applied = self._applied(kept, self._wants if wanted else _none)
        for checksum in (*applied, self._new):
            self._make_reader(checksum)
        first = {message.topic for message in kept.messages if message.topic not in self._heard}
        for checksum, reader in self._readers.items():
            is_new = bool(wanted) and checksum == self._new
            reads = self._wants if is_new else applied.get(checksum, _none)
            readings, rejections = reader.read(kept.messages, reads, first)
            if is_new:
                self._plan.says(_joined(readings), kept.arrived, rejections, rank=self._rank)
            if checksum in applied:
                self._plan.said(_joined(readings), kept.arrived, rejections)
        self._heard.take(kept, self._tells)
        if wanted:
            self._count(kept, wanted, applied)

    def _applied(self, kept: Kept, wants: Topics) -> dict[str, Topics]:
        """By which decoders a batch was ever read, and which of the wanted topics each read."""
        applied: dict[str, Topics] = {}
        for past in self._past:
            if past.covers(kept.arrived):
                applied[past.decoder] = _either(applied.get(past.decoder, _none), _both(past.topics, wants))
        return applied | {kept.decoder: wants}

    def _make_reader(self, checksum: str) -> None:
        """A reader that has heard everything that it has to know by now, unless there is one."""
        if checksum not in self._recipes:
            try:
                self._recipes[checksum] = self._raw.decoders.recipe(checksum)
            except UnknownDecoderError as error:
                logger.warning("%s", error)
                self._recipes[checksum] = None
        recipe = self._recipes[checksum]
        if recipe is not None and checksum not in self._readers:
            self._readers[checksum] = _Reader(recipe, self._heard.messages)
            self._telling.clear()

    def _count(self, kept: Kept, wanted: Sequence[Message], applied: Iterable[str]) -> None:
        self.messages += len(wanted)
        self._topics.update(message.topic for message in wanted)
        self._rank += 1
        self.unknown += any(self._recipes[checksum] is None for checksum in applied)
        first, last = self.arrivals or (kept.arrived, kept.arrived)
        self.arrivals = min(first, kept.arrived), max(last, kept.arrived)


def _none(_topic: str) -> bool:
    return False


def _either(one: Topics, other: Topics) -> Topics:
    return lambda topic: one(topic) or other(topic)


def _both(topics: frozenset[str] | None, wants: Topics) -> Topics:
    return wants if topics is None else lambda topic: topic in topics and wants(topic)


def _joined(parts: Sequence[Columns]) -> Columns:
    """Columns of one index, one after the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Columns.of(())
    series, times, values, flags = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("series", "time", "value", "flags")
    )
    return Columns(parts[0].index, series, times, values, flags)
