"""Sparkplug B sessions: births, aliases, gaps, deaths, rebirth requests."""

import pytest

from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, decode, encode
from parkwatt.park import Meter
from parkwatt.readings import TimeSource
from tests.formats import decoding
from tests.formats.decoding import ARRIVED, decoder_for, values
from tests.formats.sparkplug_sessions import DEVICE, NODE, born, send


def test_a_birth_gives_values_in_its_units():
    """Values of a birth are current values, converted from the declared unit."""
    _, birth = born()
    assert values(birth) == {"pm1 active_power": 1.5, "pm1 energy_import": 10500.0, "pm1 reactive_power": -5.0}
    assert birth.publish == []


def test_data_is_read_by_alias():
    """After the birth an alias alone says name, unit and type; its own timestamp goes before the payload's."""
    decoder, _ = born()
    data = send(
        decoder,
        DEVICE.format("DDATA"),
        Metric(alias=1, value=2500.0, timestamp=ARRIVED - 1000),
        Metric(alias=3, value=65531, timestamp=ARRIVED, datatype=DataType.UINT16),
        Metric(alias=2, is_null=True),
        seq=2,
    )
    assert values(data) == {"pm1 active_power": 2.5, "pm1 reactive_power": 65531.0}
    assert [r.time for r in data.readings] == [ARRIVED - 1000, ARRIVED]
    assert (data.publish, data.rejections) == ([], [])


def test_two_complement_comes_from_the_birth():
    """An INT16 that travels as 65531 without its type is -5."""
    decoder, _ = born()
    wire = encode(SparkplugPayload([Metric(alias=3, value=65531, datatype=DataType.UINT16)], seq=2))
    wire = wire.replace(b"\x20\x06", b"", 1)  # the datatype field, left out as devices do
    assert decode(wire).metrics[0].datatype == 0
    assert values(decoding.decode(decoder, DEVICE.format("DDATA"), wire)) == {"pm1 reactive_power": -5.0}


def test_historical_values_are_marked():
    """Values sent late on purpose are stored but are no news."""
    decoder, _ = born()
    late = Metric(alias=1, value=1.0, timestamp=ARRIVED - 60_000, is_historical=True)
    data = send(decoder, DEVICE.format("DDATA"), late, Metric(alias=1, value=2.0), seq=2)
    assert [(r.value, r.historical, r.time_source) for r in data.readings] == [
        (0.001, True, TimeSource.DEVICE),
        (0.002, False, TimeSource.DEVICE),
    ]


def test_a_gap_asks_for_a_rebirth_and_keeps_the_data():
    """A lost message leads to one rebirth request in ten seconds; what is known is read."""
    decoder, _ = born()
    topic = DEVICE.format("DDATA")
    gap = send(decoder, topic, Metric(alias=1, value=1.0), seq=5)
    assert values(gap) == {"pm1 active_power": 0.001}
    ((asked, body),) = gap.publish
    (request,) = decode(body).metrics
    assert (asked, request.name, request.value) == (NODE.format("NCMD"), "Node Control/Rebirth", True)
    again = send(decoder, topic, Metric(alias=1, value=1.0), seq=9, at=ARRIVED + 9_999)
    assert again.publish == []
    later = send(decoder, topic, Metric(alias=1, value=1.0), seq=20, at=ARRIVED + 10_000)
    assert len(later.publish) == 1


def test_the_sequence_wraps_and_may_repeat():
    """0 follows 255, and a repeated delivery is no gap."""
    decoder, _ = born()
    for seq in (*range(2, 256), 0, 0, 1):
        assert send(decoder, DEVICE.format("DDATA"), Metric(alias=1, value=1.0), seq=seq).publish == []


def test_data_before_birth_is_not_guessed():
    """After a restart of the collector no alias and no unit is known: ask, and say what was left."""
    decoder = decoder_for()
    early = send(decoder, DEVICE.format("DDATA"), Metric(alias=1, value=1.0), Metric("Power/Active", value=5.0), seq=9)
    assert early.readings == []
    assert len(early.publish) == 1
    assert early.rejections == ["2 metrics of 'pm1' came before the birth that names them; a rebirth is requested"]
    named = Metric("Power/Active", value=5.0, properties={"engUnit": "kW"})
    assert values(send(decoder, DEVICE.format("DDATA"), named, seq=10)) == {"pm1 active_power": 5.0}


def test_a_device_without_its_own_birth():
    """A node's birth does not name the metrics of a device that was never born."""
    decoder, _ = born()
    other = send(decoder, "spBv1.0/Plant/DDATA/gw/pm2", Metric("x", value=1.0), seq=2)
    assert len(other.publish) == 1


