"""`parkwatt collect` processes as an operator runs several of them, each with a store of its own."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from parkwatt.store import Query
from parkwatt.store.duck import DuckStore
from tests.waiting import until
from tests.whole.running import METERS, PARK

Stored = dict[tuple[str, str, int], float]
"""Values by meter, quantity and time."""


class Collecting:
    """One `parkwatt collect`."""

    def __init__(self, folder: Path, port: int | Sequence[int], *options: str) -> None:
        """Start it; `port` of the broker, or of each node of a cluster; `options` say its part of the messages."""
        nodes = [port] if isinstance(port, int) else port
        name = "-".join(options).replace("/", "of").lstrip("-")
        self.log = folder / f"{name}.log"
        self._store = folder / f"{name}.duckdb"
        (folder / "park.yaml").write_text(PARK, encoding="utf-8")
        (folder / "meters.csv").write_text(METERS, encoding="utf-8")
        self._command = [
            sys.executable, "-m", "parkwatt", "collect", "--park", str(folder / "park.yaml"),
            "--broker", ",".join(f"mqtt://127.0.0.1:{node}" for node in nodes), "--store", f"duckdb://{self._store}",
            "--spool-dir", str(folder / "spool"), *options,
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again."""
        self._before = self._connections()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def is_connected(self) -> bool:
        """Whether it has been connected since it was started."""
        assert self.process.poll() is None, self.log.read_text()
        return self._connections() > self._before

    def _connections(self) -> int:
        return self.log.read_text().count("connected to") if self.log.exists() else 0

    @property
    def client_id(self) -> str:
        """Who it is at the broker, by its own words."""
        return re.findall(r"connected to \S+ as (\S+)", self.log.read_text())[-1]

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        self.process.send_signal(how)
        assert self.process.wait(30) == (0 if how is signal.SIGTERM else -how), self.log.read_text()

    def stored(self) -> Stored:
        """What its store holds; only while it does not run."""
        with closing(DuckStore(self._store)) as store:
            readings = store.readings(Query(), limit=1_000_000).readings
        return {(r.meter, r.quantity, r.time): r.value for r in readings}

    def is_quiet(self) -> bool:
        """Whether it has neither stored nor said anything for a second."""
        files = [self.log, self._store, self._store.with_name(self._store.name + ".wal")]
        return all(time.time() - file.stat().st_mtime > 1 for file in files if file.exists())


def connected(collectors: Sequence[Collecting]) -> None:
    """Wait until the broker has a session for each."""
    until(lambda: all(c.is_connected() for c in collectors), seconds=60)


def stored_by(collectors: Sequence[Collecting], *, count: int) -> list[Stored]:
    """What collectors hold once they are told to end; those that are short of `count` together go on first."""

    def all_there() -> list[Stored] | None:
        until(lambda: all(c.is_quiet() for c in collectors), seconds=60)
        for collector in collectors:
            collector.end()
        found = [c.stored() for c in collectors]
        if len(set().union(*found)) >= count:
            return found
        for collector in collectors:
            collector.start()
        connected(collectors)
        return None

    return until(all_there, seconds=80)


@contextmanager
def ended(collectors: Sequence[Collecting]) -> Iterator[None]:
    """No collector outlives its test."""
    try:
        yield
    finally:
        for collector in collectors:
            if collector.process.poll() is None:
                collector.process.kill()
                collector.process.wait(10)


def publish(port: int, messages: Sequence[tuple[str, str]]) -> None:
    """Publish with QoS 1 and wait until the broker has acknowledged everything."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(200)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for info in [client.publish(topic, payload, qos=1) for topic, payload in messages]:
        info.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()
