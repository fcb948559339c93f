"""Why a device model reads nothing in a message: which of its conditions does not hold."""

import pytest

from ingest.devices.trial import tried
from ingest.formats.model import DeviceModel
from tests.formats.decoding import ARRIVED

PUMP = {
    "topics": ["pumps/{meter}", "p/{meter}/v"],
    "nothing": "pumps/status",
    "others": "pumps/x{any}",
    "when": "type == 'up'",
    "fields": [{"path": "v", "quantity": "voltage"}],
}
LEAF = {"topics": "pumps/{meter}/{leaf}", "payload": "scalar", "fields": [{"name": "U", "quantity": "voltage"}]}
TWO = {"topics": "{meter...}", "catch_all": True, "least": 2, "fields": PUMP["fields"]}

CASES = [
    (PUMP, "p/1", b'{"type": "up", "v": 1}', "topic: 'p/1' fits none of pumps/{meter}, p/{meter}/v"),
    (PUMP, "pumps/x1", b'{"type": "up", "v": 1}', "topic: 'pumps/x1' is one of `others`"),
    (PUMP, "pumps/status", b'{"type": "up"}', "topic: 'pumps/status' is one of `nothing`"),
    (PUMP, "pumps/1", b'{"type": "down", "v": 1}', "when: \"type == 'up'\" does not hold"),
    (PUMP, "p/1", b"{}", "topic: 'p/1' fits none of pumps/{meter}, p/{meter}/v; when: \"type == 'up'\" does not hold"),
    (PUMP, "pumps/1", b"v=1", "payload is not JSON"),
    (PUMP, "pumps/1", b"", "payload: it is empty"),
    (PUMP, "pumps/1", b'{"type": "up", "u": 1}', "value: no field stands in the message"),
    (PUMP, "pumps/1", b'{"type": "up", "v": "ERR"}', "v: 'ERR' is not a number"),
    (LEAF, "pumps/1/V", b"5", "topic: no field is called 'V', as {leaf} is here"),
    (LEAF, "pumps/1/U", b"off", "'U': 'off' is not a number"),
    (TWO, "a", b'{"v": 1}', "value: less is understood than `least` asks for: 2"),
]


@pytest.mark.parametrize(("said", "topic", "payload", "why"), CASES)
def test_what_does_not_fit_is_told(said, topic, payload, why):
    """The topic, the payload, `when` or the values: each that does not fit is named, and no other."""
    model = DeviceModel.model_validate({"name": "pump", "title": "Pump", **said})
    trial = tried(model, topic, payload, arrived=ARRIVED)
    assert trial.decoded.readings == []
    assert trial.refusal.startswith(why), trial.refusal


def test_a_frame_without_a_value_is_told():
    """A frame of which no field has a value has no condition that failed."""
    said = {"payload": "frame", "codec": {"items": [{"name": "a", "type": "uint8", "at": 0}]}}
    model = DeviceModel.model_validate({"name": "pulse", "title": "Pulse", **said})
    assert tried(model, "m", b"\x05", arrived=ARRIVED).refusal == "no field has a value in the frame"


def test_a_message_that_is_read_has_no_refusal():
    """What is read needs no reason."""
    model = DeviceModel.model_validate({"name": "pump", "title": "Pump", **PUMP})
    trial = tried(model, "pumps/1", b'{"type": "up", "v": 1}', arrived=ARRIVED)
    assert (len(trial.decoded.readings), trial.refusal) == (1, "")
