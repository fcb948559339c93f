"""The lines of `parkwatt decode`."""

import base64
import json

import pytest

from ingest.decode_lines import NotDecodedError, decode_jsonl, decode_one
from ingest.formats.decoder import Decoder
from tests.formats.decoding import ARRIVED, PRESETS


def test_one_message_is_printed_by_reading():
    """Each reading is one JSON object with unit, kind and where its time comes from."""
    lines = decode_one(Decoder(PRESETS), topic="parkwatt/m/readings", payload=b'{"L1.voltage": 230}', arrived=ARRIVED)
    assert [json.loads(line) for line in lines] == [
        {
            "meter": "m",
            "quantity": "voltage",
            "phase": "L1",
            "value": 230.0,
            "unit": "V",
            "kind": "gauge",
            "time": "2026-01-15T08:00:00.000Z",
            "time_source": "arrival",
        }
    ]


def test_what_could_not_be_read_is_raised_after_the_readings():
    """The readings of a message that is partly wrong come first, then the reason."""
    lines = decode_one(
        Decoder(PRESETS), topic="parkwatt/m/readings", payload=b'{"voltage": 230, "x": 1}', arrived=ARRIVED
    )
    assert json.loads(next(lines))["value"] == 230.0
    with pytest.raises(NotDecodedError, match="'x' is not known"):
        next(lines)


def test_many_messages_and_bad_lines():
    """Readings and rejections carry the message's index, and a bad line of input does not end the run."""
    good = {"index": 7, "topic": "parkwatt/m/readings", "time": "2026-01-15T08:00:00Z"}
    lines = [
        json.dumps({**good, "payload_b64": base64.b64encode(b'{"voltage": 230}').decode()}),
        "",
        "not JSON",
        json.dumps({**good, "index": 8, "payload_b64": "!"}),
        json.dumps({**good, "index": 9, "payload_b64": "e30=", "time": "soon"}),
        json.dumps({**good, "index": 10, "payload_b64": "Ww=="}),
        json.dumps({**good, "index": 11, "payload_b64": "e30="}),
    ]
    rows = [json.loads(line) for line in decode_jsonl(Decoder(PRESETS), lines, arrived=ARRIVED)]
    assert [row["message"] for row in rows] == [7, 2, 8, 9, 10]
    assert ["rejected" in row for row in rows] == [False, True, True, True, True]
