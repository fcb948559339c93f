"""What Sparkplug births said: the metrics of edge nodes and their devices, remembered within bounds."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from ingest.formats.found import PROBLEMS_SAID
from ingest.formats.meaning import Meaning
from ingest.formats.sparkplug_names import UNIT_PROPERTIES, metering
from ingest.formats.sparkplug_payload import DataType, Metric, Value
from parkwatt.readings import Millis

LONGEST_NAME = 200
"""A longer metric name is no quantity's [characters]."""

_NODES_KEPT = 10_000
_NODE_SIZE, _SIZE = 200_000, 2_000_000
"""Names, aliases and devices remembered per edge node, and of all together (some 300 MB)."""

_NO_NUMBERS = frozenset({DataType.BOOLEAN, DataType.UUID, DataType.DATE_TIME})


class Known(NamedTuple):
    """What a birth said about a metric; `meaning` is None for one that is not read."""

    meaning: Meaning | None
    datatype: int


class Device:
    """A device, or the edge node itself, since its last birth.

    Attributes:
        meter: the id on the wire.
        topic: on which it spoke last.
        alive: it has not died since.
        by_name: its metrics.
        by_alias: the same; an alias is its own, though the specification wants it unique in the whole node.
    """

    __slots__ = ("alive", "by_alias", "by_name", "meter", "topic")

    def __init__(self, meter: str, topic: str) -> None:
        self.meter, self.topic, self.alive = meter, topic, True
        self.by_name: dict[str, Known] = {}
        self.by_alias: dict[int, Known] = {}

    @property
    def size(self) -> int:
        """What it takes of the bounds."""
        return 1 + len(self.by_name) + len(self.by_alias)

    @property
    def measures(self) -> bool:
        """Whether there is a reading among its metrics."""
        return any(known.meaning is not None for known in self.by_name.values())

    def known(self, metric: Metric) -> Known | None:
        """What its birth said about a metric, None if nothing."""
        if metric.name is not None:
            return self.by_name.get(metric.name)
        return None if metric.alias is None else self.by_alias.get(metric.alias)

    def learn(self, metrics: Iterable[Metric]) -> list[str]:
        """Take the metrics of a birth; says which name a quantity that cannot be read."""
        problems: list[str] = []
        taken: set[tuple[str, str | None]] = set()
        for metric in metrics:
            if metric.name is None:
                continue
            known = _known(metric, problems, taken)
            if len(metric.name) <= LONGEST_NAME:
                self.by_name[metric.name] = known
            if metric.alias is not None:
                self.by_alias[metric.alias] = known
        return problems


class Node:
    """An edge node since its last birth.

    Attributes:
        born: its birth was seen, and no death since.
        seq: of its last message.
        bd_seq: of its living session.
        devices: by name; the node's own metrics are under None.
        asked: when it was asked for a rebirth last.
        patience: how long it is left alone after that [ms].
        size: what it takes of the bounds.
    """

    __slots__ = ("asked", "bd_seq", "born", "devices", "patience", "seq", "size")

    def __init__(self) -> None:
        self.born = False
        self.seq: int | None = None
        self.bd_seq: Value = None
        self.devices: dict[str | None, Device] = {}
        self.asked: Millis | None = None
        self.patience: Millis = 0
        self.size = 0

    def die(self) -> list[Device]:
        """Note its death; the meters that lived until then, in the order of their ids."""
        gone = [d for name, d in self.devices.items() if d.alive and (name is not None or d.measures)]
        for device in self.devices.values():
            device.alive = False
        self.born, self.seq = False, None
        return sorted(gone, key=lambda device: device.meter)


class Births:
    """The edge nodes that were heard; the one that has been silent longest is forgotten first."""

    def __init__(self) -> None:
        self._nodes: OrderedDict[tuple[str, str], Node] = OrderedDict()
        self._size = 0

    def node(self, group: str, name: str) -> Node:
        """An edge node, which speaks now."""
        key = (group, name)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node()
            self._make_room()
        else:
            self._nodes.move_to_end(key)
        return node

    def begin(self, node: Node, bd_seq: Value) -> None:
        """Note a node's birth, which ends all that was known of it."""
        node.born, node.bd_seq = True, bd_seq
        node.devices.clear()
        self._grow(node, -node.size)

    def learn(self, node: Node, name: str | None, device: Device, metrics: Iterable[Metric]) -> list[str]:
        """Take the birth of a device in place of an earlier one; says what of it cannot be read."""
        before = node.devices.pop(name, None)
        if before is not None:
            self._grow(node, -before.size)
        problems = device.learn(metrics)
        if node.size + device.size > _NODE_SIZE:
            return [f"more than {_NODE_SIZE:,} metrics of one edge node; this birth is not kept"]
        node.devices[name] = device
        self._grow(node, device.size)
        self._make_room()
        return problems[: PROBLEMS_SAID + 1]

    def _grow(self, node: Node, by: int) -> None:
        node.size += by
        self._size += by

    def _make_room(self) -> None:
        # The node that speaks is the last one, and stays.
        while len(self._nodes) > 1 and (len(self._nodes) > _NODES_KEPT or self._size > _SIZE):
            _, silent = self._nodes.popitem(last=False)
            self._size -= silent.size


def unit_of(metric: Metric) -> str | None:
    """The unit among a metric's properties."""
    for name in UNIT_PROPERTIES:
        unit = metric.properties.get(name)
        if isinstance(unit, str):
            return unit[:40]
    return None


def _known(metric: Metric, problems: list[str], taken: set[tuple[str, str | None]]) -> Known:
    if metric.datatype in _NO_NUMBERS or metric.name is None or len(metric.name) > LONGEST_NAME:
        return Known(None, metric.datatype)
    found, problem = metering(metric.name, unit_of(metric))
    if problem is not None:
        problems.append(problem)
    if found is not None:
        # Of two metrics that say the same, the first in the birth is read.
        if (found.quantity, found.phase) in taken:
            return Known(None, metric.datatype)
        taken.add((found.quantity, found.phase))
    return Known(found, metric.datatype)
