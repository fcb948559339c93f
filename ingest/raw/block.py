"""A block of raw messages as bytes, and back: a frame with its length and checksum around compressed MessagePack."""

import struct
from collections.abc import Sequence
from itertools import islice, starmap
from zlib import crc32

import msgspec
import zstandard

from ingest.formats import Message
from parkwatt.readings import Millis

_FRAME = struct.Struct("<II")
"""Length of the body, its CRC-32."""

OVERHEAD = _FRAME.size
LONGEST = 1 << 30
"""A longer body is none: its length was damaged [bytes]."""

_LEVEL = 1


class Kept(msgspec.Struct, frozen=True, gc=False):
    """Messages that were decoded and written together.

    Attributes:
        run: the collector's run that took them, by its start: a collector that starts knows no births.
        decoder: which models and which park they were decoded with; see `ingest.raw.decoders`.
        messages: in order of arrival.
    """

    run: Millis
    decoder: str
    messages: tuple[Message, ...]

    @property
    def arrived(self) -> Millis:
        """When the last of them arrived, which is what the store knows of their readings."""
        return self.messages[-1].arrived


class _Block(msgspec.Struct, array_like=True):
    """The batches of a block as columns: a fifth smaller than message by message."""

    run: Millis
    decoder: str
    lengths: list[int]
    topics: list[str]
    payloads: list[bytes]
    arrived: list[Millis]
    retained: list[bool]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Block)


class UnreadableBlockError(Exception):
    """A block that this Parkwatt cannot read."""


def pack(run: Millis, decoder: str, batches: Sequence[Sequence[Message]], packer: zstandard.ZstdCompressor) -> bytes:
    """Batches that one decoder decoded, as one frame."""
    messages = [message for batch in batches for message in batch]
    block = _Block(
        run,
        decoder,
        [len(batch) for batch in batches],
        [message.topic for message in messages],
        [message.payload for message in messages],
        [message.arrived for message in messages],
        [message.retained for message in messages],
    )
    try:
        body = _encoder.encode(block)
    except UnicodeEncodeError:
        block.topics = list(map(sayable, block.topics))
        body = _encoder.encode(block)
    body = packer.compress(body)
    return _FRAME.pack(len(body), crc32(body)) + body


def sayable(topic: str) -> str:
    """A topic as it is kept: one that breaks the protocol may hold what UTF-8 cannot say."""
    return topic.encode("utf-8", "backslashreplace").decode()


def compressor() -> zstandard.ZstdCompressor:
    """What `pack` compresses with; one per thread."""
    return zstandard.ZstdCompressor(level=_LEVEL)


def body_length(head: bytes) -> int | None:
    """How many bytes follow the head of a frame; None if it is none."""
    if len(head) < OVERHEAD:
        return None
    length: int = _FRAME.unpack(head)[0]
    return length if 0 < length <= LONGEST else None


def unpack(head: bytes, body: bytes) -> list[Kept]:
    """The batches in a frame.

    Raises:
        UnreadableBlockError: if the checksum does not fit, or another version wrote it.
    """
    length, checksum = _FRAME.unpack(head)
    if len(body) != length or crc32(body) != checksum:
        message = "a block of raw messages is damaged"
        raise UnreadableBlockError(message)
    try:
        block = _decoder.decode(zstandard.ZstdDecompressor().decompress(body))
    except (zstandard.ZstdError, msgspec.MsgspecError) as error:
        message = f"a block of raw messages cannot be read: {error}"
        raise UnreadableBlockError(message) from error
    columns = zip(block.topics, block.payloads, block.arrived, block.retained, strict=True)
    messages = starmap(Message, columns)
    return [Kept(block.run, block.decoder, tuple(islice(messages, length))) for length in block.lengths if length]
