"""Parkwatt as its users run it: a process of its own, spoken to over MQTT and HTTP only."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.waiting import until

PARK = """\
park:
  id: test
  name: {en: Test park, zh: 测试园区}
  time_zone: Asia/Shanghai
  grid_region: 广东
enterprises:
  - id: E1
    name: {en: Press shop, zh: 冲压车间}
meters: meters.csv
"""
METERS = """\
id,enterprise,carrier,role,parent,topic,wire_id,name_en,name_zh
grid,,electricity,supply,,,,Grid,电网
press,E1,electricity,consumption,grid,,,Press,冲床
plug,E1,electricity,consumption,press,tele/plug7/#,,Plug,插座
"""


class Running:
    """One `parkwatt serve`."""

    def __init__(self, folder: Path, *, http_port: int, mqtt_port: int, own_broker: bool = True) -> None:
        """Start it; without a broker of its own it listens to the one on `mqtt_port`."""
        self.folder, self.http_port, self.mqtt_port = folder, http_port, mqtt_port
        self.broker = () if own_broker else ("--broker", f"mqtt://127.0.0.1:{mqtt_port}")
        self.log = folder / "serve.log"
        (folder / "park").mkdir(parents=True)
        (folder / "park" / "park.yaml").write_text(PARK, encoding="utf-8")
        (folder / "park" / "meters.csv").write_text(METERS, encoding="utf-8")
        self.start()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        command = [
            sys.executable, "-m", "parkwatt", "serve", "--park", str(self.folder / "park" / "park.yaml"),
            "--data-dir", str(self.folder / "data"), "--http-port", str(self.http_port),
            "--mqtt-port", str(self.mqtt_port), *self.broker,
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._ready, seconds=60)

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return bool(self.get("/readyz")["ready"])
        except (urllib.error.URLError, ConnectionError):
            return False

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it; its exit status."""
        self.process.send_signal(how)
        return self.process.wait(30)

    def get(self, path: str, **params: object) -> dict:
        """What the HTTP interface answers."""
        url = f"http://127.0.0.1:{self.http_port}{path}?{urlencode(params, doseq=True)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)

    def readings(self, **params: object) -> list[dict]:
        """All readings, through every page."""
        found: list[dict] = []
        after: dict[str, object] = {}
        while True:
            page = self.get("/api/v1/readings", limit=20_000, **params, **after)
            found += page["readings"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    def publish(self, *messages: tuple[str, bytes | str]) -> None:
        """Publish with QoS 1 and wait until the broker has acknowledged everything."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.max_inflight_messages_set(500)
        client.connect("127.0.0.1", self.mqtt_port)
        client.loop_start()
        sent = [client.publish(topic, payload, qos=1) for topic, payload in messages]
        for info in sent:
            info.wait_for_publish(30)
        client.disconnect()
        client.loop_stop()
