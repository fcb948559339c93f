"""Which meter of the park a wire meter is, and what its ratios and mounting do."""

import pytest

from ingest.formats.model import DeviceModel
from parkwatt.park import Meter
from tests.formats.decoding import decode, decoder_for, values

SENSOR = {"ENERGY": {"Total": 5.0, "ExportActive": 1.0, "Power": 250, "ReactivePower": 100, "Voltage": 230}}


def test_a_wire_id_binds():
    """A park meter with the wire id found in the message gets its readings."""
    decoder = decoder_for(Meter(id="hall-3", wire_id="0012"))
    assert values(decode(decoder, "parkwatt/0012/readings", {"voltage": 230})) == {"hall-3 voltage": 230.0}
    assert values(decode(decoder, "parkwatt/12/readings", {"voltage": 230})) == {"12 voltage": 230.0}


def test_one_wire_id_behind_two_gateways():
    """The topic tells apart meters whose gateways use the same ids; on a third topic nobody is meant."""
    decoder = decoder_for(
        Meter(id="a", wire_id="1", topic="gw/a/#", device="native"),
        Meter(id="b", wire_id="1", topic="gw/b/#", device="native"),
    )
    for gateway in ("a", "b"):
        got = values(decode(decoder, f"gw/{gateway}/up", [{"meter": "1", "voltage": 230}]))
        assert got == {f"{gateway} voltage": 230.0}
    assert values(decode(decoder, "parkwatt/x/readings", [{"meter": "1", "voltage": 230}])) == {"1 voltage": 230.0}


def test_a_topic_binds_a_message_of_one_meter():
    """Without a wire id the topic filter is enough, as long as one wire meter speaks there."""
    decoder = decoder_for(Meter(id="boiler", topic="tele/+/SENSOR"))
    assert "boiler voltage" in values(decode(decoder, "tele/plug7/SENSOR", SENSOR))
    assert "plug8 voltage" in values(decode(decoder, "tele/plug8/SENSOR", SENSOR))
    assert "boiler voltage" in values(decode(decoder, "tele/plug7/SENSOR", SENSOR))


def test_a_topic_does_not_bind_one_of_several_meters():
    """A batch of several meters on a meter's topic leaves all of them unassigned."""
    decoder = decoder_for(Meter(id="boiler", topic="parkwatt/gw/readings"))
    batch = [{"meter": "x", "voltage": 1}, {"meter": "y", "voltage": 2}]
    assert values(decode(decoder, "parkwatt/gw/readings", batch)) == {"x voltage": 1.0, "y voltage": 2.0}


def test_an_exact_topic_goes_before_a_filter():
    """Of two meters on one topic, the one that names it wholly is meant; of two filters, none."""
    decoder = decoder_for(
        Meter(id="exact", topic="tele/plug7/SENSOR"), Meter(id="f1", topic="tele/#"), Meter(id="f2", topic="+/+/SENSOR")
    )
    assert "exact voltage" in values(decode(decoder, "tele/plug7/SENSOR", SENSOR))
    assert "plug8 voltage" in values(decode(decoder, "tele/plug8/SENSOR", SENSOR))


def test_a_reverse_meter_is_turned():
    """Power changes its sign, import and export change places, voltage stays."""
    decoder = decoder_for(Meter(id="pv", wire_id="plug7", mounted="reverse"))
    assert values(decode(decoder, "tele/plug7/SENSOR", SENSOR)) == {
        "pv energy_export": 5.0,
        "pv energy_import": 1.0,
        "pv active_power": -0.25,
        "pv reactive_power": -0.1,
        "pv voltage": 230.0,
    }


def test_ratios_apply_where_the_model_says_so():
    """CT and PT multiply exactly the fields that a model marks."""
    fields = [
        {"path": "u", "quantity": "voltage", "scale": "pt"},
        {"path": "i", "quantity": "current", "scale": "ct"},
        {"path": "p", "quantity": "active_power", "unit": "W", "scale": "ct*pt"},
        {"path": "f", "quantity": "frequency"},
    ]
    model = DeviceModel(name="raw", title="Raw", topics=("raw/{meter}",), fields=fields)
    decoder = decoder_for(Meter(id="m", ct=40, pt=100, mounted="reverse"), models=(model,))
    got = values(decode(decoder, "raw/m", {"u": 100, "i": 5, "p": 500, "f": 50}))
    assert got == {"m voltage": 10_000.0, "m current": 200.0, "m active_power": -2000.0, "m frequency": 50.0}
    unassigned = values(decode(decoder, "raw/other", {"i": 5}))
    assert unassigned == {"other current": 5.0}


def test_the_park_file_names_the_format_of_a_topic():
    """A device named for a topic is used there, whatever the topic looks like."""
    decoder = decoder_for(
        Meter(id="plug", topic="site/z2m/plug", device="zigbee2mqtt"),
        Meter(id="gw", topic="site/native", device="native"),
        Meter(id="odd", topic="site/odd", device="no_such_model"),
        Meter(id="node", topic="other/g/NBIRTH/n", device="sparkplug"),
        Meter(id="number", topic="site/number", device="scalar_per_topic"),
    )
    assert values(decode(decoder, "site/z2m/plug", {"power": 100})) == {"plug active_power": 0.1}
    assert values(decode(decoder, "site/native", {"voltage": 230})) == {"gw voltage": 230.0}
    assert "not a Sparkplug B message" in decode(decoder, "other/g/NBIRTH/n", b"{}").rejections[0]
    assert "match no device model" in decode(decoder, "site/number", b"5").rejections[0]
    assert "'no_such_model'" in decode(decoder, "site/odd", {"voltage": 230}).rejections[0]


@pytest.mark.parametrize("payload", [{"u": 1}, b"23.5", b"ON", b"\xff", [1]])
def test_an_unknown_message_is_not_guessed(payload):
    """What no model knows gives no reading and says what to do."""
    decoded = decode(decoder_for(), "some/where", payload)
    assert decoded.readings == []
    assert "match no device model" in decoded.rejections[0]
