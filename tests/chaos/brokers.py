"""Brokers of the user's own: Mosquitto with persistence, and NATS servers, one or a cluster of three."""

import getpass
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.processes import Process, quiet_port
from tests.conftest import MOSQUITTO

NATS = str(Path(sys.executable).parent / "nats-server")


class Mosquitto(Process):
    """Mosquitto as docs/operations.md tells to set it up: persistence, and no limits on what waits."""

    promised = frozenset({1, 2})

    def __init__(self, folder: Path, *, environment: Mapping[str, str] | None = None) -> None:
        """Write its configuration."""
        self.port = quiet_port()
        home = folder / "mosquitto"
        home.mkdir(parents=True)
        lines = (
            f"user {getpass.getuser()}",
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "persistence true",
            f"persistence_location {home}/",
            "autosave_interval 1",
            "max_queued_messages 0",
            "max_inflight_messages 0",
        )
        (home / "mosquitto.conf").write_text("\n".join((*lines, "")), encoding="utf-8")
        super().__init__(
            "mosquitto", [MOSQUITTO, "-c", str(home / "mosquitto.conf")], folder=folder, environment=environment
        )


class NatsNode(Process):
    """One NATS server with its MQTT listener.

    Told to release a QoS 2 message it deletes it, publishes it inside and answers PUBCOMP, whether that worked or not.
    """

    promised = frozenset({1})

    def __init__(self, folder: Path, name: str, settings: Mapping[str, object], *, port: int) -> None:
        """Write its configuration."""
        self.port, self._monitor = port, quiet_port()
        home = folder / name
        home.mkdir(parents=True)
        configuration = {
            "server_name": name,
            "listen": "127.0.0.1:-1",
            "http": f"127.0.0.1:{self._monitor}",
            "jetstream": {"store_dir": str(home)},
            **settings,
        }
        (home / "nats.conf").write_text(json.dumps(configuration, indent=2), encoding="utf-8")
        super().__init__(name, [NATS, "-c", str(home / "nats.conf")], folder=folder)

    def healthy(self) -> bool:
        """Whether it is up and has caught up with the others."""
        self.check()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._monitor}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def nats_cluster(folder: Path, *, size: int = 3) -> list[NatsNode]:
    """Nodes that keep every message `size` times."""
    mqtt, routes = [quiet_port() for _ in range(size)], [quiet_port() for _ in range(size)]
    nodes = []
    for number in range(size):
        settings: dict[str, object] = {
            "mqtt": {
                "listen": f"127.0.0.1:{mqtt[number]}",
                "stream_replicas": size,
                "max_ack_pending": 16_384,
                "ack_wait": "10s",
            }
        }
        if size > 1:
            others = [f"nats://127.0.0.1:{port}" for port in routes]
            settings["cluster"] = {"name": "park", "listen": f"127.0.0.1:{routes[number]}", "routes": others}
        nodes.append(NatsNode(folder, f"nats{number + 1}", settings, port=mqtt[number]))
    return nodes
