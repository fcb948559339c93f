"""Any message -> readings of the park's meters, or a reason why not. Never raises, whatever comes."""

import math
from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import Protocol

from ingest.formats import native, sparkplug
from ingest.formats.binding import Binder
from ingest.formats.compiled import CompiledModel
from ingest.formats.found import Contents, Found, UnreadableError
from ingest.formats.message import Decoded, Message
from ingest.formats.model import DeviceModel
from ingest.formats.numbers import shortened
from ingest.formats.recognition import Recognition
from ingest.formats.times import settle
from parkwatt.park import Park
from parkwatt.readings import Quality, Reading, TimeSource

BUILT_IN = (native.Native.name, sparkplug.Sparkplug.name)
"""What `device` in a park file may name besides the device models."""

MAX_PAYLOAD = 1_000_000
"""Larger payloads are no meter messages [bytes]."""

_MAX_ID = 128
_TOPICS_KEPT = 100_000
"""Topics whose format is remembered; beyond that they are recognised anew."""


class Format(Protocol):
    """Reads messages of one kind."""

    def read(self, message: Message) -> Contents:
        """What a message says.

        Raises:
            UnreadableError: if it says nothing that can be read.
        """
        ...


class Decoder:
    """Turns messages into readings; remembers per topic what it recognised, and what Sparkplug births said.

    Deterministic: the same messages in the same order give the same readings. One decoder per thread.
    """

    def __init__(
        self, models: Sequence[DeviceModel], park: Park | None = None, *, max_payload: int = MAX_PAYLOAD
    ) -> None:
        """Prepare for a park.

        Args:
            models: device models, tried in this order.
            park: whose meters the readings belong to; without one every id stands as it is on the wire.
            max_payload: larger payloads are rejected [bytes].
        """
        zone: tzinfo = park.zone if park else UTC
        self._max_payload = max_payload
        self._binder = Binder(park)
        self._native = native.Native(zone)
        self._sparkplug = sparkplug.Sparkplug()
        self._models = tuple(CompiledModel(model, zone) for model in models)
        self._formats: dict[str, Format] = {}

    def decode(self, message: Message) -> Decoded:
        """What a message says; a reason in `rejections` for what could not be read."""
        topic, payload = message.topic, message.payload
        if not payload or topic.startswith("$"):
            return Decoded()  # what begins with $ is the broker's own
        if len(payload) > self._max_payload:
            reason = f"payload has {len(payload)} bytes, more than the {self._max_payload} a meter message may have"
            return Decoded(rejections=[reason])
        reader = self._formats.get(topic)
        if reader is None:
            reader = self._remember(topic)
        try:
            contents = reader.read(message)
        except UnreadableError as error:
            return Decoded(rejections=[str(error)])
        decoded = Decoded(rejections=contents.problems)
        if contents.found:
            self._assign(message, contents.found, decoded)
        if contents.stale:
            decoded.stale = [self._binder.bind(spoke_on, m, alone=True).meter for spoke_on, m in contents.stale]
        if contents.publish:
            decoded.publish = list(contents.publish)
        return decoded

    def _remember(self, topic: str) -> Format:
        if len(self._formats) >= _TOPICS_KEPT:
            self._formats.clear()
        reader = self._formats[topic] = self._recognise(topic)
        return reader

    def _recognise(self, topic: str) -> Format:
        device = self._binder.device_on(topic)
        if device == native.Native.name or (device is None and native.speaks(topic)):
            return self._native
        if device == sparkplug.Sparkplug.name or (device is None and sparkplug.speaks(topic)):
            return self._sparkplug
        return Recognition(self._models, topic, device)

    def _assign(self, message: Message, everything: list[Found], decoded: Decoded) -> None:
        first = everything[0].meter
        alone = len(everything) == 1 or all(found.meter == first for found in everything)
        for found in everything:
            if len(found.meter) > _MAX_ID or not found.meter.isprintable():
                decoded.rejections.append(
                    f"meter id {shortened(found.meter)} is longer than {_MAX_ID} characters or not printable"
                )
                continue
            self._readings(message, found, decoded, alone=alone)

    def _readings(self, message: Message, found: Found, decoded: Decoded, *, alone: bool) -> None:
        time, source = settle(found.time, message.arrived, ahead=found.ahead)
        if message.retained and source is TimeSource.ARRIVAL:
            return  # nobody knows how old it is
        binding = self._binder.bind(message.topic, found.meter, alone=alone)
        meter, adjusts, historical = binding.meter, binding.adjusts, found.historical
        for wire_field, wire in found.values:
            field = binding.adjust(wire_field) if adjusts else wire_field
            value = wire if field.plain else field.value(wire)
            quality = Quality.GOOD if field.low <= value <= field.high else Quality.SUSPECT
            if math.isinf(value):
                decoded.rejections.append(f"{field.quantity}: {wire!r} is too large")
                continue
            decoded.readings.append(
                Reading(meter, field.quantity, field.phase, value, field.kind, time, source, quality, historical)
            )
