"""The few MQTT 3.1.1 packets that a publishing device needs, as bytes."""

import struct
from collections.abc import Iterator

CONNACK, PUBACK, PUBREC, PUBCOMP = 2, 4, 5, 7
DISCONNECT = b"\xe0\x00"


def connect(client_id: str) -> bytes:
    """CONNECT of a session that the broker remembers; without keep-alive."""
    return _packet(0x10, _text("MQTT") + b"\x04\x00\x00\x00" + _text(client_id))


def publish(topic: str, payload: bytes, *, qos: int, mid: int, again: bool) -> bytes:
    """PUBLISH; `again` sets DUP."""
    identifier = struct.pack("!H", mid) if qos else b""
    return _packet(0x30 | qos << 1 | (8 if again and qos else 0), _text(topic) + identifier + payload)


def pubrel(mid: int) -> bytes:
    """PUBREL, the third of the four packets of QoS 2."""
    return b"\x62\x02" + struct.pack("!H", mid)


def taken_from(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """The complete packets (type, body) at the head of a buffer; they are removed from it."""
    while len(buffer) >= 2:
        length, at = 0, 1
        while True:
            if at >= len(buffer):
                return
            length |= (buffer[at] & 127) << 7 * (at - 1)
            at += 1
            if not buffer[at - 1] & 128:
                break
        if len(buffer) < at + length:
            return
        packet = buffer[0] >> 4, bytes(buffer[at : at + length])
        del buffer[: at + length]
        yield packet


def _packet(head: int, body: bytes) -> bytes:
    length, size = bytearray(), len(body)
    while True:
        size, low = divmod(size, 128)
        length.append(low | (128 if size else 0))
        if not size:
            return bytes([head]) + bytes(length) + body


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("!H", len(raw)) + raw
