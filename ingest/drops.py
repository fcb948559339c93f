"""The broker's own count of messages that it threw away, while their publishers saw success.

Mosquitto counts for the whole broker. Seen with 2.0.11: beyond `max_queued_messages` every message counts once for each
session that it was meant for, whoever's it is; so does a QoS 0 message to a connected reader that is too slow. A
message that nobody subscribed to does not count, nor a QoS 0 message to a session that is away.

EMQX counts per node. Its `messages/dropped` is no loss: it counts messages that nobody subscribed to. NATS publishes
no such count over MQTT; its streams drop nothing before their disk is full, and then the publisher gets no success.
"""

import threading
from collections import deque

from parkwatt.status import Problem

MOSQUITTO = "$SYS/broker/publish/messages/dropped"
EMQX = "$SYS/brokers/+/metrics/delivery/dropped/queue_full"
SYS_TOPICS = (MOSQUITTO, EMQX)
"""Topic filters to subscribe to with QoS 0, retained messages wanted each time; a broker may refuse them."""

HOUR = 3600.0
"""How long drops are told [s]."""

_EMQX_START, _EMQX_END = EMQX.split("+")


def counts_drops(topic: str) -> bool:
    """Whether a message on this topic is a broker's count of drops."""
    return topic == MOSQUITTO or (topic.startswith(_EMQX_START) and topic.endswith(_EMQX_END))


class Drops:
    """Watches the counters grow. Any thread may feed it and ask; times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._growth: deque[tuple[float, int]] = deque()
        self._access = threading.Lock()

    def take(self, topic: str, payload: bytes, *, at: float) -> None:
        """Take a message of the broker; what is no count of drops is let be.

        The first count is only where to begin. One that is lower than before began anew with its broker.
        """
        if not counts_drops(topic) or not payload.isdigit():
            return
        count = int(payload)
        with self._access:
            before = self._counts.get(topic, count)
            self._counts[topic] = count
            if count > before:
                self._growth.append((at, count - before))

    def problem(self, now: float) -> Problem | None:
        """How many messages were dropped within the last hour, if any."""
        with self._access:
            while self._growth and now - self._growth[0][0] > HOUR:
                self._growth.popleft()
            dropped = sum(growth for _, growth in self._growth)
        if not dropped:
            return None
        detail = (
            f"the broker dropped {dropped} messages within the last hour, for us or for other clients of it: raise "
            "max_queued_messages (Mosquitto; 0 for no limit) or max_mqueue_len (EMQX), and see whether a subscriber is "
            "away or slow"
        )
        return Problem("broker_drops", detail, {"count": dropped})
