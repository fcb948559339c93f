"""From publisher to disk, as fast as it goes, beside a C subscriber on the same broker."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.result import Result
from ingest.collector import Collector
from ingest.devices import load_models
from ingest.embedded import EmbeddedBroker
from ingest.formats.decoder import Decoder
from ingest.pipeline import Pipeline, Subscription
from parkwatt.live import Live
from parkwatt.store.duck import DuckStore
from tests.conftest import free_port

MESSAGES, METERS = 30_000, 1_000
START = 1_767_225_600_000


def measure() -> Iterator[Result]:
    """Messages of six quantities, QoS 1: stored and acknowledged by us, and only received by mosquitto_sub."""
    with tempfile.TemporaryDirectory() as folder:
        broker = EmbeddedBroker(Path(folder) / "broker", port=free_port())
        broker.start()
        try:
            peer = _mosquitto(broker) if shutil.which("mosquitto_sub") else None
            ours = _parkwatt(broker, Path(folder))
        finally:
            broker.stop()
    beside = f"mosquitto_sub {peer:,.0f}/s: ratio {ours / peer:.2f}" if peer else "no mosquitto_sub here"
    yield Result("messages of 6 readings, stored and acknowledged", f"{ours:,.0f}/s", beside)


def _publish(port: int) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(5_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for i in range(MESSAGES):
        payload = (
            f'{{"time":{START + i // METERS * 1000},"active_power":{i % 97}.5,"energy_import":{i},"voltage":230.1,'
            f'"current":{i % 50}.25,"power_factor":0.93,"frequency":50.02}}'
        )
        info = client.publish(f"parkwatt/bench-{i % METERS:04d}/readings", payload, qos=1)
    info.wait_for_publish(120)
    client.disconnect()
    client.loop_stop()


def _rate(receive: Callable[[], None], port: int) -> float:
    """Messages per second of a receiver whose session holds all of them already: the publisher is not in its way."""
    _publish(port)
    begin = time.perf_counter()
    receive()
    return MESSAGES / (time.perf_counter() - begin)


def _mosquitto(broker: EmbeddedBroker) -> float:
    command = ["mosquitto_sub", "-p", str(broker.address.port), "-q", "1", "-c", "-i", "peer", "-t", "#"]
    subprocess.run([*command, "-E"], check=True)
    all_of_them = [*command, "-C", str(MESSAGES)]
    return _rate(
        lambda: subprocess.run(all_of_them, check=True, stdout=subprocess.DEVNULL) and None, broker.address.port
    )


def _parkwatt(broker: EmbeddedBroker, folder: Path) -> float:
    with closing(DuckStore(folder / "park.duckdb")) as store:

        def pipeline() -> Pipeline:
            collector = Collector(decoder=Decoder(load_models()), store=store, live=Live())
            return Pipeline(
                broker=broker.address,
                subscription=Subscription("parkwatt-bench"),
                collector=collector,
                store=store,
                clock=lambda: time.time_ns() // 1_000_000,
            )

        first = pipeline()
        first.start()
        while not first.status().connected:
            time.sleep(0.01)
        first.stop()
        second = pipeline()

        def receive() -> None:
            second.start()
            while store.totals().received < MESSAGES:
                time.sleep(0.005)

        rate = _rate(receive, broker.address.port)
        second.stop()
        return rate
