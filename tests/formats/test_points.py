"""Names beside values, one value per topic, descriptions, raw frames: what a device model can say of them."""

import base64

import pytest

from ingest.formats.examples import differences
from ingest.formats.model import DeviceModel
from parkwatt.park import Meter
from tests.formats.decoding import decode, decoder_for, values


def model(**said) -> DeviceModel:
    """A device model with what a test says of it."""
    return DeviceModel.model_validate({"name": "gadget", "title": "Gadget", "topics": "gadget/{meter}/up", **said})


LIST = {
    "points": {"path": "data", "name": "tag", "value": "val", "unit": "u", "time": "ts", "good": "err == `0`"},
    "fields": [
        {"name": ["Ua", "UA"], "quantity": "voltage", "phase": "L1"},
        {"name": "Pin", "quantity": "active_power", "unit": "W", "minus": "Pout"},
        {"name": "T1", "quantity": "temperature", "channel": "flow", "nothing": [-127]},
        {"name": "EP", "quantity": "energy_import", "factor": 0.1},
    ],
}


def test_points_are_read_by_name():
    """Objects of a list give readings by their names; a failed one, a sentinel and unknown names give none."""
    decoder = decoder_for(models=(model(**LIST),))
    body = {
        "data": [
            {"tag": "UA", "val": "229.5", "err": 0},
            {"tag": "Ua", "val": 1, "err": 7},
            {"tag": "Pin", "val": 0, "err": 0},
            {"tag": "Pout", "val": 1500, "err": 0},
            {"tag": "T1", "val": 61.5, "err": 0, "ts": 1_768_463_000},
            {"tag": "EP", "val": 23041, "err": 0},
            {"tag": "rssi", "val": -70, "err": 0},
        ]
    }
    decoded = decode(decoder, "gadget/g1/up", body)
    assert values(decoded) == {
        "g1 L1.voltage": 229.5,
        "g1 active_power": -1.5,
        "g1:flow temperature": 61.5,
        "g1 energy_import": 2304.1,
    }
    assert {r.quantity for r in decoded.readings if r.time == 1_768_463_000_000} == {"temperature"}
    assert values(decode(decoder, "gadget/g1/up", {"data": [{"tag": "T1", "val": -127, "err": 0}]})) == {}


def test_a_name_may_come_at_several_times():
    """Points of one name with times of their own are readings of their own."""
    decoder = decoder_for(models=(model(**LIST),))
    body = {"data": [{"tag": "Ua", "val": 228 + i, "err": 0, "ts": 1_768_463_000 + i} for i in range(3)]}
    assert [(r.time, r.value) for r in decode(decoder, "gadget/g/up", body).readings] == [
        (1_768_463_000_000, 228.0),
        (1_768_463_001_000, 229.0),
        (1_768_463_002_000, 230.0),
    ]


def test_a_name_of_an_object_may_hold_several_times():
    """Platforms that send history put a list of values with their times under one name."""
    gadget = model(points={"path": "params", "time": "time"}, fields=[{"name": "Ua", "quantity": "voltage"}])
    history = [{"value": 228 + i, "time": 1_768_463_000_000 + i} for i in range(3)]
    decoded = decode(decoder_for(models=(gadget,)), "gadget/g/up", {"params": {"Ua": history, "states": [1, 2]}})
    assert [(r.time, r.value) for r in decoded.readings] == [
        (1_768_463_000_000, 228.0),
        (1_768_463_000_001, 229.0),
        (1_768_463_000_002, 230.0),
    ]
    assert decoded.rejections == []


def test_an_object_of_names_is_points_too():
    """Keys are names; a value stands alone or in an object of its own."""
    decoder = decoder_for(models=(model(points={"path": "params"}, fields=[{"name": "Ua", "quantity": "voltage"}]),))
    assert values(decode(decoder, "gadget/g/up", {"params": {"Ua": 230, "x": "on"}})) == {"g voltage": 230}
    assert values(decode(decoder, "gadget/g/up", {"params": {"Ua": {"value": "231"}}})) == {"g voltage": 231}


@pytest.mark.parametrize(("unit", "expected"), [("kW", 640.0), ("MW", 640_000.0), ("", 0.64), ("t", 0.64)])
def test_a_unit_beside_the_value_is_believed_if_it_can_be_meant(unit, expected):
    """A field listed as W is read in the unit that the message declares, unless that measures something else."""
    decoder = decoder_for(models=(model(**LIST),))
    body = {"data": [{"tag": "Pin", "val": 640, "err": 0, "u": unit}]}
    assert values(decode(decoder, "gadget/g1/up", body)) == {"g1 active_power": expected}


