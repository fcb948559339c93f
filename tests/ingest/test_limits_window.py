"""The broker's window: recognised where it holds messages up, left alone where it does not."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.broker_window import REMEMBERED, BrokerWindow
from ingest.embedded import EmbeddedBroker
from tests.conftest import free_port

ASKED = 16_384


class Played:
    """A window fed with made-up traffic; its clock goes as the traffic says."""

    def __init__(self, asked: int | None = None) -> None:
        self.window, self.now = BrokerWindow(), 100.0
        self.window.connected(asked, at=self.now)

    def burst(self, messages: int, *, held: float, then: float = 0.0) -> None:
        """Messages that come together, are acknowledged together, and a pause."""
        self.window.delivered(messages, at=self.now)
        self.now += held
        self.window.acknowledged(messages, seconds=held, at=self.now)
        self.now += then

    def limited(self, seconds: float, *, window: int = 20, held: float = 0.055) -> None:
        """A broker with more to send than its window lets out, on a network of 2 ms."""
        end = self.now + seconds
        while self.now < end:
            self.burst(window, held=held, then=0.002)

    def steady(self, rate: float, seconds: float, *, batch: float = 0.055) -> None:
        """Messages one by one at one rate, acknowledged a batch at a time."""
        first, waiting = self.now, deque[float]()
        for number in range(round(rate * seconds)):
            arrival = first + number / rate
            if waiting and waiting[0] + batch <= arrival:
                self.now = waiting[0] + batch
                while waiting:
                    self.window.acknowledged(1, seconds=self.now - waiting.popleft(), at=self.now)
            self.now = arrival
            self.window.delivered(1, at=arrival)
            waiting.append(arrival)

    def says(self) -> dict[str, object] | None:
        problem = self.window.problem(self.now)
        return None if problem is None else dict(problem.values)


def test_a_window_that_is_full_all_the_time_is_told_with_its_number():
    """20 messages in 55 ms are 364 a second, and so many come: the window is what limits us."""
    played = Played()
    played.limited(5)
    assert played.says() == {"window": 20, "ms": 55, "possible": 364, "rate": pytest.approx(351, abs=5)}
    problem = played.window.problem(played.now)
    assert problem is not None
    assert problem.code == "broker_window"
    assert "at most 20 unacknowledged messages; at 55 ms to disk that is 364 messages/s" in problem.detail


@pytest.mark.parametrize("rate", [1, 10, 100, 340, 1000, 5000])
def test_messages_that_come_evenly_are_no_window(rate):
    """However many are out at most, as long as they keep coming while others are out nothing holds them up."""
    played = Played()
    played.steady(rate, 10)
    assert played.says() is None


@pytest.mark.parametrize("pause", [1.0, 0.1])
def test_a_gateway_that_sends_ten_at_a_time_is_no_window(pause):
    """The same number out each time, with pauses between: it could take many more."""
    played = Played()
    for _ in range(200):
        played.burst(10, held=0.055, then=pause)
    assert played.says() is None


def test_a_burst_each_minute_shows_the_window():
    """2,000 meters that speak at the full minute wait for seconds at a window of 20, though the mean rate is small."""
    played = Played()
    played.limited(5.5)
    played.now += 54.5
    assert played.says() is not None


def test_a_known_window_is_told_before_it_is_full():
    """Of a window that we asked for 80 % are in use: that is said before anything waits."""
    played = Played(asked=100)
    played.steady(80 / 0.1, 60, batch=0.19)
    assert played.says() == {
        "window": 100,
        "ms": pytest.approx(95, abs=3),
        "possible": pytest.approx(1050, abs=30),
        "rate": 800,
    }
    roomy = Played(asked=ASKED)
    roomy.steady(800, 60, batch=0.19)
    assert roomy.says() is None


def test_the_window_once_seen_is_remembered():
    """After a burst has shown the window of 20, 16 out on average are worth a warning although none waits."""
    played = Played()
    played.limited(3)
    played.now += REMEMBERED + 60
    played.steady(300, 5, batch=0.055)
    assert played.says() is None, "some 9 of 20"
    for _ in range(100):
        played.burst(18, held=0.055, then=0.006)
    assert played.says() is not None


def test_more_out_than_the_window_clears_it():
    """A broker whose window was raised is believed at once."""
    played = Played()
    played.limited(5)
    played.burst(21, held=0.055)
    assert played.says() is None


def test_a_new_connection_and_an_hour_clear_it():
    """The broker may have been configured anew, and what was an hour ago is no news."""
    played = Played()
    played.limited(5)
    played.now += REMEMBERED + 1
    assert played.says() is None
    played.limited(5)
    assert played.says() is not None
    played.window.connected(None, at=played.now)
    assert played.says() is None


def test_messages_that_are_held_on_purpose_are_no_window():
    """While nothing can be made safe nothing is acknowledged: that is told elsewhere."""
    played = Played()
    played.window.delivered(20, at=played.now)
    played.now += 600
    assert played.says() is None


class Subscriber:
    """An MQTT session that acknowledges what it has held for a while, and feeds a window.

    Attributes:
        window: what it feeds.
        most: most messages that were out.
    """

    def __init__(self, port: int, *, asked: int | None = None, held: float = 0.03) -> None:
        modern = asked is not None
        self.window, self.most, self._asked, self._time_held = BrokerWindow(), 0, asked, held
        self._held: deque[tuple[float, int]] = deque()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id="reader",
            protocol=MQTTProtocolVersion.MQTTv5 if modern else MQTTProtocolVersion.MQTTv311,
            clean_session=None if modern else False,
            manual_ack=True,
        )
        self.subscribed = False
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        properties = None
        if asked is not None:
            properties = Properties(PacketTypes.CONNECT)
            properties.ReceiveMaximum = asked
        self._client.connect("127.0.0.1", port, properties=properties)

    def _on_connect(self, *_: object) -> None:
        self.window.connected(self._asked, at=time.monotonic())
        self._client.subscribe("meters/#", 1)

    def _on_subscribe(self, *_: object) -> None:
        self.subscribed = True

    def _on_message(self, _client: object, _userdata: object, message: mqtt.MQTTMessage) -> None:
        now = time.monotonic()
        self._held.append((now, message.mid))
        self.most = max(self.most, len(self._held))
        self.window.delivered(1, at=now)

    def run(self, until, *, seconds: float = 30.0) -> None:
        """Work until a condition holds."""
        assert self.works(until, seconds=seconds)

    def works(self, until, *, seconds: float) -> bool:
        """Work until a condition holds, or for so long; whether it does."""
        deadline = time.monotonic() + seconds
        while not until() and time.monotonic() < deadline:
            self._client.loop(0.002)
            now = time.monotonic()
            if self._held and now - self._held[0][0] >= self._time_held:
                for since, mid in self._held:
                    self._client.ack(mid, 1)
                    self.window.acknowledged(1, seconds=now - since, at=now)
                self._held.clear()
        return until()

    def idle(self) -> None:
        """Give the broker time to send more, if it would: it answers a ping after what it had to send."""
        answered: list[bool] = []
        self._client.on_log = lambda _client, _userdata, _level, text: answered.append("PINGRESP" in text)
        self._client._send_pingreq()  # noqa: SLF001 - paho sends one by itself only when nothing else happens
        self.run(lambda: any(answered))

    def close(self) -> None:
        self._client.disconnect()


@contextmanager
def running(broker: EmbeddedBroker) -> Iterator[int]:
    """A broker for a while; its port."""
    broker.start()
    try:
        yield broker.address.port
    finally:
        broker.stop()


def publish(port: int, messages: int) -> None:
    """Put messages into the broker, each acknowledged by it."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(0)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for sent in [client.publish("meters/1", b"{}", 1) for _ in range(messages)]:
        sent.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()


