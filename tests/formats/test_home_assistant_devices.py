"""Discovery as real devices send it: what is read of their values, and what is left alone."""

import time

import pytest

from ingest.formats.value_template import path_of
from tests.formats.decoding import decode, decoder_for, values

CONFIG = "homeassistant/sensor/node/{}/config"
KWH = {"unit_of_measurement": "kWh"}


def told(*configs, decoder=None):
    """A decoder that has heard discovery messages of sensors."""
    decoder = decoder or decoder_for()
    for i, said in enumerate(configs):
        answer = decode(decoder, CONFIG.format(i), said, retained=True)
        assert (answer.readings, answer.rejections) == ([], [])
    return decoder


def test_ahoy_dtu():
    """The name repeats the device's; what it made in its life is read, what it made today is not.

    https://github.com/lumapu/ahoy/issues/662
    """
    said = {
        "name": "Gate YieldTotal",
        "stat_t": "wr/Gate/x/YieldTotal",
        "unit_of_meas": "kWh",
        "uniq_id": "114182932169_ch0_YieldTotal",
        "dev": {"name": "Gate", "ids": "114182932169", "mf": "Hoymiles"},
        "exp_aft": 65,
        "dev_cla": "energy",
        "stat_cla": "total_increasing",
    }
    day = said | {"name": "Gate YieldDay", "stat_t": "wr/Gate/x/YieldDay", "unit_of_meas": "Wh"}
    decoder = told(said, day)
    assert values(decode(decoder, "wr/Gate/x/YieldTotal", b"417.5")) == {"114182932169 energy_production": 417.5}
    assert decode(decoder, "wr/Gate/x/YieldDay", b"812").readings == []
    assert decoder.unread() == {"discovery_unsure": 1}


def test_zigbee2mqtt_without_names():
    """Home Assistant makes names of device classes, so newer messages have none: the key in the template says more.

    Keys as in https://github.com/Koenkk/zigbee2mqtt (lib/extension/homeassistant.ts).
    """
    common = {"state_topic": "z2m/press", "device": {"identifiers": ["zigbee2mqtt_0x01"], "name": "press"}}
    decoder = told(
        common
        | {"device_class": "power", "unit_of_measurement": "W", "value_template": "{{ value_json.power_phase_b }}"},
        common
        | {
            "device_class": "energy",
            "state_class": "total_increasing",
            "unit_of_measurement": "kWh",
            "object_id": "press_energy",
            "value_template": "{{ value_json.energy }}",
        },
        common | {"device_class": "voltage", "unit_of_measurement": "mV", "value_template": "{{ value_json.voltage }}"},
    )
    decoded = decode(decoder, "z2m/press", {"power_phase_b": 512, "energy": 12.5, "voltage": 3000})
    assert values(decoded) == {"zigbee2mqtt_0x01 L2.active_power": 0.512, "zigbee2mqtt_0x01 energy_import": 12.5}


def test_shelly_without_identifiers():
    """A base topic, the MAC address for the device, and registers that their template converts: those are left out.

    https://github.com/bieniu/ha-shellies-discovery
    """
    common = {"~": "mq/shellyem-1/", "dev": {"cns": [["mac", "cc:50:e3:37:6b:f3"]], "name": "Hall"}}
    power = {"name": "Hall Power", "stat_t": "~emeter/0/power", "unit_of_meas": "W", "dev_cla": "power"}
    energy = {
        "name": "Hall Energy",
        "stat_t": "~emeter/0/energy",
        "unit_of_meas": "kWh",
        "dev_cla": "energy",
        "stat_cla": "total_increasing",
        "val_tpl": "{{ ((value | float) / 60 / 1000) | round(2) }}",
    }
    decoder = told(common | power, common | energy)
    got = values(decode(decoder, "mq/shellyem-1/emeter/0/power", b"812.5"))
    assert got == {"cc:50:e3:37:6b:f3 active_power": 0.8125}
    minutes = decode(decoder, "mq/shellyem-1/emeter/0/energy", b"90000")
    assert minutes.readings == []
    assert "by a template that is not understood" in minutes.rejections[0]
    assert decoder.unread() == {"discovery_template": 1}


