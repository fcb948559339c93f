"""The embedded broker, asked what it knows: when the last acknowledgement came is its own word, whoever sent it."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.usage import Meter
from ingest.embedded import EmbeddedBroker
from tests.conftest import free_port

_MESSAGES = "$MQTT_msgs"
"""The stream in which the NATS server keeps QoS 1 messages until every session has acknowledged them."""

_LOOK_SECONDS = 0.05
"""Between two looks: it costs the broker time to answer, and when something happened is in the answer."""


class WatchedBroker(EmbeddedBroker):
    """The embedded broker with the NATS server's monitoring on, nothing else changed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, port=free_port())
        self._monitoring = free_port()

    def _configuration(self) -> str:
        settings = json.loads(super()._configuration())
        settings["http"] = f"127.0.0.1:{self._monitoring}"
        return json.dumps(settings, indent=2)

    @property
    def usage(self) -> Meter:
        """The server's CPU time and memory."""
        assert self._process is not None
        return Meter(self._process.pid)

    def _ask(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._monitoring}{path}", timeout=10) as answer:
            return dict(json.load(answer))

    def _stream(self) -> dict[str, Any]:
        """The stream of QoS 1 messages with its consumers; empty before the first client ever."""
        for account in self._ask("/jsz?streams=1&consumers=1").get("account_details", []):
            for stream in account.get("stream_detail", []):
                if stream["name"] == _MESSAGES:
                    return dict(stream)
        return {}

    def waiting(self) -> int:
        """Messages that some session has not acknowledged yet."""
        return int(self._stream().get("state", {}).get("messages", 0))

    def connections(self) -> dict[str, int]:
        """When each connected client came [ns since the epoch], by its id."""
        return {
            client["mqtt_client"]: nanoseconds(client["start"])
            for client in self._ask("/connz")["connections"]
            if "mqtt_client" in client
        }

    def subscribed(self, sessions: int) -> bool:
        """Whether so many sessions take QoS 1 messages at this moment."""
        consumers = self._stream().get("consumer_detail", [])
        return sum(bool(consumer.get("push_bound")) for consumer in consumers) >= sessions

    def wait_drained(self, *, seconds: float = 300.0) -> int:
        """Wait until every message is acknowledged; when the last was [ns since the epoch].

        Raises:
            AssertionError: if it takes too long.
        """
        deadline = time.monotonic() + seconds
        while waiting := self.waiting():
            assert time.monotonic() < deadline, f"{waiting:,} messages are not acknowledged after {seconds:g} s"
            time.sleep(_LOOK_SECONDS)
        return max(
            nanoseconds(consumer["ack_floor"]["last_active"])
            for consumer in self._stream()["consumer_detail"]
            if "last_active" in consumer["ack_floor"]
        )

    def redelivered(self) -> int:
        """Messages that are out for the second time."""
        return sum(int(consumer.get("num_redelivered", 0)) for consumer in self._stream().get("consumer_detail", []))


@contextmanager
def running(folder: Path) -> Iterator[WatchedBroker]:
    """A fresh broker on ports of its own."""
    broker = WatchedBroker(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def nanoseconds(text: str) -> int:
    """A time as the NATS server writes it, in ns since the epoch."""
    found = re.fullmatch(r"(.+?)(?:\.(\d{1,9}))?Z", text)
    assert found is not None, text
    whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    return int(whole.timestamp()) * 1_000_000_000 + int((found[2] or "0").ljust(9, "0"))