def test_names_nobody_knows_make_the_message_unknown():
    """If nothing of a message is understood it is kept, unless the model says that this is nothing."""
    points = {"path": "params"}
    unknown = decode(decoder_for(models=(model(points=points),)), "gadget/g/up", {"params": {"WF": 1}})
    assert "what 'WF' means is not known" in unknown.rejections[0]
    silent = decode(decoder_for(models=(model(points=points, unread="nothing"),)), "gadget/g/up", {"params": {"WF": 1}})
    assert (silent.readings, silent.rejections) == ([], [])


def test_names_are_understood_with_their_units():
    """A vocabulary takes the unit beside the value, in the name, or of the model; what has none waits for a person."""
    said = {
        "points": {"path": "data", "name": "n", "value": "v", "unit": "u"},
        "vocabulary": {"units": {"energy_import": "Wh"}},
    }
    decoder = decoder_for(models=(model(**said),))

    def read(*points):
        return decode(decoder, "gadget/g/up", {"data": [dict(zip("nvu", point, strict=False)) for point in points]})

    got = read(
        ("总有功功率", 5500, "W"), ("Leistung L1 (kW)", 2.5), ("Ub", 231), ("Verbrauch", 1500), ("P", 3), ("x", 1)
    )
    assert values(got) == {"g active_power": 5.5, "g L1.active_power": 2.5, "g L2.voltage": 231, "g energy_import": 1.5}
    assert "unit 'kV' is not a unit of current" in read(("Ia", 5, "kV")).rejections[0]
    assert "what 'P' means is not known" in read(("P", 3)).rejections[0]


def test_the_topic_says_what_a_value_is():
    """With {leaf} in the topic the value stands alone, bare or in an object; words give the phase."""
    said = {
        "topics": "gadget/{meter}/{phase:0|1}/{leaf}",
        "words": {"phase": {"0": "L1", "1": "L2"}},
        "fields": [{"name": "u", "quantity": "voltage"}],
    }
    decoder = decoder_for(models=(model(**said),))
    assert values(decode(decoder, "gadget/g/1/u", b"230.5")) == {"g L2.voltage": 230.5}
    assert values(decode(decoder, "gadget/g/0/u", {"value": 229})) == {"g L1.voltage": 229}
    assert decode(decoder, "gadget/g/0/u", {"value": None}).rejections == []
    assert "match no device model" in decode(decoder, "gadget/g/0/other", b"5").rejections[0]


def test_a_description_gives_the_unit():
    """What a device says on one topic holds for the values on another, and an error stops them."""
    said = {
        "topics": "gadget/{meter}/{leaf}",
        "payload": "scalar",
        "fields": [{"name": "U", "quantity": "voltage"}],
        "vocabulary": {"units": {"active_power": "W"}},
        "describes": [
            {"topics": "gadget/{meter}/{leaf}/meta", "of": "gadget/{meter}/{leaf}", "name": "title", "error": "error"},
        ],
    }
    decoder = decoder_for(models=(model(**said),))
    assert "what 'x7' means is not known" in decode(decoder, "gadget/g/x7", b"231").rejections[0]
    assert decode(decoder, "gadget/g/x7/meta", {"title": "U"}, retained=True).rejections == []
    assert values(decode(decoder, "gadget/g/x7", b"231")) == {"g voltage": 231}
    decode(decoder, "gadget/g/x7/meta", {"title": "U", "error": "r"})
    assert values(decode(decoder, "gadget/g/x7", b"0")) == {}
    decode(decoder, "gadget/g/x7/meta", {"title": "U", "error": ""})
    assert values(decode(decoder, "gadget/g/x7", b"232")) == {"g voltage": 232}


SERVER = DeviceModel.model_validate(
    {
        "name": "server",
        "title": "Network server",
        "topics": "lora/{meter}/up",
        "names": {"meter": "eui"},
        "points": {"path": "object"},
        "fields": [{"name": "temp", "quantity": "temperature"}],
        "time": {"path": "time"},
        "frame": {"path": "data", "encoding": "base64", "port": "port"},
    }
)
CODEC = DeviceModel.model_validate(
    {
        "name": "pulse",
        "title": "Pulse counter",
        "payload": "frame",
        "codec": {
            "ports": [2],
            "items": [
                {"name": "pulses", "type": "uint32", "id": "01 05"},
                {"name": "celsius", "type": "int16", "id": "02"},
            ],
        },
        "fields": [
            {"path": "pulses", "quantity": "volume", "unit": "L"},
            {"path": "celsius", "quantity": "temperature", "factor": 0.1},
        ],
    }
)


