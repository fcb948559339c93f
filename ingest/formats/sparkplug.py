"""Sparkplug B: births that name metrics, data that only carries their aliases, deaths, rebirth requests.

Topic `spBv1.0/{group}/{type}/{edge node}[/{device}]`. The wire meter is the device; metrics of the edge node itself
belong to a wire meter with the node's name. Follows the Eclipse Sparkplug Specification 3.0.0.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from ingest.formats import times
from ingest.formats.found import Contents, Found, UnreadableError, few
from ingest.formats.meaning import Meaning
from ingest.formats.message import Message
from ingest.formats.numbers import NotANumberError, number
from ingest.formats.sparkplug_names import UNIT_PROPERTIES, metering
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
from parkwatt.readings import Millis

NAMESPACE = "spBv1.0"
REBIRTH_EVERY: Millis = 10_000
"""At most one rebirth request per edge node in this time [ms]."""

_NODES_KEPT = 10_000
_LONGEST_NAME = 200
"""A longer metric name is no quantity's [characters]."""

_METRICS_KEPT = 50_000
"""Metrics remembered per edge node."""

_NOT_NUMBERS = frozenset({DataType.BOOLEAN, DataType.STRING, DataType.TEXT, DataType.UUID, DataType.DATE_TIME})


def speaks(topic: str) -> bool:
    """Whether a topic is one of Sparkplug B."""
    return topic.startswith((NAMESPACE + "/", "STATE/"))


def is_birth(topic: str) -> bool:
    """Whether messages on a topic name the metrics of others."""
    return topic.startswith(NAMESPACE + "/") and topic.split("/", 3)[2:3] in (["NBIRTH"], ["DBIRTH"])


class _Known(NamedTuple):
    """What a birth said about a metric."""

    meaning: Meaning | None
    datatype: int


@dataclass(slots=True)
class _Node:
    """An edge node since its last birth."""

    born: bool = False
    seq: int | None = None
    bd_seq: Value = None
    by_alias: dict[int, _Known] = field(default_factory=dict)
    by_name: dict[tuple[str, str], _Known] = field(default_factory=dict)
    meters: dict[str, str] = field(default_factory=dict)
    """Wire meters that are born, and the topic on which each spoke last."""
    asked: Millis | None = None


class _Address(NamedTuple):
    """Who sent a message."""

    topic: str
    group: str
    kind: str
    node: str
    device: str | None

    @property
    def meter(self) -> str:
        """The id on the wire."""
        return self.device or self.node


class Sparkplug:
    """Reads Sparkplug B messages of any number of edge nodes and keeps what their births said."""

    name = "sparkplug"

    def __init__(self) -> None:
        """Know no node: the first data of each leads to a rebirth request."""
        self._nodes: OrderedDict[tuple[str, str], _Node] = OrderedDict()

    def read(self, message: Message) -> Contents:
        """What a message says.

        Raises:
            UnreadableError: if topic or payload are not as Sparkplug has them.
        """
        levels = message.topic.split("/")
        if levels[0] == "STATE" or levels[1] == "STATE":
            return Contents([], [])  # a host application's state
        if len(levels) not in (4, 5):
            reason = f"topic {message.topic[:80]!r} is not spBv1.0/group/type/node or spBv1.0/group/type/node/device"
            raise UnreadableError(reason)
        address = _Address(message.topic, levels[1], levels[2], levels[3], levels[4] if len(levels) == 5 else None)
        if address.kind in ("NCMD", "DCMD"):
            return Contents([], [])  # requests to the node, our own among them
        if address.kind not in ("NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH"):
            reason = f"{address.kind[:20]!r} is no Sparkplug message type; NBIRTH, DBIRTH, NDATA, DDATA, ... are"
            raise UnreadableError(reason)
        try:
            payload = decode(message.payload)
        except SparkplugPayloadError as error:
            raise UnreadableError(str(error)) from error
        return self._read(address, payload, message.arrived)

    def _read(self, address: _Address, payload: SparkplugPayload, arrived: Millis) -> Contents:
        node = self._node(address)
        if address.kind == "NDEATH":
            return _node_death(node, payload)
        gap = _gap(node, address, payload)
        if address.kind == "DDEATH":
            gone = (node.meters.pop(address.meter, address.topic), address.meter)
            return self._with_rebirth(Contents([], [], stale=(gone,)), node, address, arrived, needed=gap)
        if address.kind == "NBIRTH":
            _node_birth(node, payload)
        before_birth = not node.born or (address.kind == "DDATA" and address.meter not in node.meters)
        if address.meter in node.meters:
            node.meters[address.meter] = address.topic
        problems = _learn(node, address, payload) if address.kind in ("NBIRTH", "DBIRTH") else []
        found, unknown = _values(node, address, payload, problems)
        if unknown:
            problems.append(
                f"{unknown} metrics of {address.meter!r} came before the birth that names them; a rebirth is requested"
            )
        return self._with_rebirth(
            Contents(found, few(problems)), node, address, arrived, needed=gap or before_birth or unknown > 0
        )

    def _node(self, address: _Address) -> _Node:
        key = (address.group, address.node)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = _Node()
            if len(self._nodes) > _NODES_KEPT:
                self._nodes.popitem(last=False)
        return node

    def _with_rebirth(
        self, contents: Contents, node: _Node, address: _Address, arrived: Millis, *, needed: bool
    ) -> Contents:
        if not needed or (node.asked is not None and 0 <= arrived - node.asked < REBIRTH_EVERY):
            return contents
        node.asked = arrived
        request = Metric(name="Node Control/Rebirth", datatype=DataType.BOOLEAN, value=True, timestamp=max(arrived, 0))
        topic = f"{NAMESPACE}/{address.group}/NCMD/{address.node}"
        body = encode(SparkplugPayload([request], timestamp=max(arrived, 0)))
        return msgspec.structs.replace(contents, publish=((topic, body),))