def test_wmbusmeters():
    """A heat meter; its names say more than the device class, so that its values come apart.

    https://github.com/wmbusmeters/wmbusmeters/pull/806
    """
    common = {
        "device": {"identifiers": ["wmbusmeters_77"], "name": "heating"},
        "state_topic": "metering/heating",
        "unique_id": "wmbusmeters_77_x",
    }
    decoder = told(
        common
        | {
            "state_class": "total_increasing",
            "device_class": "energy",
            "name": "heating heat energy",
            "unit_of_measurement": "GJ",
            "value_template": "{{ value_json.total_energy_gj }}",
        },
        common
        | {
            "state_class": "measurement",
            "device_class": "power",
            "name": "heating current transfer",
            "unit_of_measurement": "kW",
            "value_template": "{{ value_json.power_kw }}",
        },
    )
    decoded = decode(decoder, "metering/heating", {"total_energy_gj": 31.5, "power_kw": 4.2})
    assert values(decoded) == {
        "wmbusmeters_77 heat": 31.5,
        "wmbusmeters_77:current_transfer active_power": 4.2,
    }


def test_esphome_is_called_as_its_topics_call_it():
    """What its device model knows and what only the discovery knows come as one meter, whichever comes first."""
    common = {"dev": {"ids": "a4cf12345678", "name": "press3"}, "stat_cla": "total_increasing"}
    energy = common | {"dev_cla": "energy", "unit_of_meas": "Wh", "name": "Total Energy"}
    energy |= {"stat_t": "press3/sensor/total_energy/state", "uniq_id": "ESPsensortotal_energy"}
    decoder = told(energy)
    assert values(decode(decoder, "press3/sensor/total_energy/state", b"512250")) == {"press3 energy_import": 512.25}
    assert values(decode(decoder, "press3/sensor/voltage/state", b"230.4")) == {"press3 voltage": 230.4}


def test_a_whole_device_at_once():
    """One message for all sensors of a device; what is no sensor, or a counter with a last reset, is left alone."""
    said = {
        "dev": {"ids": ["ea334450945afc"], "name": "Press"},
        "o": {"name": "bridge"},
        "cmps": {
            "p": {"p": "sensor", "dev_cla": "power", "unit_of_meas": "kW", "val_tpl": "{{ value_json['a b'].P }}"},
            "e": {
                "p": "sensor", "dev_cla": "energy", "unit_of_meas": "kWh", "stat_cla": "total",
                "val_tpl": "{{ value_json.e }}", "lrst_val_tpl": "{{ value_json.since }}",
            },
            "s": {"p": "switch", "cmd_t": "x"},
        },
        "stat_t": "bridge/press/state",
    }  # fmt: skip
    decoder = decoder_for()
    decode(decoder, "homeassistant/device/ea334450945afc/config", said)
    decoded = decode(decoder, "bridge/press/state", {"a b": {"P": 12.5}, "e": 3.5, "since": "2026-01-01T00:00:00Z"})
    assert values(decoded) == {"ea334450945afc active_power": 12.5}


@pytest.mark.parametrize(
    "said",
    [
        # https://github.com/john30/ebusd-configuration/issues/498: a compressor's speed, declared as energy
        {"name": "State energy", "device_class": "energy", "state_class": "total_increasing"},
        # https://github.com/hoylabs/OpenDTU-OnBattery/issues/379
        {"name": "Panel yield yesterday", "device_class": "energy", "state_class": "total", **KWH},
        # https://github.com/home-assistant/core/issues/93086: kvar declared as power
        {"name": "ReactivePower", "device_class": "power", "unit_of_measurement": "VAr"},
        {"name": "Power limit", "device_class": "power", "unit_of_measurement": "W"},
        {"name": "Peak power", "device_class": "power", "unit_of_measurement": "W"},
        {"device_class": "temperature", "unit_of_measurement": "°C", "entity_category": "diagnostic"},
        {"name": "Battery", "device_class": "battery", "unit_of_measurement": "%"},
        {"name": "Energy", "object_id": "energyToday", "device_class": "energy", "state_class": "total", **KWH},
        {"name": "Water", "device_class": "water", "unit_of_measurement": "m³"},
    ],
)
def test_what_is_not_sure_is_left_alone(said):
    """Contradictions, set values, extremes, the device's own health and counters of a period are no readings."""
    decoder = told(said | {"state_topic": "site/thing", "device": {"identifiers": ["d"]}})
    assert decode(decoder, "site/thing", b"5").readings == []


def test_a_description_goes_before_a_model_for_any_topic():
    """`.../power` on any topic is taken as W, unless the device itself says that it is kW."""
    topic = "site/press/power"
    assert values(decode(decoder_for(), topic, b"5")) == {"site.press active_power": 0.005}
    decoder = told({"name": "Power", "state_topic": topic, "unit_of_measurement": "kW", "device": {"ids": "press"}})
    assert values(decode(decoder, topic, b"5")) == {"press active_power": 5}


