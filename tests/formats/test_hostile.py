"""Bad data never stalls: whatever is sent to the broker costs little, and says nothing that it does not say."""

import json
import math
import subprocess
import sys
import tracemalloc
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats import Message, times
from ingest.formats.decoder import Decoder
from ingest.formats.home_assistant import Discovery
from ingest.formats.model import DeviceModel
from ingest.formats.numbers import NotANumberError, number, shortened
from ingest.formats.paths import lookup
from ingest.formats.recognition import Learnt, Recognition
from ingest.formats.sparkplug_names import metering
from ingest.formats.sparkplug_payload import (
    MAX_METRICS,
    DataType,
    Metric,
    SparkplugPayload,
    SparkplugPayloadError,
    encode,
)
from ingest.formats.sparkplug_payload import decode as decode_payload
from ingest.formats.topics import LONGEST, TopicPattern
from tests.formats.checking import check
from tests.formats.decoding import ARRIVED, PRESETS, decode, decoder_for
from tests.formats.hostile import (
    FRAMES,
    IDS,
    TIMES,
    json_messages,
    nested,
    sparkplug_messages,
    text_messages,
    topic_messages,
)

SMALL, MEDIUM = 5_000, 20_000
"""Payloads [bytes]."""
UNHURRIED = settings(deadline=None)
OWN_LAYOUT = DeviceModel.model_validate(
    {
        "name": "own",
        "title": "Own layout",
        "topics": "own/{meter}",
        "time": {"path": "t", "layout": "%d.%m.%Y %H:%M:%S"},
        "fields": [{"path": "v", "quantity": "voltage"}],
    }
)


def test_hostile_messages_are_read_or_refused():
    """Every shape in every format ends in finite readings or in short, printable reasons."""
    decoder = Decoder(PRESETS)
    for message in chain(json_messages(SMALL), sparkplug_messages(SMALL), text_messages(SMALL), topic_messages()):
        check(decoder.decode(Message(message.topic, message.payload, ARRIVED)), message.name)


def test_large_hostile_messages_cost_little():
    """Large ones stay within hard limits of memory and computing time, which nothing quadratic would."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.formats.hostile_child"], capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 300


def test_a_hostile_message_takes_little_memory():
    """While a message is decoded, no more is in use than some hundred times its size, its readings among it."""
    for message in chain(json_messages(MEDIUM), sparkplug_messages(MEDIUM)):
        if message.name.startswith(("native: ", "NBIRTH: ")):
            decoder = Decoder(PRESETS)
            tracemalloc.start()
            decoder.decode(Message(message.topic, message.payload, ARRIVED))
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < 120 * MEDIUM, message.name


@pytest.mark.parametrize("topic", ["parkwatt/m/readings", "tele/m/SENSOR", "m/events/rpc", "zigbee2mqtt/m"])
@pytest.mark.parametrize(
    "payload",
    [b"[" * 900_000, nested(b'{"a":', b"}", 100_000), nested(b"[", b"]", 100_000), b'"' + b"x" * 10_000_000 + b'"'],
    ids=["open brackets", "deep object", "deep array", "10 MB of text"],
)
def test_too_deep_or_too_large_is_one_rejection(topic, payload):
    """Nesting of 100,000 levels and strings of 10 MB are refused in one sentence."""
    decoded = decode(decoder_for(), topic, payload)
    assert not decoded.readings
    (reason,) = decoded.rejections
    assert "too deep" in reason or "bytes, more than" in reason


def test_as_deep_as_can_be_read():
    """A value whose nesting only just fits, whatever else is on the stack, costs itself and nothing around it."""
    decoder = decoder_for(models=(OWN_LAYOUT,))
    frames = {**FRAMES, "own layout": ("own/m", b'{"t":%,"v":1}')}
    for levels in range(850, 1000):
        deep = nested(b"[", b"]", levels)
        for frame, (topic, payload) in frames.items():
            check(decode(decoder, topic, payload.replace(b"%", deep)), frame)


@pytest.mark.parametrize("time", TIMES, ids=shortened)
def test_impossible_times(time):
    """A time that no clock shows gives the time of arrival or no reading at all, in every format with a time."""
    body = {
        "parkwatt/m/readings": {"voltage": 1, "time": time},
        "tele/m/SENSOR": {"Time": time, "ENERGY": {"Power": 1}},
        "m/events/rpc": {"src": "m", "method": "x", "params": {"ts": time, "em:0": {"total_act_power": 1}}},
        "zigbee2mqtt/m": {"last_seen": time, "power": 1},
    }
    for topic, tree in body.items():
        decoded = decode(decoder_for(), topic, json.dumps(tree).encode())
        check(decoded, topic)
        assert all(times.EARLIEST <= r.time <= ARRIVED + times.DAY for r in decoded.readings)


@pytest.mark.parametrize("time", TIMES, ids=shortened)
def test_impossible_times_in_a_layout(time):
    """A device model's own layout meets every kind of value."""
    decoded = decode(decoder_for(models=(OWN_LAYOUT,)), "own/m", json.dumps({"t": time, "v": 1}).encode())
    check(decoded)
    assert [r.time for r in decoded.readings] == [ARRIVED]


