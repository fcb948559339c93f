"""From messages to what is written in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.formats import Gathered, Message
from parkwatt.live import RAW_BYTES_KEPT, Live, RawMessage
from parkwatt.readings import Millis
from parkwatt.store import Batch


class Decoder(Protocol):
    """Turns messages into readings; never fails, whatever bytes come."""

    def gather(self, messages: Sequence[Message]) -> Gathered:
        """What messages say."""
        ...


@dataclass(frozen=True, slots=True)
class DecodedBatch:
    """Messages decoded together.

    Attributes:
        batch: what the store is given.
        publish: messages (topic, payload) that their protocols ask us to send.
        latest: last message of each meter.
        stale: meters whose gateway announced that it is gone, and when.
    """

    batch: Batch
    publish: Sequence[tuple[str, bytes]]
    latest: Mapping[str, Message]
    stale: Mapping[str, Millis]

    def show(self, live: Live) -> None:
        """Let the pages see it, once it is on disk."""
        live.update(self.batch.readings, self.batch.arrived)
        for meter, message in self.latest.items():
            live.keep_raw(meter, RawMessage(message.topic, message.payload[:RAW_BYTES_KEPT], message.arrived))
        if self.stale:
            live.mark_stale(self.stale, max(self.stale.values()))


def decode_batch(decoder: Decoder, messages: Sequence[Message]) -> DecodedBatch:
    """Decode messages that are written together; there must be at least one."""
    gathered = decoder.gather(messages)
    readings = gathered.columns()
    batch = Batch(readings, gathered.rejections, messages[-1].arrived, len(messages), gathered.ignored)
    return DecodedBatch(batch, gathered.publish, gathered.latest, gathered.stale)
