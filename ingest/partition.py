"""Disjoint partitions of all topics: which messages are ours where several collectors share the work."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.formats.sparkplug import NAMESPACE
from ingest.formats.topics import FilterTree, TopicPattern
from parkwatt.park import Park

_KEPT = 200_000
"""Topics remembered; beyond that they are worked out anew."""

_TOLD_TO_ALL = tuple(
    TopicPattern(text)
    for text in (
        "homeassistant/{entity...}/config",
        "{base...}/sensor/{entity}/{attribute:unit_of_measurement|device_class}",
        "{base...}/devices/{device}/controls/{control}/meta",
        "{base...}/devices/{device}/controls/{control}/meta/{part}",
        "/devices/{device}/controls/{control}/meta",
        "/devices/{device}/controls/{control}/meta/{part}",
        "{base...}/chn{number}/id",
    )
)
"""Topics on which devices say what others mean: Home Assistant discovery and statestream, Wiren Board, vzlogger."""

_WRITTEN = re.compile(r"([0-9]{1,4})/([0-9]{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Partition:
    """One of several partitions that together hold every topic once.

    Attributes:
        number: which one, from 1 on.
        count: how many there are.
    """

    number: int
    count: int

    def __post_init__(self) -> None:
        """Refuse what is no partition.

        Raises:
            ValueError: unless 1 <= number <= count.
        """
        if not 1 <= self.number <= self.count:
            message = f"there is no partition {self.number} of {self.count}; they are numbered from 1 to {self.count}"
            raise ValueError(message)

    def __str__(self) -> str:
        """For people: partition 2/4."""
        return f"partition {self.number}/{self.count}"

    @classmethod
    def parse(cls, text: str) -> "Partition":
        """Read `2/4`, the second of four.

        Raises:
            ValueError: if it names no partition.
        """
        written = _WRITTEN.fullmatch(text)
        if written is None or written[2].strip("0") == "":
            message = f"partition {text!r} is not understood; write it like 2/4, the second of four"
            raise ValueError(message)
        return cls(int(written[1]), int(written[2]))

    @property
    def member(self) -> str:
        """What tells its client id at the broker from those of the others: 2of4."""
        return f"{self.number}of{self.count}"


class Partitioner:
    """Tells the messages of one partition from those of the others, by their topic alone.

    Every topic has a key, and the key's CRC-32 (of its UTF-8, by `zlib.crc32`) modulo the number of partitions says
    whose it is. That depends on nothing but the topic, the park file's topic filters and the number of partitions:
    every process, machine and version answers the same. What has one key stays together, in its order:

    1. A Sparkplug edge node with its devices: one decoder must see its births before its data.
    2. A meter that the park file binds to a topic filter; filters that overlap count as one.
    3. Topics that differ in their last level only, if they have three levels or more.

    Descriptions, on topics known here, are everybody's: nobody can tell from a topic which others they are about. They
    hold no readings, so that nothing is stored twice.
    """

    def __init__(self, partition: Partition, park: Park) -> None:
        """Prepare for a park's topic filters."""
        self._number, self._count = partition.number - 1, partition.count
        self._keys: FilterTree[str] = FilterTree()
        for topic_filter, key in _together({m.topic for m in park.meters if m.topic is not None}).items():
            self._keys.add(topic_filter, key)
        self._known: dict[str, bool] = {}

    def mine(self, topic: str) -> bool:
        """Whether messages on a topic belong to this partition; a look-up for a topic that came before."""
        known = self._known.get(topic)
        return self._remember(topic) if known is None else known

    def _remember(self, topic: str) -> bool:
        if len(self._known) >= _KEPT:
            self._known.clear()
        if any(pattern.match(topic) is not None for pattern in _TOLD_TO_ALL):
            self._known[topic] = True
            return True
        # A topic may hold what UTF-8 cannot say if it broke the protocol; it still belongs to somebody.
        hashed = zlib.crc32(self._key(topic).encode("utf-8", "surrogatepass"))
        mine = self._known[topic] = hashed % self._count == self._number
        return mine

    def _key(self, topic: str) -> str:
        levels = topic.split("/")
        if levels[0] == NAMESPACE and len(levels) in (4, 5):
            _, group, _, node = levels[:4]
            return f"{NAMESPACE}/{group}/{node}"
        for key in self._keys.find(topic):
            return key
        return topic.rpartition("/")[0] if len(levels) >= 3 else topic


def _together(topic_filters: set[str]) -> Mapping[str, str]:
    """One key per group of filters that hang together by topics which several of them match."""
    tree: FilterTree[str] = FilterTree()
    for topic_filter in topic_filters:
        tree.add(topic_filter, topic_filter)
    keys: dict[str, str] = {}
    for first in sorted(topic_filters):
        reached = [] if first in keys else [first]
        while reached:
            topic_filter = reached.pop()
            if topic_filter not in keys:
                keys[topic_filter] = first
                reached.extend(tree.overlapping(topic_filter))
    return keys