def test_a_node_death_marks_its_meters_stale():
    """The will of the living connection marks all meters of the node; that of an older one does not."""
    decoder, _ = born(Meter(id="hall", wire_id="pm1"))
    topic = NODE.format("NDEATH")
    assert send(decoder, topic, Metric("bdSeq", datatype=DataType.UINT64, value=6)).stale == []
    assert send(decoder, topic, Metric("bdSeq", datatype=DataType.UINT64, value=7)).stale == ["hall"]
    assert len(send(decoder, DEVICE.format("DDATA"), Metric(alias=1, value=1.0), seq=2).publish) == 1


def test_a_death_reaches_meters_that_are_bound_by_topic():
    """The node's death comes on another topic than its devices' data; their meters are found all the same."""
    decoder, _ = born(Meter(id="hall", topic="spBv1.0/Plant/+/gw/pm1"))
    send(decoder, DEVICE.format("DDATA"), Metric(alias=1, value=1.0), seq=2)
    assert send(decoder, NODE.format("NDEATH"), Metric("bdSeq", value=7)).stale == ["hall"]


def test_a_device_death_marks_that_meter():
    """A device's death is its own."""
    decoder, _ = born()
    assert send(decoder, DEVICE.format("DDEATH"), seq=2).stale == ["pm1"]


def test_a_node_birth_forgets_old_aliases():
    """Aliases of an earlier session mean nothing after a new birth."""
    decoder, _ = born()
    send(decoder, NODE.format("NBIRTH"), seq=0)
    assert send(decoder, DEVICE.format("DDATA"), Metric(alias=1, value=1.0), seq=1).readings == []


def test_metrics_of_the_node_belong_to_the_node():
    """A node that meters by itself is a meter with the node's name."""
    decoder = decoder_for()
    metric = Metric("Voltage/L1-N", 1, DataType.FLOAT, 230.0)
    assert values(send(decoder, NODE.format("NBIRTH"), metric, seq=0)) == {"gw L1.voltage": 230.0}


def test_an_unknown_unit_is_said_once_at_birth():
    """A quantity in a unit we do not know is rejected by name, and its data is left alone."""
    decoder = decoder_for()
    send(decoder, NODE.format("NBIRTH"), seq=0)
    metric = Metric("Power/Active", 1, DataType.FLOAT, 1.0, properties={"engUnit": "horses"})
    birth = send(decoder, DEVICE.format("DBIRTH"), metric, seq=1)
    assert "'horses' is not a unit of active_power" in birth.rejections[0]
    data = send(decoder, DEVICE.format("DDATA"), Metric(alias=1, value=2.0), seq=2)
    assert (data.readings, data.rejections) == ([], [])


def test_a_value_too_large_for_its_unit_is_rejected():
    """A finite value that is infinite in our unit is no reading."""
    metric = Metric("Energy/Import", 1, DataType.DOUBLE, 1e308, properties={"engUnit": "GWh"})
    birth = send(decoder_for(), NODE.format("NBIRTH"), metric, seq=0)
    assert birth.readings == []
    assert birth.rejections == ["energy_import: 1e+308 is too large"]


@pytest.mark.parametrize("topic", ["spBv1.0/STATE/scada", "STATE/scada", NODE.format("NCMD"), DEVICE.format("DCMD")])
def test_states_and_commands_hold_nothing(topic):
    """A host's state and commands, our own requests among them, are no error."""
    decoded = decoding.decode(decoder_for(), topic, b'{"online": true}')
    assert (decoded.readings, decoded.rejections, decoded.publish) == ([], [], [])


@pytest.mark.parametrize("topic", ["spBv1.0/x", "spBv1.0/a/b", "spBv1.0/g/NOPE/n", "spBv1.0/g/NDATA/n/d/e"])
def test_other_topics_are_rejected(topic):
    """A topic that Sparkplug does not have is said."""
    assert len(decoding.decode(decoder_for(), topic, b"\x08\x01").rejections) == 1


def test_other_bytes_are_rejected():
    """Bytes that are no Protocol Buffers message are said, and hurt nobody."""
    decoded = decoding.decode(decoder_for(), NODE.format("NDATA"), b'{"voltage": 230}')
    assert "not a Sparkplug B message" in decoded.rejections[0]


@pytest.mark.parametrize("topic", ["$SYS/broker/uptime", "$sparkplug/certificates/spBv1.0/park/NBIRTH/edge1"])
def test_topics_of_the_broker_itself_say_nothing(topic):
    """What a broker says of itself under `$` is no meter's message: no reading, and no rejection."""
    decoded = decoding.decode(decoder_for(), topic, b"42")
    assert (decoded.readings, decoded.rejections) == ([], [])
