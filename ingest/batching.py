"""From messages to what is written in one go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ingest.formats import Decoded, Message
from parkwatt.live import Live, RawMessage
from parkwatt.readings import Millis, Reading, Rejection
from parkwatt.store import Batch


class Decoder(Protocol):
    """Turns messages into readings; never fails, whatever bytes come."""

    def decode(self, message: Message) -> Decoded:
        """What a message says."""
        ...


@dataclass(slots=True)
class DecodedBatch:
    """Messages decoded together.

    Attributes:
        batch: what the store is given.
        requests: messages (topic, payload) that their protocols ask us to send.
        raw: last message of each meter.
        stale: meters whose gateway announced that it is gone, and when.
    """

    batch: Batch
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    raw: dict[str, RawMessage] = field(default_factory=dict)
    stale: dict[str, Millis] = field(default_factory=dict)

    def show(self, live: Live) -> None:
        """Let the pages see it, once it is on disk."""
        live.update(self.batch.readings, self.batch.arrived)
        for meter, message in self.raw.items():
            live.keep_raw(meter, message)
        if self.stale:
            live.mark_stale(self.stale, max(self.stale.values()))


def decode_batch(decoder: Decoder, messages: Sequence[Message]) -> DecodedBatch:
    """Decode messages that are written together; there must be at least one."""
    readings: list[Reading] = []
    rejections: list[Rejection] = []
    decoded_batch = DecodedBatch(Batch(readings, rejections, messages[-1].arrived, len(messages)))
    ignored = 0
    for message in messages:
        decoded = decoder.decode(message)
        if decoded.readings:
            readings.extend(decoded.readings)
            raw = RawMessage(message.topic, message.payload, message.arrived)
            for reading in decoded.readings:
                decoded_batch.raw[reading.meter] = raw
                decoded_batch.stale.pop(reading.meter, None)  # it speaks again
        elif not decoded.rejections:
            ignored += 1
        if decoded.rejections:
            rejections.extend(
                Rejection(message.topic, message.payload, message.arrived, reason) for reason in decoded.rejections
            )
        for meter in decoded.stale:
            decoded_batch.stale[meter] = message.arrived
        decoded_batch.requests.extend(decoded.publish)
    decoded_batch.batch.ignored = ignored
    return decoded_batch
