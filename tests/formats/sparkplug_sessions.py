"""What the tests of Sparkplug share: a node with a device, and messages of theirs."""

from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from tests.formats import decoding
from tests.formats.decoding import ARRIVED, decoder_for

NODE = "spBv1.0/Plant/{}/gw"
DEVICE = "spBv1.0/Plant/{}/gw/pm1"


def send(decoder, topic, *metrics, seq=None, at=ARRIVED):
    """Decode one Sparkplug message."""
    body = encode(SparkplugPayload(list(metrics), timestamp=at, seq=seq))
    return decoding.decode(decoder, topic, body, at=at)


def born(*meters):
    """A decoder that has seen the births of a node and its device."""
    decoder = decoder_for(*meters)
    send(decoder, NODE.format("NBIRTH"), Metric("bdSeq", datatype=DataType.UINT64, value=7), seq=0)
    birth = send(
        decoder,
        DEVICE.format("DBIRTH"),
        Metric("Power/Active/Total", 1, DataType.FLOAT, 1500.0, properties={"engUnit": "W"}),
        Metric("Energy/Active/Import", 2, DataType.DOUBLE, 10.5, properties={"engUnit": "MWh"}),
        Metric("Power/Reactive/Total", 3, DataType.INT16, -5),
        Metric("Meter/Serial", 4, DataType.STRING, "SN-1"),
        seq=1,
    )
    return decoder, birth
