"""A cluster of NATS servers as docs/operations.md tells to set it up, with two collectors that share the messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.chaos.brokers import NatsNode, nats_cluster
from tests.store.readings import START
from tests.waiting import until
from tests.whole.collecting import Collecting, Stored, connected, ended, stored_by

METERS, MESSAGES = 40, 3_000


@contextmanager
def running(nodes: list[NatsNode]) -> Iterator[None]:
    """The cluster, from the time when all have caught up."""
    try:
        for node in nodes:
            node.start()
        until(lambda: all(node.healthy() for node in nodes), seconds=60)
        yield
    finally:
        for node in nodes:
            node.end()


class Gateway:
    """Publishes with QoS 1 to one node, and remembers what was acknowledged.

    Attributes:
        acknowledged: what the readings mean that the cluster promised to keep.
    """

    def __init__(self, port: int) -> None:
        self.acknowledged: Stored = {}
        self._sent: dict[int, tuple[tuple[str, str, int], float]] = {}
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(100)
        self._client.on_publish = self._promised
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _promised(self, _client: object, _userdata: object, mid: int, *_: object) -> None:
        identity, value = self._sent[mid]
        self.acknowledged[identity] = value

    def publish(self, numbers: range) -> None:
        """Hand over readings, each with a value of its own; returns before they are acknowledged."""
        for number in numbers:
            meter, time = f"load-{number % METERS:02d}", START + number // METERS
            info = self._client.publish(
                f"parkwatt/{meter}/readings", f'{{"time": {time}, "active_power": {number}}}', qos=1
            )
            self._sent[info.mid] = ((meter, "active_power", time), float(number))

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.timeout(300)
def test_a_node_is_killed_while_messages_flow(tmp_path: Path) -> None:
    """Two partitions at three nodes, one is killed in the middle: all that was acknowledged is stored, each once."""
    nodes = nats_cluster(tmp_path)
    with running(nodes):
        ports = [node.port for node in nodes]
        collectors = [Collecting(tmp_path, ports, "--partition", f"{number}/2") for number in (1, 2)]
        with ended(collectors):
            connected(collectors)
            gateway = Gateway(ports[2])
            gateway.publish(range(MESSAGES // 3))
            until(lambda: len(gateway.acknowledged) > MESSAGES // 6, seconds=60)
            nodes[1].kill()  # MQTT 5 was refused at the first node: both collectors are at the second
            gateway.publish(range(MESSAGES // 3, MESSAGES))
            until(lambda: len(gateway.acknowledged) == MESSAGES, seconds=60)
            until(lambda: all(c.log.read_text().count("connected to") > 1 for c in collectors), seconds=60)
            parts = stored_by(collectors, count=MESSAGES)
            gateway.end()
    assert parts[0] | parts[1] == gateway.acknowledged
    assert parts[0].keys().isdisjoint(parts[1])
    assert all(parts)
