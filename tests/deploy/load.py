"""Meters that publish at a steady rate over QoS 1, each reading once and with a value of its own."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

METERS = 40
STEP = 60_000
"""Between two readings of a meter [ms]: an hour of the park in 2.4 seconds at 1,000 messages/s."""

PARK = """\
park:
  id: {id}
  name: {{en: Test park, zh: 测试园区}}
  time_zone: Asia/Shanghai
  grid_region: 广东
enterprises:
  - id: E1
    name: {{en: Press shop, zh: 冲压车间}}
meters: meters.csv
"""

Power = dict[tuple[str, int], float]
"""Active power [kW] by meter and time [ms]."""


def meter(number: int) -> str:
    """The id of a meter."""
    return f"load-{number:02d}"


def write_park(folder: Path, *, park: str) -> None:
    """The park whose meters these are."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "park.yaml").write_text(PARK.format(id=park), encoding="utf-8")
    rows = [f"{meter(number)},E1,electricity,consumption" for number in range(METERS)]
    (folder / "meters.csv").write_text("\n".join(["id,enterprise,carrier,role", *rows, ""]), encoding="utf-8")


def energy(time_ms: int, start: int) -> float:
    """What every meter's register says [kWh]."""
    return (time_ms - start) // STEP * 0.25


class Load:
    """Publishes until everything is acknowledged by the broker.

    Attributes:
        sent: messages handed to the broker so far.
        meant: what a store must hold afterwards.
    """

    def __init__(self, port: int, *, user: str, password: str, start: int) -> None:
        """Connect; the first readings are of `start` [ms]."""
        self._start = start
        self.sent, self.meant = 0, Power()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(user, password)
        self._client.max_inflight_messages_set(500)
        self._acknowledged = threading.Semaphore(0)
        self._client.on_publish = lambda *_: self._acknowledged.release()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def run(self, count: int, *, rate: int, meanwhile: Callable[[int], None] = lambda _: None) -> float:
        """Publish so many messages at so many a second; gives the seconds until the last one was acknowledged.

        Args:
            count: messages.
            rate: messages per second.
            meanwhile: told every tenth of a second how many were sent; what takes long belongs into a thread.
        """
        began = time.monotonic()
        for number in range(count):
            turn, which = divmod(number, METERS)
            at, power = self._start + turn * STEP, 10 + number / 1000
            payload = f'{{"time": {at}, "active_power": {power}, "energy_import": {energy(at, self._start)}}}'
            self._client.publish(f"parkwatt/{meter(which)}/readings", payload, qos=1)
            self.meant[meter(which), at] = power
            self.sent += 1
            if number % (rate // 10) == 0:
                meanwhile(self.sent)
                time.sleep(max(0.0, number / rate - (time.monotonic() - began)))
        for _ in range(count):
            assert self._acknowledged.acquire(timeout=60), "the broker does not acknowledge"
        seconds = time.monotonic() - began
        self._client.disconnect()
        self._client.loop_stop()
        return seconds
