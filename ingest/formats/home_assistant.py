"""Home Assistant's discovery: devices that say themselves what their topics hold.

https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import msgspec

from ingest.formats.found import Contents, Found, UnreadableError
from ingest.formats.home_assistant_config import Sensor, sensors
from ingest.formats.home_assistant_meaning import measured
from ingest.formats.meaning import Meaning
from ingest.formats.message import Message
from ingest.formats.numbers import NotANumberError, number
from ingest.formats.paths import Lookup, lookup
from ingest.formats.payloads import json_tree, plain_text
from ingest.formats.topics import LONGEST

_CONFIG = re.compile(r"homeassistant/(?P<component>\w+)/(?:[^/]+/)?[^/]+/config", re.ASCII)
_KEPT = 100_000
"""Entities that are kept; of more, those that come first."""

_KEPT_ON_TOPIC = 500
"""Entities whose values come in one message; a device has some dozens."""

_Series: TypeAlias = tuple[str, str | None, str, str | None]
"""Device, channel, quantity and phase: what readings must not have in common."""


class Entity(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A value that a device describes.

    Attributes:
        topic: where it comes.
        device: id of the device; its topic with dots if it says none.
        find: the value in the payload; None if it is made of it by a template that computes.
        means: what it means.
        channel: what sets it apart from others of the device.
    """

    topic: str
    device: str
    find: Lookup | None
    means: Meaning
    channel: str | None

    @property
    def series(self) -> _Series:
        """What it alone may fill."""
        return self.device, self.channel, self.means.quantity, self.means.phase


class Discovery:
    """Learns from discovery messages what the topics of devices hold.

    Attributes:
        unread: entities of measuring devices that were left unread since the start, counted by why.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self.unread: Counter[str] = Counter()
        self._described: dict[str, tuple[Entity, ...]] = {}
        self._said: dict[str, list[Entity]] = {}
        self._taken: set[_Series] = set()
        self._count = 0
        self._meter_of: dict[str, str] = {}
        self._device_of: dict[str, str] = {}

    @staticmethod
    def speaks(topic: str) -> bool:
        """Whether messages on a topic describe entities."""
        return len(topic) <= LONGEST and _CONFIG.fullmatch(topic) is not None

    def read(self, message: Message) -> Contents:
        """Learn from a description; it holds no reading.

        Raises:
            UnreadableError: if it is no JSON, or too much is described already.
        """
        self.withdraw(message.topic)
        found = _CONFIG.fullmatch(message.topic)
        if found is None or found["component"] not in ("sensor", "device"):
            return Contents([], [])
        for sensor in sensors(found["component"], json_tree(message.payload)):
            entity = self._entity(sensor)
            if entity is None:
                continue
            if self._count >= _KEPT:
                reason = f"{_KEPT:,} entities are described already; what {message.topic} describes is not kept"
                raise UnreadableError(reason)
            self._count += 1
            if entity.find is not None:
                self._taken.add(entity.series)
            self._described[entity.topic] = (*self._described.get(entity.topic, ()), entity)
            self._said.setdefault(message.topic, []).append(entity)
        return Contents([], [])

    def withdraw(self, topic: str) -> None:
        """Forget what was described on a topic."""
        for gone in self._said.pop(topic, ()):
            self._count -= 1
            if gone.find is not None:
                self._taken.discard(gone.series)
            left = tuple(entity for entity in self._described[gone.topic] if entity is not gone)
            if left:
                self._described[gone.topic] = left
            else:
                del self._described[gone.topic]

    def on(self, topic: str) -> Sequence[Entity]:
        """The entities whose values come on a topic."""
        return self._described.get(topic, ())

    def complete(
        self, entities: Sequence[Entity], message: Message, contents: Contents, *, meter: str | None
    ) -> Contents:
        """What a message says, with what its entities know of it beyond its device model.

        Of a quantity that the model reads nothing is added: it knows better which phases and channels there are.

        Args:
            entities: whose values come on the message's topic.
            message: as it came.
            contents: what the model read.
            meter: whose messages the model takes to come on the topic; None if it does not say.
        """
        read = {m.quantity for found in contents.found for m in found.fields.meanings}
        more = [(e, e.find) for e in entities if e.find is not None and e.means.quantity not in read]
        found = {found.meter for found in contents.found}
        self._learn_meter(entities, found.pop() if len(found) == 1 else meter)
        tree = _tree(message.payload) if more else None
        values: dict[str, list[tuple[Meaning, float]]] = {}
        for entity, find in more:
            with suppress(NotANumberError):
                value = number(find(tree))
                if value is not None:
                    own = self._meter_of.get(entity.device, entity.device)
                    own = own if entity.channel is None else f"{own}:{entity.channel}"
                    values.setdefault(own, []).append((entity.means, value))
        time = contents.found[0].time if contents.found else None
        added = [Found.of(own, time, pairs) for own, pairs in values.items()]
        return Contents([*contents.found, *added], contents.problems) if added else contents

    def _learn_meter(self, entities: Sequence[Entity], meter: str | None) -> None:
        """Let a device be called as its device model calls it: a meter for one device, and no channel of one."""
        devices = {entity.device for entity in entities}
        if meter is None or ":" in meter or len(devices) != 1 or len(self._device_of) >= _KEPT:
            return
        device = devices.pop()
        if self._device_of.setdefault(meter, device) == device:
            self._meter_of.setdefault(device, meter)

    def _entity(self, sensor: Sensor) -> Entity | None:
        what = measured(sensor.said)
        if what is None:
            if sensor.said.device_class is not None and sensor.said.unit is not None:
                self.unread["discovery_unsure"] += 1
            return None
        if len(self.on(sensor.topic)) >= _KEPT_ON_TOPIC:
            self.unread["discovery_too_many"] += 1
            return None
        find = None if sensor.path is None else lookup(sensor.path)
        device = sensor.device or sensor.topic.replace("/", ".").strip(".")
        entity = Entity(sensor.topic, device, find, what.meaning, what.channel)
        if find is None:
            self.unread["discovery_template"] += 1
        elif entity.series in self._taken:
            self.unread["discovery_ambiguous"] += 1
            return None
        return entity


def _tree(payload: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    for read in (json_tree, plain_text):
        with suppress(UnreadableError):
            return read(payload)
    return None
