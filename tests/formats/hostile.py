"""Messages that nobody means well with: for every format, as deep, wide, long and misspelt as its rules allow.

Everything is made to a size, so that the same message can be sent small by a quick test and large by a thorough one.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode

DEEP = 100_000
"""Levels of nesting that no device sends."""


class Hostile(NamedTuple):
    """One message, and what is wrong with it."""

    name: str
    topic: str
    payload: bytes


def repeated(part: bytes, size: int, *, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    """A JSON array (or what opens and closes otherwise) of one part over and over, of about a size [bytes]."""
    count = max(1, (size - len(opening) - len(closing)) // (len(part) + 1))
    return opening + b",".join([part] * count) + closing


def numbered(part: str, size: int, *, opening: bytes = b"{", closing: bytes = b"}") -> bytes:
    """Parts that differ by a number in the place of `#`."""
    count = max(1, size // (len(part.encode()) + 6))
    return opening + ",".join([part.replace("#", str(i)) for i in range(count)]).encode() + closing


def nested(opening: bytes, closing: bytes, levels: int, core: bytes = b"1") -> bytes:
    """One value in many levels of brackets."""
    return opening * levels + core + closing * levels


Shape = Callable[[int], bytes]
"""A JSON value of about a size [bytes]."""

SHAPES: Mapping[str, Shape] = {
    "deep arrays": lambda size: nested(b"[", b"]", min(DEEP, size // 2)),
    "deep objects": lambda size: nested(b'{"a":', b"}", min(DEEP, size // 6)),
    "deep, never closed": lambda size: b"[" * size,
    "deep objects, never closed": lambda size: b'{"voltage":' * (size // 11),
    "arrays as deep as can be read": lambda _: nested(b"[", b"]", 900),
    "objects as deep as can be read": lambda _: nested(b'{"voltage":', b"}", 900),
    "many deep arrays": lambda size: repeated(nested(b"[", b"]", 900), size),
    "one long string": lambda size: b'"' + b"x" * size + b'"',
    "one long string of escapes": lambda size: b'"' + rb"\u0001" * (size // 6) + b'"',
    "one long string of surrogates": lambda size: b'"' + rb"\ud800" * (size // 6) + b'"',
    "a long string of blanks": lambda size: b'"' + b" " * size + b'1"',
    "a long string of digits": lambda size: b'"' + b"1" * size + b'"',
    "a long string of slashes": lambda size: b'"2026' + b"/" * size + b'"',
    "one long key": lambda size: b'{"' + b"k" * size + b'":1}',
    "long strings": lambda size: repeated(b'"' + b"x" * 10_000 + b'"', size),
    "zeros": lambda size: repeated(b"0", size),
    "fractions": lambda size: repeated(b"0.1", size),
    "nulls": lambda size: repeated(b"null", size),
    "booleans": lambda size: repeated(b"true", size),
    "empty strings": lambda size: repeated(b'""', size),
    "empty arrays": lambda size: repeated(b"[]", size),
    "empty objects": lambda size: repeated(b"{}", size),
    "objects of one key": lambda size: repeated(b'{"":{}}', size),
    "objects of infinity": lambda size: repeated(b'{"voltage":1e999}', size),
    "objects of text": lambda size: repeated(b'{"voltage":"x"}', size),
    "objects of one unknown quantity": lambda size: repeated(b'{"x":1}', size),
    "objects with wrong times": lambda size: repeated(b'{"time":"x"}', size),
    "objects with wrong meters": lambda size: repeated(b'{"meter":""}', size),
    "objects with long meters": lambda size: repeated(b'{"voltage":1,"meter":"' + b"m" * 129 + b'"}', size),
    "readings": lambda size: repeated(b'{"voltage":1}', size),
    "readings of many meters": lambda size: numbered('{"voltage":1,"meter":"m#"}', size, opening=b"[", closing=b"]"),
    "readings of many times": lambda size: numbered('{"voltage":1,"time":17684#}', size, opening=b"[", closing=b"]"),
    "wide object": lambda size: numbered('"k#":0', size),
    "wide object of near names": lambda size: numbered('"voltag#":0', size),
    "wide object of near phases": lambda size: numbered('"L1.active_powe#":0', size),
    "wide object of channels": lambda size: numbered('"em:#":{"pf":1}', size),
    "wide object of empty channels": lambda size: numbered('"em:#":{}', size),
    "one channel with a long name": lambda size: b'{"em:' + b"9" * size + b'":{"pf":1}}',
    "one key over and over": lambda size: repeated(b'"voltage":1', size, opening=b"{", closing=b"}"),
    "integer of many digits": lambda size: b"9" * size,
    "integers of many digits": lambda size: repeated(b"9" * 4000, size),
    "fraction of many digits": lambda size: b"0." + b"1" * size,
    "fractions of many digits": lambda size: repeated(b"0." + b"1" * 770, size),
    "exponent of many digits": lambda size: b"1e" + b"9" * size,
    "infinities": lambda size: repeated(b"1e999", size),
    "negative infinities": lambda size: repeated(b"-1e999", size),
    "NaN": lambda size: repeated(b"NaN", size),
    "Infinity": lambda size: repeated(b"-Infinity", size),
    "blanks": lambda size: b" " * size,
    "blanks around null": lambda size: b" " * size + b"null",
    "commas": lambda size: b"[" + b"," * size + b"]",
    "quotes": lambda size: b'"' * size,
    "backslashes": lambda size: b'"' + b"\\" * size,
    "astral characters": lambda size: b'["' + "\U0001f4a1".encode() * (size // 4) + b'", NaN]',
}
"""JSON values that cost more than they say, by name."""

FRAMES: Mapping[str, tuple[str, bytes]] = {
    "native": ("parkwatt/m/readings", b"%"),
    "native value": ("parkwatt/m/readings", b'{"voltage":%,"current":1}'),
    "native time": ("parkwatt/m/readings", b'{"voltage":1,"time":%}'),
    "native meter": ("parkwatt/m/readings", b'{"voltage":1,"meter":%}'),
    "tasmota": ("tele/m/SENSOR", b'{"ENERGY":%}'),
    "tasmota value": ("tele/m/SENSOR", b'{"ENERGY":{"Power":%,"Current":1}}'),
    "tasmota time": ("tele/m/SENSOR", b'{"Time":%,"ENERGY":{"Current":1}}'),
    "tasmota wrapper": ("stat/m/STATUS8", b'{"StatusSNS":%}'),
    "shelly": ("m/events/rpc", b'{"src":"m","method":"x","params":%}'),
    "shelly source": ("m/events/rpc", b'{"method":"x","src":%,"params":{"em:0":{"pf":1}}}'),
    "shelly status": ("m/status/em:0", b'{"id":%,"pf":1}'),
    "zigbee2mqtt": ("zigbee2mqtt/m", b"%"),
    "zigbee2mqtt value": ("zigbee2mqtt/m", b'{"power":%,"voltage":230}'),
    "zigbee2mqtt time": ("zigbee2mqtt/m", b'{"last_seen":%,"power":1}'),
    "scalar": ("m/voltage", b"%"),
    "unknown": ("no/such/device", b"%"),
}
"""Where such a value is put: the topic, and the payload with `%` in its place."""


def json_messages(size: int) -> Iterator[Hostile]:
    """Every shape in every frame."""
    for shape_name, shape in SHAPES.items():
        value = shape(size - 64)
        for frame_name, (topic, frame) in FRAMES.items():
            yield Hostile(f"{frame_name}: {shape_name}", topic, frame.replace(b"%", value))


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _field(tag: int, body: bytes) -> bytes:
    """A length-delimited field of Protocol Buffers."""
    return _varint(tag << 3 | 2) + _varint(len(body)) + body


def _metrics(size: int, metric: Callable[[int], bytes]) -> bytes:
    out, length, i = [], 0, 0
    while length < size:
        one = _field(2, metric(i))
        out.append(one)
        length += len(one)
        i += 1
    return b"".join(out)


def _deep(tag: int, levels: int) -> bytes:
    body = b""
    for _ in range(levels):
        body = _field(tag, body)
    return body


def _named(name: str, *, alias: int | None = None, unit: str | None = None, value: float = 1.0) -> bytes:
    properties = {} if unit is None else {"engUnit": unit}
    metric = Metric(name, alias, DataType.DOUBLE, value, properties=properties)
    return encode(SparkplugPayload([metric]))[2:]


def _value(field: bytes) -> bytes:
    return _field(1, b"voltage") + field


_DOUBLE = _varint(13 << 3 | 1)
_ALIAS, _INT = _varint(2 << 3), _varint(10 << 3)

SPARKPLUG: Mapping[str, Shape] = {
    "empty metrics": lambda size: b"\x12\x00" * (size // 2),
    "aliases": lambda size: _metrics(size, lambda i: _ALIAS + _varint(i) + _INT + b"\x01"),
    "one alias over and over": lambda size: _field(2, _ALIAS + b"\x01" + _INT + b"\x01") * (size // 6),
    "short names": lambda size: _metrics(size, lambda i: _field(1, b"%x" % i)),
    "names of quantities": lambda size: _metrics(size, lambda i: _named(f"power {i:x}")),
    "names with aliases": lambda size: _metrics(size, lambda i: _named("voltage", alias=i)),
    "names with wrong units": lambda size: _metrics(size, lambda i: _named(f"L1 voltage{' ' * (i % 90)}", unit=f"{i}")),
    "names with blanks in units": lambda size: _metrics(size, lambda i: _named("voltage", unit=" " * (i % 39) + "V")),
    "names of control characters": lambda size: _metrics(
        size, lambda i: _named("voltage" + "\U000e0001" * 90, unit="\U0010fffe" * 40, alias=i)
    ),
    "long names": lambda size: _metrics(size, lambda _: _field(1, b"L1 " * 3_000)),
    "one long name": lambda size: _field(2, _field(1, b"voltage" * (size // 7))),
    "one long text": lambda size: _field(2, _field(1, b"voltage") + _field(15, b"1" * size)),
    "texts as values": lambda size: _metrics(size, lambda _: _value(_field(15, b"x"))),
    "not UTF-8": lambda size: _metrics(size, lambda _: _field(1, b"\xff\xfe")),
    "empty properties": lambda size: _field(2, _field(1, b"voltage") + _field(9, b"\x0a\x00\x12\x00" * (size // 4))),
    "properties": lambda size: _field(
        2, _field(1, b"voltage") + _field(9, b"".join(_field(1, b"%06x" % i) + b"\x12\x00" for i in range(size // 10)))
    ),
    "property sets in metrics": lambda size: _metrics(size, lambda _: _field(9, b"\x0a\x00\x12\x00")),
    "infinite values": lambda size: _metrics(size, lambda _: _value(_DOUBLE + struct.pack("<d", float("inf")))),
    "NaN values": lambda size: _metrics(size, lambda _: _value(_DOUBLE + struct.pack("<d", float("nan")))),
    "huge values": lambda size: _metrics(size, lambda _: _value(_DOUBLE + struct.pack("<d", 1e308))),
    "many times": lambda size: _metrics(size, lambda i: _value(_varint(3 << 3) + _varint(i) + _INT + b"\x01")),
    "impossible times": lambda size: _metrics(
        size, lambda _: _value(_varint(3 << 3) + b"\xff" * 9 + b"\x01" + _INT + b"\x01")
    ),
    "deep templates": lambda size: _field(2, _deep(18, min(20_000, size // 8))),
    "deep property sets": lambda size: _field(2, _field(9, _deep(2, min(20_000, size // 8)))),
    "deep groups": lambda size: b"\x7b" * size,
    "deep groups, closed": lambda size: b"\x7b" * (size // 2) + b"\x7c" * (size // 2),
    "unknown fields": lambda size: b"\x78\x01" * (size // 2),
    "overlong varints": lambda size: (b"\x08" + b"\x80" * 9 + b"\x01") * (size // 11),
    "endless varint": lambda size: b"\x08" + b"\xff" * size,
    "cut short": lambda size: b"\x12" + _varint(size * 2) + b"\x00" * size,
    "length of 2^63": lambda size: b"\x12" + b"\xff" * 9 + b"\x7f" + b"\x00" * size,
    "zeros": lambda size: b"\x00" * size,
}
"""Payloads of Protocol Buffers, by name."""


def sparkplug_messages(size: int) -> Iterator[Hostile]:
    """Every such payload as birth and as data, of a node and of a device."""
    for name, shape in SPARKPLUG.items():
        payload = shape(size - 64)
        for kind in ("NBIRTH", "NDATA", "DBIRTH", "DDATA", "NDEATH", "DDEATH"):
            device = "/d" if kind.startswith("D") else ""
            yield Hostile(f"{kind}: {name}", f"spBv1.0/g/{kind}/n{device}", payload)


_PLAIN = b'{"voltage": 230, "power": 1}'

TEXTS: Mapping[str, Shape] = {
    "UTF-16": lambda size: ('{"电压": 230}' + " " * (size // 2)).encode("utf-16"),
    "UTF-16 without a mark": lambda size: ('{"voltage": 230}' + " " * (size // 2)).encode("utf-16-le"),
    "UTF-32": lambda size: ('{"voltage": 230}' + " " * (size // 4)).encode("utf-32"),
    "GBK": lambda size: ('{"电压": "' + "压" * (size // 2) + '", "voltage": 230}').encode("gbk"),
    "latin-1": lambda size: ('{"°": "' + "é" * size + '", "voltage": 230}').encode("latin-1"),
    "byte order marks": lambda size: b"\xef\xbb\xbf" * (size // 3) + _PLAIN,
    "NUL": lambda size: b"\x00" * size,
    "zip": lambda size: b"PK\x03\x04" + b"\x14\x00" * (size // 2),
    "gzip": lambda size: b"\x1f\x8b\x08\x00" + b"\xff" * size,
    "base64": lambda size: b"H4sIAAAAAAAA" * (size // 12),
    "XML": lambda size: b"<a>" * (size // 3),
    "YAML": lambda size: b"a: &a [*a, *a]\n" * (size // 15),
}
"""What is no JSON, by name."""


def text_messages(size: int) -> Iterator[Hostile]:
    """Other encodings and formats on every topic of JSON."""
    for name, shape in TEXTS.items():
        payload = shape(size - 64)
        for frame in ("native", "tasmota", "zigbee2mqtt", "scalar", "unknown"):
            topic, _ = FRAMES[frame]
            yield Hostile(f"{frame}: {name}", topic, payload)


LONGEST_TOPIC = 65_535
"""What MQTT allows [bytes]."""


def topics() -> Iterator[tuple[str, str]]:
    """Topics as MQTT allows them and nobody needs them, with a name."""
    long = "x" * LONGEST_TOPIC
    levels = "/".join("x" * (LONGEST_TOPIC // 2))
    for start, end in (
        ("", ""), ("parkwatt/", "/readings"), ("tele/", "/SENSOR"), ("", "/tele/SENSOR"), ("stat/", "/STATUS8"),
        ("", "/events/rpc"), ("", "/status/em:0"), ("m/status/em:", ""), ("zigbee2mqtt/", ""), ("", "/voltage"),
        ("", "/L1/voltage"), ("", "/switch/emeter/power"), ("homeassistant/", "/config"),
        ("spBv1.0/", "/NBIRTH/n"), ("spBv1.0/g/NBIRTH/", ""), ("spBv1.0/g/", "/n"), ("STATE/", ""),
    ):  # fmt: skip
        room = LONGEST_TOPIC - len(start) - len(end)
        yield f"{start}long{end}", start + long[:room] + end
        yield f"{start}levels{end}", start + levels[:room] + end
        yield f"{start}slashes{end}", start + "/" * room + end
        yield f"{start}again and again{end}", (start + "a" + end + "/") * (LONGEST_TOPIC // (len(start + end) + 2))
        for odd in ("", " ", "\x00", "\x1b[2J", "\u202e", "\ud800", "\u3000", "a\nb", "+", "#", "$", "{meter}", "\\1"):
            yield f"{start}{odd!a}{end}", start + odd + end


def topic_messages() -> Iterator[Hostile]:
    """Every such topic, with a payload that each format would read."""
    birth = encode(SparkplugPayload([Metric("voltage", 1, DataType.DOUBLE, 230.0)], timestamp=1, seq=0))
    for name, topic in topics():
        for payload in (b'{"voltage":230,"id":0,"pf":1,"ENERGY":{"Power":1}}', b"230", birth):
            yield Hostile(f"topic {name}", topic, payload)


TIMES: Sequence[object] = (
    0, -1, 0.1, 1e17, 9.9e19, -9.9e19, 1e20, 1e308, -1e308, 2**63, 2**64, 20_260_230_000_000, 20_100_000_000_000,
    "", " ", "-1", "1e308", "nan", "inf", "\u00b2", "\u0662\u0660", "\ud800", "\x00", "0000-01-01", "0001-01-01",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1000000-01-01", "20260230000000", "2026-02-30",
    "2026-01-15T25:00:00", "2026-W01-1", "2026-01-15T08:00:00+99:00", "9" * 21, "1" * 100_000, "1." + "0" * 100_000,
    "2026-01-15T08:00:00." + "0" * 100_000, " " * 100_000, True, [], {}, [1], {"a": 1},
)  # fmt: skip
"""Times that no clock shows."""

IDS: Sequence[object] = (
    "\x00", "\x1b[2J", "\u202egnp", "\ud800", "\u200b", "\u3000", "a\nb", "m" * 129, "m" * 100_000, True, 1.5, [], {},
)  # fmt: skip
"""Ids that no meter has."""
