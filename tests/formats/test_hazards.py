"""What real messages do to those who read them carelessly; each comes out right. The sources stand at the messages."""

import json

import pytest

from parkwatt.readings import Quality, TimeSource, to_iso
from tests.formats.decoding import ARRIVED, decode, decoder_for, values

LINKY = "emoncms/ch2i/factory/denky_D6C0C0/tele/SENSOR"
"""A French meter behind Tasmota: tasmota/docs, docs/Teleinfo.md."""


def read(topic, payload, *, zone="Asia/Shanghai", retained=False):
    """Decode a message of a device that nobody configured."""
    return decode(decoder_for(zone=zone), topic, payload, retained=retained)


def shelly(**em):
    """A notification of a three-phase Shelly."""
    return {
        "src": "shellypro3em-1",
        "method": "NotifyStatus",
        "params": {"ts": 1757059829.08, "em:0": {"id": 0, **em}},
    }


def wmbus(**said):
    """A telegram as wmbusmeters passes it on."""
    return {"_": "telegram", "media": "electricity", "meter": "em24", "name": "e", "id": "02020202", **said}


def test_null_is_no_reading():
    """A Shelly Pro 3EM without a neutral transformer sends null: no reading, and no error.

    eddie-energy/eddie, aiida/docs, shelly-data-source.md (Apache-2.0).
    """
    body = {
        "src": "shellypro3em-1",
        "method": "NotifyStatus",
        "params": {"ts": 1757059829.08, "em:0": {"id": 0, "n_current": None, "c_voltage": 228.3}},
    }
    decoded = read("aiida/x/events/rpc", body)
    assert values(decoded) == {"shellypro3em-1 L3.voltage": 228.3}
    assert decoded.rejections == []


def test_an_empty_payload_is_nothing():
    """A Victron inverter that leaves its bus at night sends zero bytes: neither a reading nor an error.

    victronenergy/dbus-flashmq, README.md (MIT).
    """
    decoded = read("N/b827eb000000/pvinverter/20/Ac/Power", b"")
    assert (decoded.readings, decoded.rejections) == ([], [])


@pytest.mark.parametrize("text", ["nan", "unavailable", "unknown", "", "None", "NaN", "null", "--"])
def test_words_for_nothing_are_no_reading(text):
    """What devices write where they have no number is no reading, and no error."""
    decoded = read("tele/plug/SENSOR", {"Time": "2026-01-15T08:00:00", "ENERGY": {"Power": text, "Voltage": 230}})
    assert [r.quantity for r in decoded.readings] == ["voltage"]
    assert decoded.rejections == []


def test_numbers_come_as_text():
    """The French meter's own block mixes text and numbers; text is read as the number it is."""
    decoded = read(LINKY, {"Time": "2021-10-26T17:28:45", "ENERGY": {"Total": "9098.245", "Power": "170"}})
    assert {r.quantity: r.value for r in decoded.readings} == {"energy_import": 9098.245, "active_power": 0.17}


@pytest.mark.parametrize("stamp", ["1111-11-11T11:11:11Z", "1970-01-01T00:00:12Z", "2099-01-01T00:00:00Z"])
def test_clocks_that_were_never_set_are_not_believed(stamp):
    """A time of the year 1111, of 1970 or of the next century gives way to the time of arrival.

    wmbusmeters/wmbusmeters, drivers/src/em24.xmq: the year 1111 is what its own tests send.
    """
    body = {
        "_": "telegram",
        "media": "electricity",
        "meter": "em24",
        "name": "e",
        "id": "02020202",
        "power_kw": 1.5,
        "timestamp": stamp,
    }
    (reading,) = read("wmbusmeters/e", body).readings
    assert (reading.time, reading.time_source) == (ARRIVED, TimeSource.ARRIVAL)


def test_wall_clocks_are_the_parks():
    """A Tasmota plug sends its wall clock without a zone: it is read in the park's.

    https://github.com/arendst/Tasmota/issues/20459
    """
    (reading,) = read("tele/athom/SENSOR", {"Time": "2024-01-14T18:03:15", "ENERGY": {"Total": 1066.0}}).readings
    assert to_iso(reading.time) == "2024-01-14T10:03:15.000Z"