def test_a_time_that_is_cut_is_no_other_time():
    """Text too long for a time is refused as a whole: cut short, it would lose its zone."""
    with pytest.raises(times.NotATimeError):
        times.read("2026-01-15T08:00:00." + "0" * 60 + "+08:00")


@pytest.mark.parametrize("meter", IDS, ids=shortened)
def test_impossible_ids(meter):
    """An id that is unprintable, endless or no text gives no reading."""
    decoded = decode(decoder_for(), "parkwatt/m/readings", json.dumps({"voltage": 1, "meter": meter}).encode())
    check(decoded)
    assert not decoded.readings
    assert len(decoded.rejections) == 1


@pytest.mark.parametrize(
    "said", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", '"inf"', '"-Infinity"', '"1e999"', "9" * 5_000, '"١٢"']
)
def test_what_is_not_finite_is_no_reading(said):
    """Infinity in every spelling is refused; the message's other value is kept unless it is no JSON at all."""
    decoded = decode(decoder_for(), "parkwatt/m/readings", f'{{"voltage":{said},"current":1}}'.encode())
    check(decoded)
    assert [r.quantity for r in decoded.readings] in ([], ["current"])
    assert len(decoded.rejections) == 1


def test_negative_zero_and_large_integers_are_numbers():
    """-0.0 and integers beyond 64 bits are read as the floats they are."""
    decoded = decode(decoder_for(), "parkwatt/m/readings", b'{"current":-0.0,"energy_import":18446744073709551617}')
    assert [r.value for r in decoded.readings] == [0.0, 2.0**64]
    assert not decoded.rejections


def test_endless_text_is_no_number():
    """Digits without end are refused before they are looked at, blanks around a number are not."""
    with pytest.raises(NotANumberError):
        number("1." + "0" * 1_000)
    assert number(" " * 100_000 + "1.5") == 1.5


def test_large_values_are_said_by_their_size():
    """A reason names a list or an object by its size: writing it out would take as long as reading it."""
    deep = json.loads(nested(b"[", b"]", 900))
    assert shortened(deep) == "an array of 1 elements"
    assert shortened({str(i): i for i in range(1000)}) == "an object of 1000 keys"
    assert len(shortened("\U000e0001" * 1000)) <= 60


@pytest.mark.parametrize(
    "path", ["[?a > `1`].a", "max_by(@, &a)", "ceil(to_number([0].b))", "sum([*].c)", "avg([*].c)"]
)
def test_a_path_that_meets_what_it_is_not_made_for(path):
    """A JMESPath whose function or comparison does not fit the message finds nothing."""
    tree = [{"a": 2, "b": "inf", "c": 10**400}, {"a": "x", "b": "nan", "c": 1.5}]
    assert lookup(path)(tree) is None


def test_long_topics_are_no_meters():
    """Patterns are not tried on topics that are longer than a meter's, and the reason says so."""
    assert TopicPattern("{a...}/x/{b...}").match("a/x/" * 128 + "b") is None
    assert TopicPattern("{a...}/{b}").match("a/" * 255 + "b") is not None
    topic = "x" * LONGEST + "/voltage"
    (reason,) = decode(decoder_for(), topic, b"230").rejections
    assert f"at most {LONGEST}" in reason


