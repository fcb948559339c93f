"""Messages that are kept although nothing understands them, by topic."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

from ingest.formats import Message, native, sparkplug
from ingest.formats.decoder import Decoder
from parkwatt.onboarding import UnknownTopic
from parkwatt.readings import Millis, Rejection
from parkwatt.store import Store

LOOKED_AT = 1_000
"""Newest rejections that are looked at."""
_TRIED = 5
"""Messages of a topic that are tried; one that can be read is enough: a mistake in another makes no unknown topic."""
_REMEMBERED = 20_000


class RawMessages(Protocol):
    """Every message of the last days as it came."""

    def last(self, topic: str, count: int) -> Sequence[Message]:
        """The last messages of a topic, the newest first, at most `count`."""
        ...


class KeptMessages:
    """Finds the topics that nothing understands, and their messages. Safe to call from several threads.

    A topic of which a message can be read by now, with the models of today, is understood.
    """

    def __init__(self, store: Store, raw: RawMessages | None, decoder: Callable[[], Decoder]) -> None:
        """Prepare.

        Args:
            store: where rejections are.
            raw: all messages of the last days; None where they are not kept, then rejections have to do.
            decoder: makes one that reads as messages are read now.
        """
        self._store, self._raw, self._decoder = store, raw, decoder
        self._verdicts: dict[tuple[str, Millis], bool] = {}

    def forget(self) -> None:
        """Judge every topic anew: messages are read otherwise from now on."""
        self._verdicts = {}

    def unknown_topics(self, limit: int) -> tuple[UnknownTopic, ...]:
        """Topics that nothing understands, the newest first."""
        by_topic: dict[str, list[Rejection]] = {}
        for rejection in self._store.rejections(limit=LOOKED_AT):
            by_topic.setdefault(rejection.topic, []).append(rejection)
        decoder = cache(self._decoder)  # many topics, one decoder, and none where every verdict is known
        found: list[UnknownTopic] = []
        for topic, rejections in by_topic.items():
            if len(found) == limit:
                break
            if self._is_unknown(topic, rejections, decoder):
                found.append(_unknown(topic, rejections))
        return tuple(sorted(found, key=lambda one: (-one.last, one.topic)))

    def last(self, topic: str, count: int) -> tuple[Message, ...]:
        """The last messages of a topic, the newest first."""
        kept = tuple(self._raw.last(topic, count)) if self._raw is not None else ()
        if kept:
            return kept
        return _messages([r for r in self._store.rejections(limit=LOOKED_AT) if r.topic == topic], count)

    def _is_unknown(self, topic: str, rejections: Sequence[Rejection], decoder: Callable[[], Decoder]) -> bool:
        if speaks_for_itself(topic):
            return False
        verdicts, key = self._verdicts, (topic, rejections[0].arrived)
        known = verdicts.get(key)
        if known is None:
            if len(verdicts) >= _REMEMBERED:
                verdicts.clear()
            kept = self._raw.last(topic, _TRIED) if self._raw is not None else ()
            tried = (*kept, *_messages(rejections, _TRIED))
            known = verdicts[key] = not any(is_understood(decoder(), message) for message in tried)
        return known


def is_understood(decoder: Decoder, message: Message) -> bool:
    """Whether a message gives a reading, or is known to hold none."""
    decoded = decoder.decode(message)
    return bool(decoded.readings) or not decoded.rejections


def speaks_for_itself(topic: str) -> bool:
    """Whether the topic belongs to a format that needs no model; what is wrong there is no matter of teaching."""
    return native.speaks(topic) or sparkplug.speaks(topic)


def _messages(rejections: Sequence[Rejection], count: int) -> tuple[Message, ...]:
    """The messages of rejections, each once though several of its parts were rejected."""
    found = {(r.arrived, r.payload): Message(r.topic, r.payload, r.arrived) for r in rejections}
    return tuple(found.values())[:count]


def _unknown(topic: str, rejections: Sequence[Rejection]) -> UnknownTopic:
    newest = rejections[0]
    return UnknownTopic(
        topic=topic,
        count=len({(r.arrived, r.payload) for r in rejections}),
        first=rejections[-1].arrived,
        last=newest.arrived,
        reason=newest.reason,
        newest=newest.payload,
    )