@pytest.mark.parametrize(
    ("stamp", "time"),
    [
        (1757059829, "2025-09-05T08:10:29.000Z"),
        (1757059829.08, "2025-09-05T08:10:29.080Z"),
        (1757059829080, "2025-09-05T08:10:29.080Z"),
        (1757059829080000, "2025-09-05T08:10:29.080Z"),
        (1757059829080000000, "2025-09-05T08:10:29.080Z"),
        ("1757059829080", "2025-09-05T08:10:29.080Z"),
        ("2025-09-05T08:10:29Z", "2025-09-05T08:10:29.000Z"),
        ("2025-09-05T08:10:29.080123456Z", "2025-09-05T08:10:29.080Z"),
        ("2025-09-05 16:10:29", "2025-09-05T08:10:29.000Z"),
        ("2025/09/05 16:10:29", "2025-09-05T08:10:29.000Z"),
        ("20250905161029", "2025-09-05T08:10:29.000Z"),
        ("20250905161029080", "2025-09-05T08:10:29.080Z"),
        ("20250905T081029Z", "2025-09-05T08:10:29.000Z"),
    ],
)
def test_times_of_every_layout_are_told_apart(stamp, time):
    """Epochs from seconds to nanoseconds and the date layouts of meters are all understood."""
    (reading,) = read("parkwatt/m/readings", {"time": stamp, "voltage": 230}).readings
    assert to_iso(reading.time) == time


def test_keys_may_be_empty_or_hold_anything():
    """Empty keys, blanks, umlauts, dots and colons in keys are no obstacle.

    An eBZ DD3 by a Tasmota script; OBIS codes as keys from eddie-energy/eddie, aiida tests (Apache-2.0).
    """
    sml = {
        "StatusSNS": {
            "Time": "2022-05-24T11:37:57",
            "": {"Leistung gesamt": 127.83, "Spannung L1": 237.4, "0_0_0": "1EBZ01"},
        }
    }
    assert {(r.phase, r.quantity): r.value for r in read("stat/tasmota/STATUS10", sml).readings} == {
        (None, "active_power"): pytest.approx(0.12783),
        ("L1", "voltage"): 237.4,
    }
    obis = {
        "0-0:96.1.0": {"value": "90296857"},
        "1-0:1.7.0": {"value": 43, "time": 1697622940},
        "api_version": "v1",
        "sma_time": 2360.4,
    }
    (reading,) = read("aiida/SELuA3LMK6", obis).readings
    assert (reading.quantity, reading.value, to_iso(reading.time)) == (
        "active_power",
        0.043,
        "2023-10-18T09:55:40.000Z",
    )


def test_keys_may_be_chinese():
    """Names as Chinese meters and gateways write them are understood."""
    body = {
        "A相电压": 220.1,
        "B相电压": "219.8",
        "总有功功率(kW)": 35.2,
        "正向有功总电能(kWh)": 18452.3,
        "今日电量(kWh)": 12.0,
    }
    got = {(r.phase, r.quantity): r.value for r in read("factory/line1", body).readings}
    assert got == {
        ("L1", "voltage"): 220.1,
        ("L2", "voltage"): 219.8,
        (None, "active_power"): 35.2,
        (None, "energy_import"): 18452.3,
    }


def test_day_counters_are_no_registers():
    """What falls to zero at midnight is not read: Tasmota's Today, AhoyDTU's YieldDay.

    lumapu/ahoy, manual/User_Manual.md.
    """
    decoded = read(
        "tele/p/SENSOR", {"Time": "2026-01-15T08:00:00", "ENERGY": {"Total": 5.5, "Today": 1.5, "Yesterday": 2}}
    )
    assert [(r.quantity, r.value) for r in decoded.readings] == [("energy_import", 5.5)]
    assert read("inverter/HM-600/ch0/YieldDay", b"51.0").readings == []


