"""`parkwatt collect` and `parkwatt dashboard` as two processes around one InfluxDB."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.influx_server import Influx
from tests.servers import free_port
from tests.whole.running import METERS, PARK

Messages = Sequence[tuple[str, str]]


class Beside:
    """The two processes.

    Attributes:
        park_file: what both read.
        http_port: where the page is.
    """

    def __init__(self, folder: Path, *, mqtt_port: int, influx: Influx) -> None:
        """Start both, and wait for neither."""
        self._folder, self._mqtt_port, self.http_port = folder, mqtt_port, free_port()
        self.park_file = folder / "park" / "park.yaml"
        self.park_file.parent.mkdir()
        self.park_file.write_text(PARK.replace("id: test", f"id: {influx.park}"), encoding="utf-8")
        self.park_file.with_name("meters.csv").write_text(METERS, encoding="utf-8")
        broker = f"mqtt://127.0.0.1:{mqtt_port}"
        self._processes = {
            name: self._started(name, *options, "--park", str(self.park_file), "--store", influx.url)
            for name, options in {
                "collect": ("--broker", broker, "--spool-dir", str(folder / "spool")),
                "dashboard": ("--http-port", str(self.http_port)),
            }.items()
        }

    def _started(self, *command: str) -> subprocess.Popen[bytes]:
        with self._log(command[0]).open("wb") as log:
            return subprocess.Popen([sys.executable, "-m", "parkwatt", *command], stdout=log, stderr=log)

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def said(self, name: str) -> str:
        """What a process has said so far."""
        assert self._processes[name].poll() is None, self._log(name).read_text()
        return self._log(name).read_text()

    def get(self, path: str, **params: str | int) -> tuple[int, Any]:
        """Status and answer of the page's process; 0 while it does not answer."""
        try:
            answer = httpx.get(self._url(path), params=params, timeout=60)
        except httpx.TransportError:
            return 0, None
        return answer.status_code, answer.json()

    def post(self, path: str, body: object) -> tuple[int, Any]:
        """The same for what changes something."""
        answer = httpx.post(self._url(path), json=body, timeout=60)
        return answer.status_code, answer.json()

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.http_port}{path}"

    def is_ready(self) -> bool:
        """Whether the page's process says so."""
        return self.get("/readyz")[0] == 200

    def powers(self, meter: str) -> list[float]:
        """Every active power of a meter that is stored, in order of time."""
        _, answer = self.get("/api/v1/readings", meter=meter, quantity="active_power", limit=50_000)
        return [one["value"] for one in answer["readings"]]

    def newest(self, meter: str) -> dict[str, float]:
        """What the page's process shows of a meter, by quantity."""
        _, answer = self.get("/api/v1/meters", meter=meter)
        return {one["quantity"]: one["value"] for m in (answer or {"meters": []})["meters"] for one in m["latest"]}

    def publish(self, messages: Messages) -> None:
        """Publish, and wait until the broker has acknowledged."""
        with self.publishing() as publish:
            publish(messages)

    @contextmanager
    def publishing(self) -> Iterator[Callable[[Messages], None]]:
        """One connection that publishes again and again."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", self._mqtt_port)
        client.loop_start()

        def publish(messages: Messages) -> None:
            for info in [client.publish(topic, payload, qos=1) for topic, payload in messages]:
                info.wait_for_publish(30)

        yield publish
        client.disconnect()
        client.loop_stop()

    def reload(self) -> None:
        """Let the collector read the park file again."""
        self._processes["collect"].send_signal(signal.SIGHUP)

    def end(self) -> dict[str, int]:
        """End both; their exit statuses."""
        for process in self._processes.values():
            process.terminate()
        return {name: process.wait(30) for name, process in self._processes.items()}

    def kill(self) -> None:
        """Leave nothing running, however the test went."""
        for process in self._processes.values():
            if process.poll() is None:
                process.kill()
                process.wait(10)
