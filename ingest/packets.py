"""MQTT packets as bytes: many PUBLISH packets read at once, many PUBACK packets made at once.

Sections of the OASIS standards MQTT 3.1.1 and 5.0: 2.2.3 and 2.1.4 remaining length, 3.3 PUBLISH, 3.4 PUBACK.
"""

from collections.abc import Container, Sequence
from typing import NamedTuple

import numpy as np

from ingest.formats import Message
from parkwatt.readings import Millis

_PUBLISH, _DUP, _QOS, _RETAIN = 0x30, 0x08, 0x06, 0x01
_PUBACK_OF_TWO = 0x4002
_LONGEST_LENGTH = 4


class MalformedPacketError(ValueError):
    """What came is no MQTT; the connection cannot be understood any more."""


def packet_end(data: bytes, start: int) -> int | None:
    """Where the packet at `start` ends, None as long as not all of it is there.

    Raises:
        MalformedPacketError: if its length is none.
    """
    length, body = _length(data, start + 1)
    return None if body is None or body + length > len(data) else body + length


def _length(data: bytes, start: int) -> tuple[int, int | None]:
    """A length that begins at `start`, and where it ends; None as long as not all of it is there.

    Raises:
        MalformedPacketError: if it has more bytes than a length may have.
    """
    length = shift = 0
    position, end = start, min(start + _LONGEST_LENGTH, len(data))
    while position < end:
        byte = data[position]
        position += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            return length, position
        shift += 7
    if position == start + _LONGEST_LENGTH:
        message = f"a length has more than {_LONGEST_LENGTH} bytes"
        raise MalformedPacketError(message)
    return length, None


class Publishes(NamedTuple):
    """PUBLISH packets that followed each other.

    Attributes:
        messages: in order.
        mids: packet identifiers of those that want an acknowledgement.
        end: where the first packet begins that is something else, or not all there.
    """

    messages: list[Message]
    mids: list[int]
    end: int


def read_publishes(
    data: bytes, start: int, *, modern: bool, arrived: Millis, in_hand: Container[int] = frozenset()
) -> Publishes:
    """Read the PUBLISH packets that follow each other from `start` on, as far as all of them is there.

    Args:
        data: what has arrived.
        start: where a packet begins.
        modern: whether this is MQTT 5, whose packets carry properties.
        arrived: the time of arrival.
        in_hand: packet identifiers that are not acknowledged yet; what is sent again under one of them is left out.

    Raises:
        MalformedPacketError: if a packet is not what the standard says.
    """
    messages: list[Message] = []
    mids: list[int] = []
    size = len(data)
    while start < size and data[start] & 0xF0 == _PUBLISH:
        head = data[start]
        length, body = _length(data, start + 1)
        if body is None or body + length > size:
            break
        end = body + length
        after = body + 2 + (data[body] << 8 | data[body + 1]) if body + 2 <= end else size
        topic, mid = data[body + 2 : after], 0
        if head & _QOS:
            mid = int.from_bytes(data[after : after + 2])
            after += 2
        if modern:
            after = _after_properties(data, after, end)
        if after > end:
            message = "a PUBLISH packet is shorter than what it holds"
            raise MalformedPacketError(message)
        start = end
        if head & _DUP and mid in in_hand:
            continue
        messages.append(Message(_text(topic), data[after:end], arrived, head & _RETAIN != 0))
        if mid:
            mids.append(mid)
    return Publishes(messages, mids, start)


def _text(topic: bytes) -> str:
    try:
        return topic.decode()
    except UnicodeDecodeError:
        return repr(topic)  # it breaks the protocol; its message is kept all the same


def _after_properties(data: bytes, start: int, end: int) -> int:
    """Where the payload begins; beyond the end if the properties do."""
    if start < end and data[start] == 0:
        return start + 1
    length, after = _length(data, start)
    return end + 1 if after is None else after + length


def pubacks(mids: Sequence[int]) -> bytes:
    """The acknowledgements of messages, in their order."""
    packets = np.empty((len(mids), 2), ">u2")
    packets[:, 0] = _PUBACK_OF_TWO
    packets[:, 1] = mids
    return packets.tobytes()
