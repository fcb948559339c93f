"""Devices that say to Home Assistant what their topics hold are understood by it."""

import json

import pytest

from ingest.formats.paths import lookup
from ingest.formats.value_template import path_of
from tests.formats.decoding import decode, decoder_for, values

ENERGY = {"device_class": "energy", "unit_of_measurement": "kWh"}


def config(**said):
    """A discovery message of a sensor on a topic of its own."""
    base = {"state_topic": "site/thing", "unique_id": "u1", "device": {"identifiers": ["dev7"], "name": "Thing"}}
    return base | said


def read(said, payload, *, topic="homeassistant/sensor/x/config", on="site/thing"):
    """What a payload says after one discovery message."""
    decoder = decoder_for()
    told = decode(decoder, topic, said, retained=True)
    assert (told.readings, told.rejections) == ([], [])
    return decode(decoder, on, payload)


@pytest.mark.parametrize(
    ("said", "payload", "expected"),
    [
        ({"name": "Power", "device_class": "power", "unit_of_measurement": "W"}, b"1500", {"active_power": 1.5}),
        (
            {
                "name": "Energy",
                "device_class": "energy",
                "state_class": "total_increasing",
                "unit_of_measurement": "Wh",
            },
            b"5000",
            {"energy_import": 5.0},
        ),
        (
            {
                "name": "Thing Energy returned",
                "device_class": "energy",
                "state_class": "total",
                "unit_of_measurement": "kWh",
            },
            b"2.5",
            {"energy_export": 2.5},
        ),
        ({"name": "Voltage L2", "unit_of_measurement": "V"}, b"229.5", {"L2.voltage": 229.5}),
        ({"name": "Power factor", "device_class": "power_factor"}, b"0.98", {"power_factor": 0.98}),
        (
            ENERGY | {"name": "Energy today", "state_class": "total"},
            b"5",
            {},
        ),
        (
            ENERGY | {"name": "Energy", "state_class": "measurement"},
            b"5",
            {},
        ),
        ({"name": "Power", "device_class": "power"}, b"5", {}),
        ({"name": "Foo", "unit_of_measurement": "foo"}, b"5", {}),
    ],
)
def test_only_what_is_sure_is_read(said, payload, expected):
    """Class, unit, state class and name decide; day counters and values without a unit are left alone."""
    decoded = read(config(**said), payload)
    assert values(decoded) == {f"dev7 {name}": value for name, value in expected.items()}


def test_a_name_that_is_not_understood_stays_apart():
    """Two voltages of one device never mix: one whose name says less than its class is a meter of its own."""
    decoder = decoder_for()
    for name, path in (("Battery bank", "b"), ("Voltage", "v")):
        said = config(
            name=name, device_class="voltage", unit_of_measurement="V", value_template=f"{{{{ value_json.{path} }}}}"
        )
        decode(decoder, f"homeassistant/sensor/dev7/{path}/config", said)
    decoded = decode(decoder, "site/thing", {"b": 51.5, "v": 229.5})
    assert values(decoded) == {"dev7:battery_bank voltage": 51.5, "dev7 voltage": 229.5}


def test_short_keys_and_whole_devices_are_understood():
    """Abbreviations, a base topic and the discovery of a device at once say the same."""
    short = {
        "~": "site",
        "stat_t": "~/p",
        "unit_of_meas": "W",
        "dev_cla": "power",
        "name": "Power",
        "dev": {"ids": "d8"},
    }
    assert values(read(short, b"-250", on="site/p")) == {"d8 active_power": -0.25}
    device = {
        "dev": {"ids": ["d9"]},
        "stat_t": "site/all",
        "cmps": {
            "a": {"p": "sensor", "name": "Voltage", "unit_of_meas": "V", "val_tpl": "{{ value_json.u }}"},
            "b": {"p": "switch", "name": "Relay"},
        },
    }
    decoded = read(device, {"u": 231}, topic="homeassistant/device/d9/config", on="site/all")
    assert values(decoded) == {"d9 voltage": 231}


