"""The live simulator on a real broker."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.address import BrokerAddress
from ingest.devices import load_models
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.simulate.demo_park import demo_park
from ingest.simulate.publisher import Publisher
from ingest.simulate.simulation import Simulation
from tests.conftest import free_port
from tests.simulate.times import NOW
from tests.waiting import until

PARK = demo_park(meters=130)
SIMULATION = Simulation(PARK, seed=1, now=NOW)


class Listener:
    """Everything that is published, and a decoder that asks for births where it needs them."""

    def __init__(self, port: int) -> None:
        self.messages: list[Message] = []
        self.asked = 0
        self.rejections: list[str] = []
        self._decoder = Decoder(load_models(), PARK)
        self.heard: Counter[str] = Counter()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        until(self._client.is_connected)

    def _on_message(self, client, _userdata, message) -> None:
        came = Message(message.topic, bytes(message.payload), NOW)
        self.messages.append(came)
        decoded = self._decoder.decode(came)
        self.rejections += decoded.rejections
        self.heard.update(reading.meter for reading in decoded.readings)
        for topic, payload in decoded.publish:
            self.asked += 1
            client.publish(topic, payload, 1)

    def kinds(self) -> Counter[str]:
        return Counter(m.topic.split("/")[2] for m in self.messages if m.topic.startswith("spBv1.0"))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def publishing(port: int, **options) -> Iterator[Publisher]:
    publisher = Publisher(SIMULATION, BrokerAddress("127.0.0.1", port), period=1.0, clock=lambda: NOW, **options)
    stop = threading.Event()
    thread = threading.Thread(target=publisher.run, args=(stop,))
    thread.start()
    try:
        yield publisher
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def listener(mosquitto) -> Iterator[tuple[Listener, int]]:
    port = mosquitto("allow_anonymous true")
    made = Listener(port)
    yield made, port
    made.close()


def test_every_meter_that_speaks_is_heard(listener):
    """All meters publish, each in its format; the silent ones do not; nodes say goodbye at the end."""
    ear, port = listener
    with publishing(port) as publisher:
        wanted = set(PARK.meter_by_id) - set(SIMULATION.faults.silent)
        until(lambda: set(ear.heard) >= wanted)
        assert not set(SIMULATION.faults.silent) & set(ear.heard)
    nodes = len({m.topic.split("/")[3] for m in ear.messages if m.topic.startswith("spBv1.0")})
    until(lambda: ear.kinds()["NDEATH"] == nodes)
    assert ear.kinds()["NBIRTH"] == nodes
    assert ear.rejections == []
    assert publisher.lost == 0 or publisher.sent > 0


def test_a_node_is_born_again_when_it_is_asked(mosquitto):
    """A collector that comes late knows no alias; it asks, and hears all meters all the same."""
    port = mosquitto("allow_anonymous true")
    with publishing(port) as publisher:
        until(lambda: publisher.sent > 200)
        late = Listener(port)
        try:
            wanted = {m.id for m in PARK.meters if m.device == "sparkplug"} - set(SIMULATION.faults.silent)
            until(lambda: set(late.heard) >= wanted)
            assert late.asked > 0
        finally:
            late.close()


def test_a_missing_broker_is_said_once(caplog):
    """Without a broker the simulator says so in one line, goes on trying, and can be stopped."""
    caplog.set_level("WARNING")
    with publishing(free_port()) as publisher:
        until(lambda: publisher.lost > 0)
        until(lambda: "does not answer" in caplog.text)
    assert publisher.sent == 0
    assert caplog.text.count("does not answer") == 1


def test_time_can_run_faster(mosquitto):
    """A thousandfold speed shows hours within seconds."""
    port = mosquitto("allow_anonymous true")
    with publishing(port, speed=1000) as publisher:
        until(lambda: publisher.time() > NOW + 600_000)


def test_it_ends_by_itself(mosquitto):
    """A duration ends the simulator, with its last messages delivered."""
    port = mosquitto("allow_anonymous true")
    publisher = Publisher(SIMULATION, BrokerAddress("127.0.0.1", port), period=1.0, clock=lambda: NOW)
    publisher.run(threading.Event(), duration=0.5)
    assert publisher.sent + publisher.lost > 0
