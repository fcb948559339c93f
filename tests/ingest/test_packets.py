"""MQTT packets as bytes, against paho's own making and against the standard."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import Message
from ingest.packets import MalformedPacketError, Publishes, packet_end, pubacks, read_publishes

PINGRESP = b"\xd0\x00"


def length(number: int) -> bytes:
    """A length as MQTT writes it."""
    out = bytearray()
    while True:
        number, low = divmod(number, 128)
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def publish(
    topic: str, payload: bytes, *, mid: int = 0, retain: bool = False, properties: bytes | None = None
) -> bytes:
    """A PUBLISH packet; QoS 1 with a packet identifier, else QoS 0."""
    name = topic.encode()
    body = struct.pack(">H", len(name)) + name + (struct.pack(">H", mid) if mid else b"")
    if properties is not None:
        body += length(len(properties)) + properties
    body += payload
    return bytes([0x30 | (2 if mid else 0) | retain]) + length(len(body)) + body


def read(data: bytes, *, modern: bool = False) -> Publishes:
    return read_publishes(data, 0, modern=modern, arrived=42)


sent = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
        st.binary(max_size=20_000),
        st.integers(0, 65_535),
        st.booleans(),
    ),
    max_size=6,
)


@given(sent, st.one_of(st.none(), st.binary(max_size=300)), st.data())
def test_publishes_read_however_they_are_cut(sent, properties, data):
    """Every message comes out once, in order, wherever the network cuts the bytes into pieces."""
    packets = [publish(t, p, mid=mid, retain=retain, properties=properties) for t, p, mid, retain in sent]
    stream = b"".join(packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    messages: list[Message] = []
    mids: list[int] = []
    rest = b""
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        rest += stream[begin:end]
        some = read(rest, modern=properties is not None)
        messages += some.messages
        mids += some.mids
        rest = rest[some.end :]
    assert rest == b""
    assert messages == [Message(topic, payload, 42, retain) for topic, payload, _, retain in sent]
    assert mids == [mid for _, _, mid, _ in sent if mid]


def test_other_packets_are_left():
    """Reading stops at a packet that is no PUBLISH, and says where it begins."""
    first = publish("a", b"1", mid=7)
    assert read(first + PINGRESP + publish("b", b"2"))[1:] == ([7], len(first))
    assert packet_end(PINGRESP, 0) == 2
    assert packet_end(PINGRESP, 1) is None


def test_sent_again_while_in_hand():
    """A message that is sent again under an identifier that we hold is left out; the same under another is not."""
    first = publish("t", b"1", mid=7)
    again = bytes([first[0] | 0x08]) + first[1:]
    assert read_publishes(again, 0, modern=False, arrived=1, in_hand={7}) == ([], [], len(again))
    assert len(read_publishes(again, 0, modern=False, arrived=1, in_hand={8}).messages) == 1
    assert len(read_publishes(first, 0, modern=False, arrived=1, in_hand={7}).messages) == 1


def test_topic_that_is_no_text():
    """A topic that is not UTF-8 is told as bytes; its message is kept."""
    packet = bytes([0x30, 5]) + struct.pack(">H", 2) + b"\xff\xfe" + b"x"
    assert read(packet).messages == [Message(r"b'\xff\xfe'", b"x", 42)]


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"\x30\xff\xff\xff\xff\x01", id="a length of five bytes"),
        pytest.param(b"\x30\x01\x00", id="no room for the topic's length"),
        pytest.param(b"\x30\x03\x00\x05a", id="a topic longer than its packet"),
        pytest.param(b"\x32\x03\x00\x01a", id="no room for the packet identifier"),
    ],
)
def test_malformed(packet):
    """A packet that cannot be is refused, whatever follows it."""
    with pytest.raises(MalformedPacketError):
        read(packet + b"\0" * 10)


@pytest.mark.parametrize("packet", [b"\x30\x03\x00\x01a", b"\x30\x05\x00\x01a\x05x", b"\x30\x05\x00\x01a\xff\xff"])
def test_malformed_properties(packet):
    """In MQTT 5, properties that are missing or longer than their packet are refused."""
    with pytest.raises(MalformedPacketError):
        read(packet + b"\0" * 10, modern=True)


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes(data, modern):
    """Whatever comes, reading ends: with messages, with a rest, or with an error that says so."""
    try:
        messages, mids, end = read(data, modern=modern)
    except MalformedPacketError:
        return
    assert 0 <= end <= len(data)
    assert sum(len(m.payload) for m in messages) <= len(data)
    assert len(mids) <= len(messages)


def test_pubacks():
    """Acknowledgements are one after the other, each with its packet identifier."""
    assert pubacks([1, 65_535, 258]) == b"\x40\x02\x00\x01" + b"\x40\x02\xff\xff" + b"\x40\x02\x01\x02"
    assert pubacks([]) == b""