def test_a_description_completes_the_device_model():
    """What zigbee2mqtt's model does not read is read by its discovery, into the same meter; what it reads stays.

    Tuya SPM02V2 by zigbee2mqtt, https://github.com/Koenkk/zigbee2mqtt (the topic's name is a user's).
    """
    decoder = decoder_for()
    for name, key in (("Voltage x", "voltage_xyz"), ("Power", "power")):
        said = {
            "name": name,
            "state_topic": "zigbee2mqtt/Betáp",
            "unit_of_measurement": "V" if name != "Power" else "kW",
            "device_class": "voltage" if name != "Power" else "power",
            "value_template": f"{{{{ value_json.{key} }}}}",
            "device": {"identifiers": ["zigbee2mqtt_0x9"]},
        }
        decode(decoder, f"homeassistant/sensor/0x9/{key}/config", said)
    got = values(decode(decoder, "zigbee2mqtt/Betáp", {"power": 100, "voltage_xyz": 229}))
    assert got == {"Betáp active_power": 0.1, "Betáp:voltage_x voltage": 229}


def test_a_withdrawn_description_is_forgotten():
    """An empty configuration withdraws an entity; a new one replaces it."""
    decoder = decoder_for()
    topic = "homeassistant/sensor/x/config"
    said = config(name="Power", unit_of_measurement="W")
    decode(decoder, topic, said)
    decode(decoder, topic, said | {"unit_of_measurement": "kW"})
    assert values(decode(decoder, "site/thing", b"5")) == {"dev7 active_power": 5}
    decode(decoder, topic, b"")
    assert "match no device model" in decode(decoder, "site/thing", b"5").rejections[0]


def test_values_that_are_none_are_no_errors():
    """unavailable, text and missing keys on a described topic are no readings and no rejections."""
    for payload in (b"unavailable", b'"on"', b'{"x": 1}', b"null", b"\xff"):
        decoded = read(config(name="Power", unit_of_measurement="W"), payload)
        assert (decoded.readings, decoded.rejections) == ([], [])


@pytest.mark.parametrize(
    "hostile",
    [
        [],
        5,
        "x",
        {"state_topic": 5},
        {"state_topic": ""},
        {"state_topic": "x" * 9999},
        {"~": "a", "state_topic": "~\\1"},
        config(name="Power", unit_of_measurement="W", value_template="{{ 5 }}"),
        config(name=["Power"], unit_of_measurement={"W": 1}, device=7, device_class=[]),
    ],
)
def test_strange_descriptions_describe_nothing(hostile):
    """Whatever stands in a description, nothing breaks and nothing is guessed."""
    assert values(read(hostile, b"5")) == {}


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{{ value }}", "@"),
        ("{{ value_json.x }}", '"x"'),
        ("{{value_json['a b']}}", '"a b"'),
        ('{{ value_json["x"].y }}', '"x"."y"'),
        ("{{ value_json.a.b[0] | float | round(2) }}", '"a"."b"[0]'),
        ("{{ value_json.Wh | float(0) }}", '"Wh"'),
        ("{{ value_json.x | default(none) }}", '"x"'),
        ("{{ value_json.x * 1000 }}", None),
        ("{{ value_json.x | multiply(1000) }}", None),
        ("{% if value_json.x %}1{% endif %}", None),
        ("{{ states('sensor.x') }}", None),
        ("{{ value[0] }}", None),
        ("{{ value_json." + "x" * 500 + " }}", None),
    ],
)
def test_templates_that_only_point_are_paths(template, path):
    """A template that shows a value as it stands is a path; one that computes is none."""
    assert path_of(template) == path
    if path is not None:
        lookup(path)


def test_a_topic_nobody_described_is_as_before():
    """Discovery changes nothing for topics that it does not name."""
    decoder = decoder_for()
    decode(decoder, "homeassistant/sensor/x/config", json.dumps(config(name="Power", unit_of_measurement="W")).encode())
    assert values(decode(decoder, "plug/voltage", b"230")) == {"plug voltage": 230}