@pytest.mark.parametrize(
    ("topic", "payload", "kwh"),
    [
        ("tele/p/SENSOR", {"Time": "2026-01-15T08:00:00", "ENERGY": {"Total": 5.5}}, 5.5),
        ("p/status/switch:0", {"id": 0, "aenergy": {"total": 5500.0, "by_minute": [404.6]}}, 5.5),
        ("shellies/shellyem3-C45BBE6A8F1F/emeter/0/total", b"5500.0", 5.5),
        ("shellies/shellyem3-C45BBE6A8F1F/emeter/0/energy", b"5500.0", None),
        ("inverter/HM-600/ch0/YieldTotal", b"5.5", 5.5),
    ],
)
def test_energy_is_kilowatt_hours_whatever_the_wire_counts(topic, payload, kwh):
    """Wh and kWh become kWh; milliwatt-hours of the last minutes and watt-minutes since the start are no registers."""
    got = [r.value for r in read(topic, payload).readings]
    assert got == ([] if kwh is None else [pytest.approx(kwh)])


def test_an_open_phase_is_kept_and_marked():
    """198 Hz at 0 V on a phase that is not connected is stored as it came, and marked suspect.

    eddie-energy/eddie, aiida/docs, shelly-data-source.md (Apache-2.0).
    """
    body = {
        "src": "shellypro3em-1",
        "method": "NotifyStatus",
        "params": {"ts": 1757059829.08, "em:0": {"id": 0, "a_freq": 198, "a_voltage": 0, "c_freq": 50}},
    }
    by_field = {f"{r.phase} {r.quantity}": (r.value, r.quality) for r in read("aiida/x/events/rpc", body).readings}
    assert by_field["L1 frequency"] == (198, Quality.SUSPECT)
    assert by_field["L1 voltage"] == (0, Quality.GOOD)
    assert by_field["L3 frequency"] == (50, Quality.GOOD)


def test_import_and_export_without_sign_become_one_power():
    """A P1 reader sends consumed and generated power as two positive numbers; one signed power comes out.

    hansij66/dsmr2mqtt, README.md.
    """
    body = {
        "database": "dsmr",
        "el_consumed": 24488767.0,
        "el_returned": 21190375.0,
        "p_consumed": 0.0,
        "p_generated": 1130.0,
        "serial": "33363137",
        "timestamp": 1642275125,
    }
    got = {r.quantity: r.value for r in read("dsmr/electricity", body).readings}
    assert got == {"active_power": -1.13, "energy_import": 24488.767, "energy_export": 21190.375}


def test_a_wrong_declared_unit_is_overruled():
    """A gateway that declares kW beside an energy register is known for it: the register is in kWh.

    ruoneo/EdgeLogger, ReadMe.md (Apache-2.0).
    """
    energy = {"active": {"data_type": "float", "unit": "kW", "value": {"forward": 1500.5, "reverse": 0.0}}}
    one = {
        "timestamp": "1710000000123",
        "device_type": "three_phase_meter",
        "device_id": "EM-1",
        "metrics": {"energy": energy},
    }
    decoded = read("device/bydpower/up/EM-1", {"msgType": "up", "msgId": "1", "batch": [one]})
    assert {r.quantity: r.value for r in decoded.readings} == {"energy_import": 1500.5, "energy_export": 0.0}


def test_leading_zeros_of_an_id_stay():
    """An id is text: 00254358 is another meter than 254358."""
    body = {
        "media": "electricity",
        "meter": "amiplus",
        "name": "e",
        "id": "00254358",
        "total_energy_consumption_kwh": 9652.22,
    }
    (reading,) = read("wmbusmeters/e", body).readings
    assert "00254358" in reading.meter


def test_retained_messages_without_a_time_are_too_old_to_tell():
    """A retained value comes again at every start: without a time of its own it is no reading."""
    topic = "/devices/wb-map3e_16/controls/Urms L1"
    assert read(topic, b"231.5", retained=True).readings == []
    assert [r.value for r in read(topic, b"231.5").readings] == [231.5]
    stamped = json.dumps({"Time": "2026-01-15T15:59:00", "ENERGY": {"Total": 5}}).encode()
    assert len(read("tele/p/SENSOR", stamped, retained=True).readings) == 1