def _gap(node: _Node, address: _Address, payload: SparkplugPayload) -> bool:
    """Whether messages were lost before this one; the same number again is a repeated delivery."""
    last, node.seq = node.seq, payload.seq
    if address.kind == "NBIRTH" or last is None or payload.seq is None:
        return False
    return payload.seq not in (last, (last + 1) % 256)


def _node_birth(node: _Node, payload: SparkplugPayload) -> None:
    node.born = True
    node.by_alias.clear()
    node.by_name.clear()
    node.meters.clear()
    node.bd_seq = _bd_seq(payload)


def _node_death(node: _Node, payload: SparkplugPayload) -> Contents:
    """The broker sends the will of an old connection too: only that of the living one counts."""
    said = _bd_seq(payload)
    if node.born and said is not None and node.bd_seq is not None and said != node.bd_seq:
        return Contents([], [])
    stale = tuple((topic, meter) for meter, topic in sorted(node.meters.items()))
    node.born = False
    node.seq = None
    return Contents([], [], stale=stale)


def _bd_seq(payload: SparkplugPayload) -> Value:
    return next((m.value for m in payload.metrics if m.name == "bdSeq"), None)


def _learn(node: _Node, address: _Address, payload: SparkplugPayload) -> list[str]:
    """Remember the metrics of a birth; says which name a quantity that cannot be read."""
    problems: list[str] = []
    taken: set[tuple[str, str | None]] = set()
    if len(node.meters) >= _METRICS_KEPT:
        node.meters.clear()
    if address.kind == "DBIRTH":
        node.meters[address.meter] = address.topic
    for metric in payload.metrics:
        if metric.name is None or len(node.by_name) >= _METRICS_KEPT:
            continue
        known = _known(metric, problems, taken)
        if len(metric.name) <= _LONGEST_NAME:
            node.by_name[address.meter, metric.name] = known
        if metric.alias is not None and len(node.by_alias) < _METRICS_KEPT:
            node.by_alias[metric.alias] = known
    if taken:
        node.meters[address.meter] = address.topic
    return problems


def _known(metric: Metric, problems: list[str], taken: set[tuple[str, str | None]]) -> _Known:
    if metric.datatype in _NOT_NUMBERS or metric.name is None or len(metric.name) > _LONGEST_NAME:
        return _Known(None, metric.datatype)
    found, problem = metering(metric.name, _unit(metric))
    if problem is not None:
        problems.append(problem)
    if found is not None:
        # Of two metrics that say the same, the first in the birth is read.
        if (found.quantity, found.phase) in taken:
            return _Known(None, metric.datatype)
        taken.add((found.quantity, found.phase))
    return _Known(found, metric.datatype)


def _unit(metric: Metric) -> str | None:
    for name in UNIT_PROPERTIES:
        unit = metric.properties.get(name)
        if isinstance(unit, str):
            return unit[:40]
    return None


def _values(node: _Node, address: _Address, payload: SparkplugPayload, problems: list[str]) -> tuple[list[Found], int]:
    """The readings of a payload, those of one time together, and how many metrics nobody has named yet."""
    groups: dict[tuple[float | None, bool], list[tuple[Meaning, float]]] = {}
    unknown = 0
    for metric in payload.metrics:
        known = _lookup(node, address, metric)
        if known is None:
            unknown += 1
            continue
        if known.meaning is None or metric.is_null:
            continue
        try:
            value = number(signed(metric.value, metric.datatype or known.datatype))
        except NotANumberError as error:
            problems.append(f"{known.meaning.quantity}: {error}")
            continue
        if value is None:
            continue
        stamp = payload.timestamp if metric.timestamp is None else metric.timestamp
        groups.setdefault((stamp, metric.is_historical), []).append((known.meaning, value))
    found = [
        Found.of(address.meter, _time(stamp), values, historical=historical)
        for (stamp, historical), values in groups.items()
    ]
    return found, unknown


def _time(stamp: float | None) -> Millis | None:
    return None if stamp is None or times.absurd(stamp) else times.epoch(stamp)


def _lookup(node: _Node, address: _Address, metric: Metric) -> _Known | None:
    """What is known of a metric; None if nobody has named it, or not its unit."""
    if metric.name is None:
        return None if metric.alias is None else node.by_alias.get(metric.alias)
    known = node.by_name.get((address.meter, metric.name))
    if known is not None:
        return known
    # Never born: without a unit of its own, a power might be W or kW.
    if len(metric.name) > _LONGEST_NAME:
        return _Known(None, metric.datatype)
    unit = _unit(metric)
    if unit is None and metering(metric.name, None).meaning is not None:
        return None
    return _Known(metering(metric.name, unit).meaning, metric.datatype)
