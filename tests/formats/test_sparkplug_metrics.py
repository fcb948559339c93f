"""Metrics of Sparkplug devices: names, aliases, types, quality, and what is left unread."""

import pytest

from ingest.formats import sparkplug
from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from parkwatt.park import Meter
from parkwatt.readings import TimeSource
from tests.formats import decoding
from tests.formats.decoding import ARRIVED, decoder_for, values
from tests.formats.sparkplug_sessions import DEVICE, NODE, born, send


def test_an_alias_is_its_devices_own():
    """Gateways that number the metrics of each device from 1 do not mix them up."""
    decoder, _ = born()
    other = Metric("Voltage/L1-N", 1, DataType.FLOAT, 230.0, properties={"engUnit": "V"})
    send(decoder, "spBv1.0/Plant/DBIRTH/gw/pm2", other, seq=2)
    assert values(send(decoder, DEVICE.format("DDATA"), Metric(alias=1, value=1500.0), seq=3)) == {
        "pm1 active_power": 1.5
    }


def test_a_new_birth_of_a_device_ends_its_old_aliases():
    """In a birth with other metrics in another order an alias that is left over means nothing any more."""
    decoder, _ = born()
    frequency = Metric("Frequency", 2, DataType.FLOAT, 50.0, properties={"engUnit": "Hz"})
    send(decoder, DEVICE.format("DBIRTH"), frequency, seq=2)
    topic = DEVICE.format("DDATA")
    assert values(send(decoder, topic, Metric(alias=2, value=49.9), seq=3)) == {"pm1 frequency": 49.9}
    old = send(decoder, topic, Metric(alias=1, value=1.0), seq=4)
    assert (old.readings, len(old.publish)) == ([], 1)


def test_a_birth_that_comes_again_changes_nothing():
    """The same births twice give the same readings twice, and data is read as before."""
    decoder, first = born()
    metric = Metric("Power/Active/Total", 1, DataType.FLOAT, 1500.0, properties={"engUnit": "W"})
    for _ in range(2):
        again = send(decoder, DEVICE.format("DBIRTH"), metric, seq=1)
        assert (values(again)["pm1 active_power"], again.publish) == (values(first)["pm1 active_power"], [])
    assert values(send(decoder, DEVICE.format("DDATA"), Metric(alias=1, value=2.0), seq=2)) == {
        "pm1 active_power": 0.002
    }


def test_data_may_carry_names():
    """Devices without aliases send the name each time; its unit and type are those of the birth."""
    decoder, _ = born()
    data = send(decoder, DEVICE.format("DDATA"), Metric("Power/Active/Total", value=750.0), seq=2)
    assert values(data) == {"pm1 active_power": 0.75}


def test_a_name_that_its_birth_left_out_is_said():
    """A quantity without unit that the living birth does not have is rejected; asking again would not help."""
    decoder, _ = born()
    stray = send(decoder, DEVICE.format("DDATA"), Metric("Power/Apparent", value=5.0), seq=2)
    assert stray.publish == []
    assert stray.rejections == ["metric 'Power/Apparent' has no unit and is not in the device's birth; add it there"]


@pytest.mark.parametrize(
    ("datatype", "counted"),
    [
        (DataType.DATA_SET, "sparkplug_data_set"),
        (DataType.TEMPLATE, "sparkplug_template"),
        (DataType.BYTES, "sparkplug_bytes"),
        (30, "sparkplug_array"),
    ],
)
def test_types_of_many_values_are_counted(datatype, counted):
    """Data sets, templates and arrays are no readings and no error, in births and by alias; they are counted."""
    decoder = decoder_for()
    birth = send(decoder, NODE.format("NBIRTH"), Metric("Voltage", 1, datatype, b"\x01"), seq=0)
    data = send(decoder, NODE.format("NDATA"), Metric(alias=1, value=b"\x02"), seq=1)
    for decoded in (birth, data):
        assert (decoded.readings, decoded.rejections, decoded.publish) == ([], [], [])
    assert decoder.unread() == {counted: 2}


def test_a_number_that_is_sent_as_text_is_read():
    """Some gateways know only strings; text that is no number says nothing."""
    decoder = decoder_for()
    metrics = [Metric("Voltage", 1, DataType.STRING, "230.5"), Metric("Current", 2, DataType.STRING, "open")]
    birth = send(decoder, NODE.format("NBIRTH"), *metrics, seq=0)
    assert (values(birth), birth.rejections) == ({"gw voltage": 230.5}, [])


def test_a_value_of_bad_quality_is_no_reading():
    """The property Quality says 0 for bad and 500 for stale; such a value is the last one known, not a new one."""
    decoder, _ = born()
    for quality in (0, 500):
        bad = Metric(alias=1, value=1.0, properties={"Quality": quality})
        assert send(decoder, DEVICE.format("DDATA"), bad, seq=2).readings == []
    good = Metric(alias=1, value=1.0, properties={"Quality": 192})
    assert values(send(decoder, DEVICE.format("DDATA"), good, seq=3)) == {"pm1 active_power": 0.001}
    assert decoder.unread() == {"sparkplug_bad_quality": 2}


def test_without_any_time_the_arrival_counts():
    """Neither metric nor payload need to carry a time."""
    body = encode(SparkplugPayload([Metric("Voltage", value=230.0)], seq=0))
    (reading,) = decoding.decode(decoder_for(), NODE.format("NBIRTH"), body).readings
    assert (reading.time, reading.time_source) == (ARRIVED, TimeSource.ARRIVAL)


@pytest.mark.parametrize("text", [b"ONLINE", b"OFFLINE", b'{"online":true,"timestamp":1735689600000}'])
@pytest.mark.parametrize("topic", ["STATE/scada1", "spBv1.0/STATE/scada1"])
def test_the_state_of_a_host_is_no_reading(topic, text):
    """Hosts tell their state as JSON, in older versions as a word; that is no error."""
    decoded = decoding.decode(decoder_for(), topic, text, retained=True)
    assert (decoded.readings, decoded.rejections, decoded.publish) == ([], [], [])


def test_a_topic_that_only_begins_like_sparkplug_is_another_format_s():
    """`STATE/...` with more levels is no host's state, and a park file that calls anything Sparkplug breaks nothing."""
    assert not sparkplug.speaks("STATE/plug7/SENSOR")
    decoder = decoder_for(Meter(id="x", topic="x", device="sparkplug"))
    assert "topic 'x' is not spBv1.0/group" in decoding.decode(decoder, "x", b"1").rejections[0]
