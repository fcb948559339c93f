"""Sparkplug B: births that name metrics, data that only carries their aliases, deaths, rebirth requests.

Topic `spBv1.0/{group}/{type}/{edge node}[/{device}]`. The wire meter is the device; metrics of the edge node itself
belong to a wire meter with the node's name. Follows the Eclipse Sparkplug Specification 3.0.0.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from ingest.formats import times
from ingest.formats.found import Contents, Found, UnreadableError, few
from ingest.formats.meaning import Meaning
from ingest.formats.message import Message
from ingest.formats.numbers import NotANumberError, number, shortened
from ingest.formats.sparkplug_births import LONGEST_NAME, Births, Device, Known, Node, unit_of
from ingest.formats.sparkplug_names import metering
from ingest.formats.sparkplug_payload import (
    DataType,
    Metric,
    SparkplugPayload,
    SparkplugPayloadError,
    Value,
    decode,
    encode,
)
from ingest.formats.sparkplug_payload import number as signed
from ingest.formats.sparkplug_rebirth import Rebirths
from parkwatt.readings import Millis

NAMESPACE = "spBv1.0"

_TYPES = frozenset({"NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH"})
_NO_NEWS = Contents([], [])
_UNREAD: Mapping[int, str] = {
    DataType.DATA_SET: "sparkplug_data_set",
    DataType.BYTES: "sparkplug_bytes",
    DataType.FILE: "sparkplug_file",
    DataType.TEMPLATE: "sparkplug_template",
    DataType.PROPERTY_SET: "sparkplug_property_set",
    DataType.PROPERTY_SET_LIST: "sparkplug_property_set",
    **dict.fromkeys(range(DataType.INT8_ARRAY, DataType.DATE_TIME_ARRAY + 1), "sparkplug_array"),
}
"""Types of metrics that hold more than one value, as they are counted."""

_UNTRUSTED = frozenset({0, 500})
"""The property `Quality` of a value that is bad or stale; 192 is good."""


def speaks(topic: str) -> bool:
    """Whether a topic is one of Sparkplug B."""
    return topic.startswith(NAMESPACE + "/") or (topic.startswith("STATE/") and topic.count("/") == 1)


def is_birth(topic: str) -> bool:
    """Whether messages on a topic name the metrics of others."""
    return topic.startswith(NAMESPACE + "/") and topic.split("/", 3)[2:3] in (["NBIRTH"], ["DBIRTH"])


class _Address(NamedTuple):
    """Who sent a message."""

    topic: str
    namespace: str
    group: str
    kind: str
    node: str
    device: str | None

    @property
    def meter(self) -> str:
        """The id on the wire."""
        return self.device or self.node


class Sparkplug:
    """Reads Sparkplug B messages of any number of edge nodes and keeps what their births said.

    Attributes:
        unread: metrics that were left unread since the start, counted by why.
    """

    name = "sparkplug"

    def __init__(self) -> None:
        """Know no node: the first data of each leads to a rebirth request."""
        self.unread: Counter[str] = Counter()
        self._births, self._rebirths = Births(), Rebirths()

    def read(self, message: Message) -> Contents:
        """What a message says.

        Raises:
            UnreadableError: if topic or payload are not as Sparkplug has them.
        """
        levels = message.topic.split("/")
        if "STATE" in levels[:2]:
            return _NO_NEWS  # a host application's state
        if len(levels) not in (4, 5):
            reason = f"topic {message.topic[:80]!r} is not spBv1.0/group/type/node or spBv1.0/group/type/node/device"
            raise UnreadableError(reason)
        namespace, group, kind, node = levels[:4]
        address = _Address(message.topic, namespace, group, kind, node, levels[4] if len(levels) == 5 else None)
        if kind in ("NCMD", "DCMD"):
            return _NO_NEWS  # requests to the node, our own among them
        if kind not in _TYPES:
            reason = f"{kind[:20]!r} is no Sparkplug message type; NBIRTH, DBIRTH, NDATA, DDATA, ... are"
            raise UnreadableError(reason)
        try:
            payload = decode(message.payload)
        except SparkplugPayloadError as error:
            raise UnreadableError(str(error)) from error
        return self._read(address, payload, message.arrived)

    def _read(self, address: _Address, payload: SparkplugPayload, arrived: Millis) -> Contents:
        node = self._births.node(address.group, address.node)
        if address.kind == "NDEATH":
            return _node_death(node, payload)
        gap = _gap(node, address, payload)
        device = node.devices.get(address.device)
        if address.kind == "DDEATH":
            if device is not None:
                device.alive = False
            gone = (device.topic if device else address.topic, address.meter)
            return self._with_rebirth(Contents([], [], stale=(gone,)), node, address, arrived, lost=gap)
        problems: list[str] = []
        if address.kind == "NBIRTH":
            self._births.begin(node, _bd_seq(payload))
        if address.kind in ("NBIRTH", "DBIRTH"):
            device = Device(address.meter, address.topic)
            problems += self._births.learn(node, address.device, device, payload.metrics)
        elif device is not None:
            device.topic = address.topic
        nameless = not node.born or (address.kind == "DDATA" and (device is None or not device.alive))
        values = _Values(device, self.unread, problems, complete=not nameless)
        found = values.of(address.meter, payload)
        if values.nameless:
            nameless = True
            problems.append(
                f"{values.nameless} metrics of {address.meter!r} came before the birth that names them; "
                "a rebirth is requested"
            )
        return self._with_rebirth(
            Contents(found, few(problems)), node, address, arrived, lost=gap or nameless, nameless=nameless
        )

    def _with_rebirth(  # noqa: PLR0913 - who, when and why
        self, contents: Contents, node: Node, address: _Address, arrived: Millis, *, lost: bool, nameless: bool = False
    ) -> Contents:
        if not lost or not self._rebirths.due(node, arrived, nameless=nameless):
            return contents
        request = Metric(name="Node Control/Rebirth", datatype=DataType.BOOLEAN, value=True, timestamp=max(arrived, 0))
        topic = f"{address.namespace}/{address.group}/NCMD/{address.node}"
        body = encode(SparkplugPayload([request], timestamp=max(arrived, 0)))
        return msgspec.structs.replace(contents, publish=((topic, body),))


class _Values:
    """Reads the values of one payload.

    Attributes:
        nameless: metrics that a birth has yet to name, or whose unit it has yet to say.
    """

    __slots__ = ("_complete", "_device", "_problems", "_unread", "nameless")

    def __init__(self, device: Device | None, unread: Counter[str], problems: list[str], *, complete: bool) -> None:
        """Prepare; `complete` says that the device's birth was seen and holds all its metrics."""
        self.nameless = 0
        self._device, self._unread, self._problems, self._complete = device, unread, problems, complete

    def of(self, meter: str, payload: SparkplugPayload) -> list[Found]:
        """The readings of a payload, those of one time together."""
        groups: dict[tuple[float | None, bool], list[tuple[Meaning, float]]] = {}
        for metric in payload.metrics:
            known = self._known(metric)
            if known is None or known.meaning is None or metric.is_null:
                continue
            value = self._value(metric, known, known.meaning)
            if value is None:
                continue
            stamp = payload.timestamp if metric.timestamp is None else metric.timestamp
            groups.setdefault((stamp, metric.is_historical), []).append((known.meaning, value))
        return [
            Found.of(meter, _time(stamp), values, historical=historical)
            for (stamp, historical), values in groups.items()
        ]

    def _known(self, metric: Metric) -> Known | None:
        """What is known of a metric; None if it is not read, which is noted."""
        known = self._device.known(metric) if self._device is not None else None
        why = _UNREAD.get(metric.datatype or (known.datatype if known is not None else 0))
        if why is None and metric.properties and metric.properties.get("Quality") in _UNTRUSTED:
            why = "sparkplug_bad_quality"
        if why is not None:
            self._unread[why] += 1
            return None
        return self._unborn(metric) if known is None else known

    def _unborn(self, metric: Metric) -> Known | None:
        """A metric that no birth named: without a unit of its own, a power might be W or kW."""
        if metric.name is None:
            self.nameless += 1
            return None
        if len(metric.name) > LONGEST_NAME:
            return None
        unit = unit_of(metric)
        if unit is None and metering(metric.name, None).meaning is not None:
            if self._complete:
                self._problems.append(
                    f"metric {shortened(metric.name)} has no unit and is not in the device's birth; add it there"
                )
            else:
                self.nameless += 1
            return None
        return Known(metering(metric.name, unit).meaning, metric.datatype)

    def _value(self, metric: Metric, known: Known, meaning: Meaning) -> float | None:
        value = signed(metric.value, metric.datatype or known.datatype)
        try:
            return number(value)
        except NotANumberError as error:
            if not isinstance(value, str):  # text that is no number may say anything
                self._problems.append(f"{meaning.quantity}: {error}")
            return None


def _gap(node: Node, address: _Address, payload: SparkplugPayload) -> bool:
    """Whether messages were lost before this one; the same number again is a repeated delivery."""
    last, node.seq = node.seq, payload.seq
    if address.kind == "NBIRTH" or last is None or payload.seq is None:
        return False
    return payload.seq not in (last, (last + 1) % 256)


def _node_death(node: Node, payload: SparkplugPayload) -> Contents:
    """The broker sends the will of an old connection too: only that of the living one counts."""
    said = _bd_seq(payload)
    if node.born and said is not None and node.bd_seq is not None and said != node.bd_seq:
        return _NO_NEWS
    return Contents([], [], stale=tuple((device.topic, device.meter) for device in node.die()))


def _bd_seq(payload: SparkplugPayload) -> Value:
    return next((m.value for m in payload.metrics if m.name == "bdSeq"), None)


def _time(stamp: float | None) -> Millis | None:
    return None if stamp is None or times.absurd(stamp) else times.epoch(stamp)
