"""The native format."""

import pytest

from parkwatt.readings import Quality, TimeSource
from tests.formats.decoding import ARRIVED, decode, decoder_for, values

TOPIC = "parkwatt/press3/readings"


def test_own_quantities_are_read_as_they_are():
    """Values are in our own units, phases stand before the name, and the time is the device's."""
    decoded = decode(
        decoder_for(), TOPIC, {"time": ARRIVED - 5000, "active_power": 12.5, "L1.voltage": 230, "note": "ok"}
    )
    assert values(decoded) == {"press3 active_power": 12.5, "press3 L1.voltage": 230.0}
    assert {(r.time, r.time_source) for r in decoded.readings} == {(ARRIVED - 5000, TimeSource.DEVICE)}
    assert decoded.rejections == []


@pytest.mark.parametrize(
    "time",
    [1768463990, 1768463990.0, 1768463990000, 1768463990000000, "1768463990", "2026-01-15T07:59:50Z",
     "2026-01-15T15:59:50", "2026-01-15 15:59:50+08:00", 20260115155950, "20260115155950", "2026/01/15 15:59:50"],
)  # fmt: skip
def test_times_of_any_magnitude_and_layout(time):
    """Epoch s, ms and us, ISO 8601 and 14 digits mean one moment; text without a zone is in the park's."""
    (reading,) = decode(decoder_for(), TOPIC, {"time": time, "voltage": 230}).readings
    assert (reading.time, reading.time_source) == (1768463990000, TimeSource.DEVICE)


@pytest.mark.parametrize("time", [None, "", 0, 12, "1970-01-01T00:00:05", "1111-11-11T11:11:11Z", 4102444800, 3e12])
def test_impossible_times_become_the_arrival(time):
    """A clock that was never set, or is more than a day ahead, is not believed and marked so."""
    (reading,) = decode(decoder_for(), TOPIC, {"time": time, "voltage": 230}).readings
    assert (reading.time, reading.time_source) == (ARRIVED, TimeSource.ARRIVAL)


def test_an_hour_of_skew_is_kept():
    """A clock an hour ahead is the device's problem to show, not ours to hide."""
    (reading,) = decode(decoder_for(), TOPIC, {"time": ARRIVED + 3_600_000, "voltage": 230}).readings
    assert (reading.time, reading.time_source) == (ARRIVED + 3_600_000, TimeSource.DEVICE)


def test_a_time_that_is_none_rejects_its_object():
    """Readings whose time cannot be understood are not stored at a wrong one."""
    decoded = decode(decoder_for(), TOPIC, {"time": "yesterday", "voltage": 230})
    assert decoded.readings == []
    assert "'yesterday' is no time" in decoded.rejections[0]


@pytest.mark.parametrize("time", [b"1e300", b"9" * 400, b"-1e25"])
def test_a_time_beyond_any_epoch_is_none(time):
    """A giant number is said to be no time."""
    decoded = decode(decoder_for(), TOPIC, b'{"voltage": 230, "time": ' + time + b"}")
    assert "is no time" in decoded.rejections[0]


def test_an_array_keeps_its_good_elements():
    """Each element may name its meter; a bad one costs only itself."""
    batch = [{"meter": "m1", "voltage": 230}, 7, {"meter": "", "voltage": 1}, {"meter": 42, "voltage": 231}]
    decoded = decode(decoder_for(), "parkwatt/gateway/readings", batch)
    assert values(decoded) == {"m1 voltage": 230.0, "42 voltage": 231.0}
    assert [r.split(":")[0] for r in decoded.rejections] == ["element 1", "element 2"]


def test_an_unknown_quantity_is_said_with_the_likely_one():
    """A misspelt quantity is rejected by name; the others are kept."""
    decoded = decode(decoder_for(), TOPIC, {"activ_power": 1.5, "voltage": 230, "firmware": "1.2", "online": True})
    assert values(decoded) == {"press3 voltage": 230.0}
    assert decoded.rejections == ["quantity 'activ_power' is not known; did you mean active_power?"]


@pytest.mark.parametrize("nothing", [None, "", "nan", "unavailable", "Unknown", "None"])
def test_a_missing_value_is_no_reading_and_no_error(nothing):
    """What a device writes where it has no value is not zero."""
    decoded = decode(decoder_for(), TOPIC, {"voltage": nothing, "current": "5.25"})
    assert values(decoded) == {"press3 current": 5.25}
    assert decoded.rejections == []


@pytest.mark.parametrize(
    "wrong", [b"NaN", b"Infinity", b"1e999", b"true", b'"12,5"', b'"1_000"', b"[1]", b"{}", b"9" * 400]
)
def test_a_value_that_is_no_number_is_named(wrong):
    """Booleans, NaN, infinities and text are rejected by field, and the rest of the message is kept."""
    decoded = decode(decoder_for(), TOPIC, b'{"current": 5, "voltage": ' + wrong + b"}")
    assert values(decoded) == {"press3 current": 5.0}
    assert len(decoded.rejections) == 1
    assert decoded.rejections[0].startswith("voltage: ")


def test_an_implausible_value_is_kept_and_marked():
    """198 Hz on an open phase is stored, as suspect."""
    (reading,) = decode(decoder_for(), TOPIC, {"L1.frequency": 198}).readings
    assert (reading.value, reading.quality) == (198.0, Quality.SUSPECT)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"{", "not JSON"),
        (b'{"voltage": 230', "not JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b"\xff\xfe{\x00", "neither UTF-8 nor GB18030"),
        (b"12", "a JSON object of quantities"),
        (b'"x"', "a JSON object of quantities"),
        (b"9" * 10_000, "too many digits"),
        (b" " * 1_000_001, "bytes"),
        (b'{"meter": "' + b"m" * 200 + b'", "voltage": 1}', "longer than 128"),
        (b'{"meter": "\\ud800", "voltage": 1}', "not printable"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_a_reason(payload, why):
    """Malformed payloads become one sentence, never an exception."""
    decoded = decode(decoder_for(), TOPIC, payload)
    assert decoded.readings == []
    assert [why in reason for reason in decoded.rejections] == [True]


def test_other_encodings_are_tried():
    """A byte order mark and GB18030 text are no reason to lose a reading."""
    expected = {"press3 voltage": 230.0}
    assert values(decode(decoder_for(), TOPIC, b'\xef\xbb\xbf{"voltage": 230}')) == expected
    assert values(decode(decoder_for(), TOPIC, '{"名": "电表", "voltage": 230}'.encode("gb18030"))) == expected


def test_retained_messages_need_a_time_of_their_own():
    """A retained message without a time is of unknown age: nothing to read, no error."""
    assert decode(decoder_for(), TOPIC, {"voltage": 230}, retained=True).readings == []
    assert len(decode(decoder_for(), TOPIC, {"voltage": 230, "time": ARRIVED}, retained=True).readings) == 1


def test_an_empty_payload_says_nothing():
    """The empty payload that deletes a retained message is no error."""
    decoded = decode(decoder_for(), TOPIC, b"")
    assert (decoded.readings, decoded.rejections) == ([], [])


def test_a_message_of_nothing_but_unknown_keys_is_short_work():
    """A poison message of thousands of unknown keys gives a short list of reasons, and soon."""
    decoded = decode(decoder_for(), TOPIC, {f"volt{i}": i for i in range(50_000)})
    assert len(decoded.rejections) == 21
    assert "49980 more" in decoded.rejections[-1]
