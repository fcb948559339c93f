"""Real messages to begin with: the examples of all device models, the cases, Sparkplug, Home Assistant's discovery."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.devices.presets import presets
from ingest.formats.examples import ARRIVED, payload_of
from ingest.formats.model import DeviceModel
from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode

_CASES = Path(__file__).parents[1] / "cases"


class Seed(NamedTuple):
    """A message, and what must come before it to be understood."""

    topic: str
    payload: bytes
    before: tuple[tuple[str, bytes], ...] = ()


def models() -> list[DeviceModel]:
    """The device models that ship, in the order in which they are asked."""
    return list(presets())


def corpus(of: list[DeviceModel]) -> list[Seed]:
    """All of them, in an order that stays the same."""
    return [*_examples(of), *_cases(), *_sparkplug(), *_discovered(), *_native()]


def _examples(of: list[DeviceModel]) -> Iterator[Seed]:
    for model in of:
        for example in model.examples:
            if model.codec is not None:
                yield _uplink(payload_of(example), model.codec.ports)
                continue
            before = tuple((one.topic, payload_of(one)) for one in example.before)
            yield Seed(example.topic, payload_of(example), before)


def _uplink(frame: bytes, ports: tuple[int, ...]) -> Seed:
    """A raw frame as a LoRaWAN network server passes it on."""
    body = {"deviceInfo": {"devEui": "a1"}, "fPort": (*ports, 1)[0], "data": b64encode(frame).decode()}
    return Seed("application/1/device/a1/event/up", json.dumps(body).encode())


def _cases() -> Iterator[Seed]:
    for file in sorted(_CASES.glob("*/message.json")):
        before: tuple[tuple[str, bytes], ...] = ()
        for message in json.loads(file.read_text(encoding="utf-8"))["messages"]:
            body = b64decode(message["payload_b64"]) if "payload_b64" in message else message["payload"].encode()
            yield Seed(message["topic"], body, before)
            before = (*before, (message["topic"], body))[-3:]


def _sparkplug() -> Iterator[Seed]:
    units = {"engUnit": "W"}
    metrics = [
        Metric("bdSeq", None, DataType.INT64, 1),
        Metric("Power/Active Total", 1, DataType.DOUBLE, 1500.5, properties=units),
        Metric("Voltage L1", 2, DataType.FLOAT, 230.25),
        Metric("Energy/Active/Import", 3, DataType.INT64, 123_456, properties={"engUnit": "Wh"}),
        Metric("Temperature", 4, DataType.INT16, -5),
        Metric("Current L2", 5, DataType.STRING, "7.5"),
    ]
    data = [Metric(None, m.alias, m.datatype, m.value) for m in metrics[1:]]
    node = "spBv1.0/g/NBIRTH/n", encode(SparkplugPayload(metrics, timestamp=ARRIVED, seq=0))
    device = "spBv1.0/g/DBIRTH/n/d", encode(SparkplugPayload(metrics[1:], timestamp=ARRIVED, seq=1))
    yield Seed(*node)
    yield Seed(*device, before=(node,))
    yield Seed("spBv1.0/g/NDATA/n", encode(SparkplugPayload(data, timestamp=ARRIVED, seq=1)), (node,))
    yield Seed("spBv1.0/g/DDATA/n/d", encode(SparkplugPayload(data, timestamp=ARRIVED, seq=2)), (node, device))
    yield Seed("spBv1.0/g/NDEATH/n", encode(SparkplugPayload(metrics[:1])), (node,))
    yield Seed("spBv1.0/STATE/host", b'{"online": true, "timestamp": 1768464000000}')


def _discovered() -> Iterator[Seed]:
    config = {
        "name": "Power", "state_topic": "hall/meter/state", "unit_of_measurement": "W", "device_class": "power",
        "value_template": "{{ value_json.power }}", "device": {"identifiers": ["m1"]}, "unique_id": "m1_power",
    }  # fmt: skip
    told = "homeassistant/sensor/m1/power/config", json.dumps(config).encode()
    yield Seed(*told)
    yield Seed("hall/meter/state", b'{"power": 1234.5, "voltage": "230.1"}', (told,))


def _native() -> Iterator[Seed]:
    many = [{"meter": "a", "time": 1768463999, "L1.voltage": 230.5}, {"meter": "b", "energy_import": "18452.3"}]
    yield Seed("parkwatt/m/readings", json.dumps(many).encode())
    yield Seed("parkwatt/m/readings", b'{"time": "2026-01-15T08:00:00Z", "active_power": -12.5, "humidity": 55}')