def _uplink(raw: bytes, **more) -> dict:
    return {"eui": "a1", "time": "2026-01-15T07:59:00Z", "data": base64.b64encode(raw).decode(), "port": 2, **more}


def test_a_raw_frame_is_read_by_the_codec_that_the_park_file_names():
    """Bytes become readings of the device's own model, with the time of the envelope and in any order."""
    decoder = decoder_for(Meter(id="boiler", wire_id="a1", device="pulse"), models=(SERVER, CODEC))
    decoded = decode(decoder, "lora/x/up", _uplink(bytes.fromhex("02 ff9c 0105 00001388")))
    assert values(decoded) == {"boiler temperature": -10.0, "boiler volume": 5.0}
    assert {r.time for r in decoded.readings} == {1_768_463_940_000}
    assert decode(decoder, "lora/x/up", _uplink(b"\x01", port=9)).readings == []


def test_a_frame_without_a_codec_says_what_to_do():
    """An uplink that nobody decoded is kept with the way out; one that its server decoded needs no codec."""
    decoder = decoder_for(models=(SERVER, CODEC))
    assert "name its device model in the park file" in decode(decoder, "lora/x/up", _uplink(b"\x01")).rejections[0]
    assert values(decode(decoder, "lora/x/up", _uplink(b"\x01", object={"temp": 21.5}))) == {"a1 temperature": 21.5}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"\x01\x05\x00", "ends within pulses"), (b"\x07", "byte 0 of the frame 07 begins nothing")],
)
def test_a_frame_that_does_not_fit_is_refused(raw, reason):
    """Nothing of a frame is read when its codec does not fit."""
    decoder = decoder_for(Meter(id="m", wire_id="a1", device="pulse"), models=(SERVER, CODEC))
    decoded = decode(decoder, "lora/x/up", _uplink(raw))
    assert reason in decoded.rejections[0]
    assert decoded.readings == []


def test_lists_lie_inside_each_other():
    """Steps of `each` go one inside the other; a key can be the time."""
    said = {
        "topics": "gadget/up",
        "each": [{"path": "@", "keys": "{meter}"}, {"path": "@", "keys": "{stamp}"}],
        "time": {"name": "stamp"},
        "fields": [{"path": "U", "quantity": "voltage"}],
    }
    body = {"a": {"1768463000": {"U": 1}, "1768463001": {"U": 2}}, "b": {"1768463002": {"U": 3}}}
    decoded = decode(decoder_for(models=(model(**said),)), "gadget/up", body)
    assert [(r.meter, r.time, r.value) for r in decoded.readings] == [
        ("a", 1_768_463_000_000, 1.0),
        ("a", 1_768_463_001_000, 2.0),
        ("b", 1_768_463_002_000, 3.0),
    ]


def test_directions_sent_apart_become_one_signed_number():
    """Import and export power without sign are subtracted; one that is missing counts as none."""
    said = {"fields": [{"path": "P", "quantity": "active_power", "unit": "W", "minus": "PO"}]}
    decoder = decoder_for(models=(model(**said),))
    for body, power in (({"P": 0, "PO": 400}, -0.4), ({"P": 300}, 0.3), ({"PO": 5}, -0.005), ({"P": 0, "PO": 0}, 0)):
        assert values(decode(decoder, "gadget/g/up", body)) == {"g active_power": power}
    assert values(decode(decoder, "gadget/g/up", {"x": 1})) == {}


def test_phases_stand_under_their_keys():
    """An object of phases is read by key; keys that are not named are left alone."""
    said = {"fields": [{"path": "u", "quantity": "voltage", "phases": {"a": "L1", "ab": "L12", "all": None}}]}
    decoded = decode(decoder_for(models=(model(**said),)), "gadget/g/up", {"u": {"a": 1, "ab": 2, "all": 3, "x": 4}})
    assert values(decoded) == {"g L1.voltage": 1, "g L12.voltage": 2, "g voltage": 3}


def test_a_catch_all_is_asked_last():
    """A model for any topic reads only what no other model reads."""
    anywhere = model(name="aaa", topics="#", catch_all=True, when="Ua", fields=[{"path": "Ua", "quantity": "current"}])
    mine = model(name="zzz", fields=[{"path": "Ua", "quantity": "voltage"}])
    decoder = decoder_for(models=(anywhere, mine))
    assert values(decode(decoder, "gadget/g/up", {"Ua": 5})) == {"g voltage": 5}
    assert values(decode(decoder, "other", {"Ua": 5})) == {"other current": 5}