LONG = 60.0
"""Longer than a test waits: nothing is acknowledged."""


@pytest.mark.parametrize(("lines", "window"), [((), 20), (("max_inflight_messages 50",), 50)])
def test_mosquitto_lets_out_so_many_before_the_first_acknowledgement(mosquitto, lines, window):
    """With MQTT 3.1.1 Mosquitto lets out 20 messages at first, or `max_inflight_messages`."""
    port = mosquitto("allow_anonymous true", "max_queued_messages 0", *lines)
    reader = Subscriber(port, held=LONG)
    reader.run(lambda: reader.subscribed)
    publish(port, 200)
    reader.run(lambda: reader.most == window)
    reader.idle()
    assert reader.most == window
    reader.close()


def test_mosquitto_takes_the_receive_maximum_of_mqtt_5(mosquitto):
    """With MQTT 5 the window is what we ask for, whatever Mosquitto's own limit is."""
    port = mosquitto("allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 20")
    reader = Subscriber(port, asked=100, held=LONG)
    reader.run(lambda: reader.subscribed)
    publish(port, 200)
    reader.run(lambda: reader.most == 100)
    reader.idle()
    assert reader.most == 100
    reader.close()


@pytest.mark.parametrize("window", [20, 100])
def test_the_window_of_nats_is_found(tmp_path, monkeypatch, window):
    """NATS keeps to `max_ack_pending`; with more to send than that, the number is found and told."""
    monkeypatch.setattr("ingest.embedded.WINDOW", window)
    with running(EmbeddedBroker(tmp_path / "broker", port=free_port())) as port:
        reader = Subscriber(port)
        reader.run(lambda: reader.subscribed)

        def found() -> bool:
            return reader.window.problem(time.monotonic()) is not None

        for _ in range(6):  # on a busy machine the reader may fall behind, which is no sign of a window
            publish(port, 200 * window)
            if reader.works(found, seconds=10):
                break
        assert found()
        problem = reader.window.problem(time.monotonic())
        assert problem is not None
        assert (problem.values["window"], reader.most) == (window, window)
        reader.close()


def test_the_embedded_broker_lets_out_enough(embedded):
    """As we configure it, thousands of messages are out before the first acknowledgement, and nothing is told."""
    reader = Subscriber(embedded.address.port, held=LONG)
    reader.run(lambda: reader.subscribed)
    publish(embedded.address.port, 3_000)
    reader.run(lambda: reader.most == 3_000)
    assert reader.window.problem(time.monotonic()) is None
    reader.close()