def test_two_entities_do_not_fill_one_series():
    """Of two sensors of a device that would be the same reading the first is read; when it goes, the other may."""
    common = {"device_class": "power", "unit_of_measurement": "W", "device": {"identifiers": ["d"]}}
    first, second = common | {"state_topic": "a/one"}, common | {"state_topic": "a/two"}
    decoder = told(first | {"name": "Power"}, second | {"name": "Power"})
    assert values(decode(decoder, "a/one", b"5")) == {"d active_power": 0.005}
    assert decode(decoder, "a/two", b"6").readings == []
    assert decoder.unread() == {"discovery_ambiguous": 1}
    decode(decoder, CONFIG.format(0), b"")
    decode(decoder, CONFIG.format(1), second | {"name": "Power"})
    assert values(decode(decoder, "a/two", b"6")) == {"d active_power": 0.006}


def test_two_devices_are_not_called_the_same():
    """A model that takes two devices for one meter by their topics does not mix what they say of themselves."""
    common = {"name": "Total energy", "device_class": "energy", "state_class": "total", "unit_of_measurement": "kWh"}
    decoder = told(
        *(
            common | {"state_topic": f"ha/sensor/total_energy_{i}/state", "device": {"identifiers": [f"d{i}"]}}
            for i in (1, 2)
        )
    )
    got = [values(decode(decoder, f"ha/sensor/total_energy_{i}/state", b"5")) for i in (1, 2)]
    assert len({meter.split()[0] for one in got for meter in one}) == 2


def test_a_device_model_is_not_second_guessed():
    """Of a quantity that the model reads, discovery adds no phase: this strip's `l1` is a socket, not a conductor."""
    said = {
        "name": "Power l1",
        "state_topic": "zigbee2mqtt/strip",
        "device_class": "power",
        "unit_of_measurement": "W",
        "value_template": "{{ value_json.power_l1 }}",
        "device": {"identifiers": ["zigbee2mqtt_0x2"]},
    }
    before = values(decode(decoder_for(), "zigbee2mqtt/strip", {"power_l1": 10, "power_l2": 20}))
    assert values(decode(told(said), "zigbee2mqtt/strip", {"power_l1": 10, "power_l2": 20})) == before


def test_a_renewed_decoder_still_knows():
    """Another park file or other models do not make devices describe themselves again."""
    said = {"name": "Power", "state_topic": "a/b", "unit_of_measurement": "W", "device": {"identifiers": ["d"]}}
    decoder = told(said)
    again = decoder.renewed(decoder.models, decoder.park)
    assert values(decode(again, "a/b", b"5")) == {"d active_power": 0.005}
    assert again.tells(CONFIG.format(0))
    decode(again, CONFIG.format(0), b"")
    assert decode(again, "a/b", b"5").readings == []


@pytest.mark.parametrize(
    "template",
    [
        "{{ value " + "| float " * 48 + "!",
        "{{ value " + "|a( ) " * 60,
        "{{ value" + " " * 380,
        "{{ value_json" + "[ 0 ]" * 70,
    ],
)
def test_a_template_without_end_takes_no_time(template):
    """A text that is nearly a template is refused as fast as one that is none."""
    began = time.process_time()
    assert path_of(template) is None
    assert time.process_time() - began < 1


def test_descriptions_without_end_are_bounded(monkeypatch):
    """Of very many entities the first are kept and the rest is said; of one topic likewise."""
    monkeypatch.setattr("ingest.formats.home_assistant._KEPT", 10)
    monkeypatch.setattr("ingest.formats.home_assistant._KEPT_ON_TOPIC", 5)
    decoder = decoder_for()
    said = {"unit_of_measurement": "W", "device_class": "power"}
    same = [said | {"state_topic": "a/b", "name": f"Power {i}"} for i in range(1, 8)]
    told(*same, decoder=decoder)
    assert decoder.unread() == {"discovery_too_many": 2}
    answers = [
        decode(decoder, f"homeassistant/sensor/n{i}/config", said | {"state_topic": f"c/d{i}"}).rejections
        for i in range(7)
    ]
    assert [len(a) for a in answers] == [0, 0, 0, 0, 0, 1, 1]
    decode(decoder, "homeassistant/sensor/n0/config", b"")
    assert decode(decoder, "homeassistant/sensor/n6/config", said | {"state_topic": "c/d6"}).rejections == []