def test_silence_is_heard_by_models_for_any_topic():
    """Where one model knows that a topic holds nothing, a catch-all reads nothing there, whoever else has the topic."""
    mine = model(topics="gadget/{meter}/{leaf}", nothing="gadget/{meter}/counter")
    other = model(name="other", topics="{a...}/counter", when="never", fields=[{"path": "x", "quantity": "voltage"}])
    anywhere = model(name="any", topics="#", catch_all=True, fields=[{"path": "@", "quantity": "current"}])
    decoded = decode(decoder_for(models=(mine, other, anywhere)), "gadget/g/counter", b"5")
    assert (decoded.readings, decoded.rejections) == ([], [])
    assert values(decode(decoder_for(models=(other, anywhere)), "gadget/g/counter", b"5")) == {
        "gadget.g.counter current": 5
    }


def test_words_of_a_device_for_nothing():
    """A text that the model names means that there is no value; any other is refused with the way out."""
    field = {"name": "vl", "quantity": "temperature", "nothing": ["---", -127]}
    decoder = decoder_for(models=(model(topics="boiler/{meter}/{leaf}", payload="scalar", fields=[field]),))
    assert values(decode(decoder, "boiler/b1/vl", b"61.5")) == {"b1 temperature": 61.5}
    for nothing in (b" --- ", b"-127", b"-127.0"):
        decoded = decode(decoder, "boiler/b1/vl", nothing)
        assert (decoded.readings, decoded.rejections) == ([], [])
    assert "'ERR' is not a number" in decode(decoder, "boiler/b1/vl", b"ERR").rejections[0]
    listed = model(fields=[{"path": "t", "quantity": "temperature", "nothing": "ERR"}])
    assert decode(decoder_for(models=(listed,)), "gadget/g/up", {"t": "ERR"}).rejections == []


def test_a_difference_is_no_sentinel():
    """What stands for no value does so on the wire, not in what is computed from it."""
    field = {"path": "p", "minus": "q", "quantity": "active_power", "nothing": -127}
    decoder = decoder_for(models=(model(fields=[field]),))
    assert values(decode(decoder, "gadget/g/up", {"p": 0, "q": 127})) == {"g active_power": -127}
    assert values(decode(decoder, "gadget/g/up", {"p": "-127"})) == {}


def test_names_that_are_ignored():
    """Points that the model ignores are not read, and do not make a message unknown."""
    said = {"points": {"path": "data", "ignore": ["spare", "Ua"]}, "vocabulary": {}}
    decoder = decoder_for(models=(model(**said),))
    for data in ({"spare": 1, "Ua": 230}, [{"name": "spare", "value": 1}]):
        decoded = decode(decoder, "gadget/g/up", {"data": data})
        assert (decoded.readings, decoded.rejections) == ([], [])
    assert values(decode(decoder, "gadget/g/up", {"data": {"spare": 1, "Ub": 231}})) == {"g L2.voltage": 231}
    assert "'Q9'" in decode(decoder, "gadget/g/up", {"data": {"spare": 1, "Q9": 1}}).rejections[0]


def test_a_frame_that_is_short_says_what_all_items_need():
    """The reason names the bytes that the whole codec asks for, not those of the item that is cut."""
    codec = {"items": [{"name": "a", "type": "uint16", "at": 1}, {"name": "b", "type": "uint32", "at": 3}]}
    fields = [{"path": "a", "quantity": "voltage"}]
    examples = [{"topic": "m", "hex": "00 01", "rejected": "the frame ends within a: it has 2 bytes, all items need 7"}]
    pulse = model(topics=(), payload="frame", codec=codec, fields=fields, examples=examples)
    assert differences(pulse) == []


def test_an_example_of_a_frame_may_have_a_port():
    """The ports of a codec are tried by its examples; one without a port is read whatever the ports."""
    codec = {"ports": [2], "items": [{"name": "a", "type": "uint8", "at": 0}]}
    read = {"topic": "m", "hex": "05", "readings": {"m": {"voltage": 5}}}
    examples = [read, {**read, "port": 2}, {"topic": "m", "hex": "05", "port": 3}]
    fields = [{"path": "a", "quantity": "voltage"}]
    assert differences(model(topics=(), payload="frame", codec=codec, fields=fields, examples=examples)) == []
