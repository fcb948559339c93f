"""What devices say on one topic about another: its unit, its name, whether its value is to be trusted."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ingest.formats.found import Contents, UnreadableError
from ingest.formats.message import Message
from ingest.formats.model import DeviceModel
from ingest.formats.model_shapes import DescribesModel
from ingest.formats.numbers import shortened
from ingest.formats.paths import Lookup, lookup
from ingest.formats.payloads import json_tree, plain_text
from ingest.formats.topics import TopicPattern, filled

_KEPT = 100_000
"""Topics whose description is kept; of more, those that come first."""

_LONGEST = 64
"""Longer units and names are none [characters]."""


class Told(msgspec.Struct, gc=False):
    """What was said about a topic.

    Attributes:
        unit: of its values.
        name: of what it measures.
        error: why its values are not to be trusted.
    """

    unit: str | None = None
    name: str | None = None
    error: str | None = None


class Describing:
    """Takes the descriptions that come on one topic."""

    def __init__(self, model: DescribesModel, of: Sequence[str], told: dict[str, Told]) -> None:
        """Keep what is said about the topics `of` in `told`."""
        self._of, self._told = of, told
        self._parts: list[tuple[str, Lookup]] = [
            (part, lookup(path))
            for part, path in (("unit", model.unit), ("name", model.name), ("error", model.error))
            if path is not None
        ]

    def read(self, message: Message) -> Contents:
        """Learn from a message; it holds no reading."""
        tree = _tree(message.payload)
        for topic in self._of:
            told = self._told.get(topic)
            if told is None:
                if len(self._told) >= _KEPT:
                    reason = f"{_KEPT:,} topics are described already; what {shortened(topic)} measures is not kept"
                    raise UnreadableError(reason)
                told = self._told[topic] = Told()
            for part, find in self._parts:
                said = find(tree)
                if said is not None or part == "error":
                    setattr(told, part, str(said)[:_LONGEST] if said not in (None, "") else None)
        return Contents([], [])

    def withdraw(self) -> None:
        """Forget what was said here."""
        for told in (self._told[topic] for topic in self._of if topic in self._told):
            for part, _ in self._parts:
                setattr(told, part, None)


class Descriptions:
    """What was told so far, and which topics tell more.

    Attributes:
        told: by the topic that is described.
    """

    def __init__(self, models: Sequence[DeviceModel]) -> None:
        """Take what models say about descriptions."""
        self.told: dict[str, Told] = {}
        self._patterns = [
            (TopicPattern(text), describes)
            for model in models
            for describes in model.describes
            for text in describes.topics
        ]

    def on(self, topic: str) -> Describing | None:
        """What takes the descriptions on a topic, None if it holds none."""
        for pattern, describes in self._patterns:
            names = pattern.match(topic)
            if names is not None:
                return Describing(describes, [filled(of, names) for of in describes.of], self.told)
        return None

    def withdraw(self, topic: str) -> None:
        """What was said on a topic no longer holds, since it was emptied: an error is over."""
        description = self.on(topic)
        if description is not None:
            description.withdraw()


def _tree(payload: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """JSON, or the bare text that many devices send."""
    try:
        return json_tree(payload)
    except UnreadableError:
        return plain_text(payload)
