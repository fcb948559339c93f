"""Publishes readings at a rate: `python -m bench.load PORT RATE SECONDS`, as a process of its own."""

import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

METERS = 500


def main(port: int, rate: float, seconds: float) -> None:
    """Publish `rate` messages a second, QoS 1, for some seconds."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(5_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    begin = time.monotonic()
    for i in range(int(rate * seconds)):
        payload = f'{{"active_power": {i % 97}.5, "energy_import": {i}, "voltage": 230.1, "current": 4.2}}'
        client.publish(f"parkwatt/bench-{i % METERS:03d}/readings", payload, qos=1)
        ahead = begin + i / rate - time.monotonic()
        if ahead > 0.005:
            time.sleep(ahead)
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
