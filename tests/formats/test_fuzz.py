"""Whatever bytes come, on whatever topic: no exception, nothing infinite, nothing endless."""

import json
import math
from base64 import b64decode
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decode_lines import decode_jsonl
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from parkwatt.quantities import QUANTITIES
from tests.formats.decoding import ARRIVED, PRESETS


def _real_messages():
    for file in sorted((Path(__file__).parent.parent / "cases").glob("*/message.json")):
        for message in json.loads(file.read_text(encoding="utf-8"))["messages"]:
            body = b64decode(message["payload_b64"]) if "payload_b64" in message else message["payload"].encode()
            yield message["topic"], body
    yield "parkwatt/m/readings", b'[{"time": 1768463999, "L1.voltage": 230.5, "energy_import": "12"}, {"meter": "x"}]'


REAL = list(_real_messages())
UNHURRIED = settings(deadline=None)
MANY = settings(deadline=None, max_examples=300)
DECODER = Decoder(PRESETS)
"""One for all examples, so that what one message leaves behind meets the next."""

_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["time", "meter", "voltage"]), inner),
    max_leaves=20,
)


def _check(topic, payload, arrived=ARRIVED, *, retained=False):
    decoded = DECODER.decode(Message(topic, payload, arrived, retained))
    for r in decoded.readings:
        assert isinstance(r.value, float)
        assert math.isfinite(r.value)
        assert r.quantity in QUANTITIES
        assert 0 < len(r.meter) <= 128
        r.meter.encode()
    assert len(decoded.readings) <= len(payload)
    assert len(decoded.rejections) <= len(payload) + 1
    assert all(len(reason) <= 600 and reason.isprintable() for reason in decoded.rejections), decoded.rejections
    assert len(decoded.publish) <= 1


@UNHURRIED
@given(st.sampled_from([t for t, _ in REAL]) | st.text(), st.binary(), st.booleans())
def test_any_bytes(topic, payload, retained):
    """Arbitrary bytes on arbitrary and known topics."""
    _check(topic, payload, retained=retained)


@MANY
@given(st.data())
def test_mutated_real_messages(data):
    """Real messages with bytes changed, cut out, doubled, or sent on another format's topic."""
    topic, payload = data.draw(st.sampled_from(REAL))
    if data.draw(st.booleans()):
        topic, _ = data.draw(st.sampled_from(REAL))
    body = bytearray(payload)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(body)))
        length = data.draw(st.integers(0, 8))
        body[at : at + length] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"null", b"1e308", b"-1e999", b'""', b"[]", b"{", b"9" * 30])
        )
    _check(topic, bytes(body), data.draw(st.sampled_from([ARRIVED, 0])))


@UNHURRIED
@given(st.sampled_from([t for t, _ in REAL]), _json)
def test_any_json(topic, tree):
    """JSON of any shape, with surrogates, NaN and giant numbers, on the topics of real devices."""
    _check(topic, json.dumps(tree).encode())


@UNHURRIED
@given(st.sampled_from(["mqtt/energy", "a/power", "b/L1/voltage"]), st.text(max_size=30))
def test_any_scalar(topic, text):
    """Any text on a topic of plain numbers."""
    _check(topic, text.encode("utf-8", "surrogatepass"))


@UNHURRIED
@given(st.lists(st.text() | st.binary().map(lambda b: json.dumps({"topic": "t", "payload_b64": b.hex()}))))
def test_any_lines(lines):
    """`decode --jsonl` survives any input."""
    for line in decode_jsonl(DECODER, lines, arrived=ARRIVED):
        json.loads(line)
