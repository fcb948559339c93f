"""Any message -> readings of the park's meters, or a reason why not. Never raises, whatever comes."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, tzinfo
from typing import Protocol

from ingest.formats import native, sparkplug
from ingest.formats.binding import Binder, NoMeterError
from ingest.formats.compiled import CompiledModel
from ingest.formats.conversions import Conversions
from ingest.formats.describing import Descriptions
from ingest.formats.found import Contents, Found, UnreadableError
from ingest.formats.gathered import Gathered
from ingest.formats.home_assistant import Discovery
from ingest.formats.message import Decoded, Message
from ingest.formats.model import DeviceModel
from ingest.formats.recognition import Learnt, Recognition
from ingest.formats.times import settle
from ingest.formats.topics import LONGEST
from parkwatt.flags import circumstances
from parkwatt.park import Park
from parkwatt.readings import TimeSource

logger = logging.getLogger(__name__)

BUILT_IN = (native.Native.name, sparkplug.Sparkplug.name)
"""What `device` in a park file may name besides the device models."""

MAX_PAYLOAD = 1_000_000
"""Larger payloads are no meter messages [bytes]."""

_ARRIVAL = TimeSource.ARRIVAL
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


class _Nothing:
    """Reads messages that are none of a meter."""

    def read(self, message: Message) -> Contents:  # noqa: ARG002 - as every format is asked
        """Nothing."""
        return Contents([], [])


_NOTHING = _Nothing()


class Decoder:
    """Turns messages into readings; remembers per topic what it recognised, and what Sparkplug births said.

    Deterministic: the same messages in the same order give the same readings. One decoder per thread.

    Attributes:
        models: device models, in the order in which they are asked.
        park: whose meters the readings belong to; None for none.
    """

    def __init__(
        self,
        models: Sequence[DeviceModel],
        park: Park | None = None,
        *,
        max_payload: int = MAX_PAYLOAD,
        codec: str | None = None,
    ) -> None:
        """Prepare for a park.

        Args:
            models: device models, tried in this order.
            park: whose meters the readings belong to; without one every id stands as it is on the wire.
            max_payload: larger payloads are rejected [bytes].
            codec: device model for raw frames of meters for which the park file names none.
        """
        self.models, self.park = tuple(models), park
        zone: tzinfo = park.zone if park else UTC
        self._max_payload, self._codec = max_payload, codec
        self._conversions = Conversions()
        self._binder = Binder(park, self._conversions)
        self._native = native.Native(zone)
        self._sparkplug = sparkplug.Sparkplug()
        self._models = tuple(CompiledModel(model, zone) for model in models)
        self._descriptions = Descriptions(models)
        self._discovery = Discovery()
        self._learnt = Learnt(self._descriptions.told, self._discovery, self._codec_of)
        self._formats: dict[str, Format] = {}

    def renewed(self, models: Sequence[DeviceModel], park: Park | None) -> "Decoder":
        """A decoder for changed models or a changed park that knows what devices have told this one.

        This one must not be used any more.
        """
        decoder = Decoder(models, park, max_payload=self._max_payload, codec=self._codec)
        decoder._sparkplug, decoder._descriptions.told = self._sparkplug, self._descriptions.told
        decoder._discovery = self._discovery
        decoder._learnt = Learnt(self._descriptions.told, self._discovery, decoder._codec_of)
        decoder._binder.keep_claims(self._binder)
        return decoder

    def tells(self, topic: str) -> bool:
        """Whether messages on a topic say how others are to be read: births, descriptions."""
        return sparkplug.is_birth(topic) or self._discovery.speaks(topic) or self._descriptions.on(topic) is not None

    def unread(self) -> Mapping[str, int]:
        """Parts of messages that were understood and left unread, counted by why, since the start; from any thread."""
        return {**self._sparkplug.unread, **self._discovery.unread}

    def decode(self, message: Message) -> Decoded:
        """What one message says; a reason in `rejections` for what could not be read."""
        gathered = self.gather([message])
        readings = list(gathered.columns())
        return Decoded(readings, [r.reason for r in gathered.rejections], list(gathered.stale), gathered.publish)

    def gather(self, messages: Iterable[Message]) -> Gathered:
        """What messages say."""
        gathered = Gathered(self._conversions)
        for message in messages:
            try:
                self._read(message, gathered)
            except UnreadableError as error:
                gathered.reject(message, str(error))
            except Exception as error:  # a mistake of ours in one message must not hold up all the others
                logger.exception("a message on %r could not be decoded", message.topic)
                gathered.reject(message, f"a defect in Parkwatt ({error!r:.200}); please report it with this message")
        return gathered

    def _read(self, message: Message, gathered: Gathered) -> None:
        topic, payload = message.topic, message.payload
        if not payload:
            self._discovery.withdraw(topic)
            self._descriptions.withdraw(topic)
            gathered.ignored += 1
            return
        if len(payload) > self._max_payload:
            reason = f"payload has {len(payload)} bytes, more than the {self._max_payload} a meter message may have"
            raise UnreadableError(reason)
        reader = self._formats.get(topic)
        if reader is None:
            reader = self._remember(topic)
        contents = reader.read(message)
        for problem in contents.problems:
            gathered.reject(message, problem)
        if contents.found:
            self._assign(message, contents.found, gathered)
        elif not contents.problems:
            gathered.ignored += 1
        for spoke_on, wire_meter in contents.stale:
            with suppress(NoMeterError):
                gathered.stale[self._binder.bind(spoke_on, wire_meter, alone=True).meter] = message.arrived
        if contents.publish:
            gathered.publish.extend(contents.publish)

    def _remember(self, topic: str) -> Format:
        if len(topic) > LONGEST:
            reason = f"topic has {len(topic)} characters; a meter's topic has at most {LONGEST}"
            raise UnreadableError(reason)
        if len(self._formats) >= _TOPICS_KEPT:
            self._formats.clear()
        reader = self._formats[topic] = self._recognise(topic)
        return reader

    def _recognise(self, topic: str) -> Format:
        if topic.startswith(("$SYS/", "$sparkplug/")):
            return _NOTHING  # the broker's own; other topics with a dollar are platforms' (OneNET, Huawei)
        device = self._binder.device_on(topic)
        if device == native.Native.name or (device is None and native.speaks(topic)):
            return self._native
        if device == sparkplug.Sparkplug.name or (device is None and sparkplug.speaks(topic)):
            return self._sparkplug
        if device is None and self._discovery.speaks(topic):
            return self._discovery
        description = self._descriptions.on(topic) if device is None else None
        if description is not None:
            return description
        return Recognition(self._models, topic, device=device, learnt=self._learnt)

    def _codec_of(self, wire_meter: str) -> CompiledModel | None:
        """The model for raw frames that the park file names for a wire meter."""
        device = self._binder.device_of(wire_meter) or self._codec
        return next((m for m in self._models if m.name == device), None) if device else None

    def _assign(self, message: Message, everything: list[Found], gathered: Gathered) -> None:
        topic, arrived = message.topic, message.arrived
        first = everything[0].meter
        alone = len(everything) == 1 or all(found.meter == first for found in everything)
        said = False
        for found in everything:
            time, source = settle(found.time, arrived, found.ahead)
            if source is _ARRIVAL and message.retained:
                continue  # nobody knows how old it is
            said = True
            try:
                binding = self._binder.bind(topic, found.meter, alone=alone)
            except NoMeterError as error:
                gathered.reject(message, str(error))
                continue
            shared = circumstances(source, historical=found.historical)
            gathered.add(message, binding.numbers(found.fields), found.values, time, shared)
            gathered.latest[binding.meter] = message
            if gathered.stale:
                gathered.stale.pop(binding.meter, None)  # it speaks again
        if not said:
            gathered.ignored += 1