def test_a_topic_too_long_keeps_little():
    """What is remembered for a topic does not grow with its length."""
    recognition = Recognition((), "x/" * 30_000, device=None, learnt=Learnt({}, Discovery(), lambda _: None))
    assert len(recognition._fallback) <= LONGEST  # noqa: SLF001 - memory is what this is about


def test_a_metric_name_in_another_encoding():
    """A Sparkplug metric whose name is no UTF-8 is carried along, and costs the others nothing."""
    wire = encode(SparkplugPayload([Metric("voltagX", 1, DataType.DOUBLE, 1.0), Metric("current", 2, 10, 5.0)], 1, 0))
    decoded = decode(
        decoder_for(), "spBv1.0/g/NBIRTH/n", wire.replace(b"voltagX", "电压1".encode("gb18030") + b"\xff\xff")
    )
    check(decoded)
    assert [(r.quantity, r.value) for r in decoded.readings] == [("current", 5.0)]


def test_metrics_without_end():
    """A Sparkplug payload of metrics of two bytes each is refused; those that nobody can name are left out."""
    with pytest.raises(SparkplugPayloadError, match="metrics"):
        decode_payload(b"\x12\x00" * (MAX_METRICS + 1))
    assert decode_payload(b"\x12\x00" * 1000).metrics == []


def test_blanks_around_a_unit_are_no_further_meaning():
    """What a unit means is remembered once, however many blanks are sent around it."""
    once = metering("voltage", "mV").meaning
    assert once is not None
    assert all(metering("voltage", " " * i + "mV" + " " * i).meaning is once for i in range(20))


def test_a_reason_about_a_unit_is_short():
    """A unit of control characters does not fill the page."""
    problem = metering("voltage", "\U000e0001" * 90).problem
    assert problem is not None
    assert len(problem) < 300
    assert problem.isprintable()


_names = st.sampled_from(
    [
        "voltage",
        "L1.voltage",
        "active_power",
        "power",
        "energy",
        "time",
        "meter",
        "ENERGY",
        "Power",
        "StatusSNS",
        "src",
        "em:0",
        "params",
    ]
)
_trees = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.floats().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names | st.text(max_size=3), inner, max_size=5),
    max_leaves=15,
)
FACTORS = (1, 1000, 1_000_000)
"""What the wire's units are divided by in the formats that ship."""


def _numbers(tree):
    if isinstance(tree, dict):
        return {n for value in tree.values() for n in _numbers(value)}
    if isinstance(tree, list):
        return {n for value in tree for n in _numbers(value)}
    try:
        found = number(tree)
    except NotANumberError:
        return set()
    return set() if found is None else {found}


@UNHURRIED
@given(st.sampled_from([frame for frame, _ in FRAMES.values()]) | st.text(max_size=20), _trees, _trees)
def test_nothing_is_read_that_is_not_said(topic, one, other):
    """Every value read is a number of the message, in Parkwatt's unit."""
    tree = [one, other] if isinstance(one, list) else {"voltage": other, **one} if isinstance(one, dict) else one
    decoded = decode(Decoder(PRESETS), topic, json.dumps(tree).encode())
    check(decoded)
    said = _numbers(tree)
    for reading in decoded.readings:
        assert any(math.isclose(reading.value, n / factor, rel_tol=1e-12) for n in said for factor in FACTORS), reading


@UNHURRIED
@given(st.text(max_size=60) | st.sampled_from(["spBv1.0/g/NBIRTH/n", "spBv1.0/g/DDATA/n/d"]), st.binary(max_size=200))
def test_bytes_are_read_or_refused(topic, payload):
    """Arbitrary bytes on arbitrary topics, each with a decoder that knows nothing yet."""
    check(decode(Decoder(PRESETS), topic, payload))


def test_more_parts_than_are_read():
    """Of a message with tens of thousands of parts the first are read, and the rest is told, not dropped in silence."""
    parts = {f"switch:{n}": {"apower": 1.0} for n in range(10_001)}
    said = decode(decoder_for(), "shelly/events/rpc", {"src": "s", "method": "NotifyStatus", "params": parts})
    assert len(said.readings) == 10_000
    assert said.rejections == ["of 10001 elements only the first 10000 are read"]
