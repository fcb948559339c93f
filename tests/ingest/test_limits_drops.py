"""The broker's own count of what it threw away."""

import time

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.drops import EMQX, HOUR, MOSQUITTO, SYS_TOPICS, Drops, counts_drops
from tests.ingest.test_limits_window import publish
from tests.waiting import until


def dropped(drops: Drops, now: float) -> object:
    problem = drops.problem(now)
    return None if problem is None else problem.values["count"]


def test_growth_is_told_for_an_hour():
    """What was dropped within the last hour is one number, and says what to do; then it is history."""
    drops = Drops()
    drops.take(MOSQUITTO, b"1000", at=0)
    assert drops.problem(0) is None, "what was before us is no news"
    drops.take(MOSQUITTO, b"1007", at=10)
    drops.take(MOSQUITTO, b"1500", at=20)
    problem = drops.problem(30)
    assert problem is not None
    assert (problem.code, problem.values["count"]) == ("broker_drops", 500)
    assert "500 messages" in problem.detail
    assert "max_queued_messages" in problem.detail
    assert dropped(drops, 10 + HOUR + 1) == 493
    assert dropped(drops, 20 + HOUR + 1) is None


def test_a_counter_that_begins_anew_is_no_growth():
    """A broker that was restarted counts from zero: nothing was dropped by that, and what comes then counts."""
    drops = Drops()
    for at, count in enumerate((b"500", b"0", b"0", b"3")):
        drops.take(MOSQUITTO, count, at=at)
    assert dropped(drops, 5) == 3


def test_nodes_of_a_cluster_count_for_themselves():
    """Each node of EMQX has a counter; they are not mixed up, and add up."""
    drops = Drops()
    for count in (b"10", b"11"):
        drops.take("$SYS/brokers/emqx@10.0.0.1/metrics/delivery/dropped/queue_full", count, at=0)
    for count in (b"900", b"905"):
        drops.take("$SYS/brokers/emqx@10.0.0.2/metrics/delivery/dropped/queue_full", count, at=0)
    assert dropped(drops, 1) == 6


@pytest.mark.parametrize("payload", [b"", b"-5", b"many", b"3.5", b"\xff", b"\xc2\xb2"])
def test_what_is_no_count_is_let_be(payload):
    """Neither another text nor another topic disturbs the count."""
    drops = Drops()
    for said in (b"1", payload, b"1"):
        drops.take(MOSQUITTO, said, at=0)
    drops.take("$SYS/broker/uptime", b"2", at=0)
    drops.take("$SYS/broker/uptime", b"9", at=0)
    assert drops.problem(0) is None


def test_which_topics_count():
    """The topics that are subscribed to, and no other."""
    assert all(counts_drops(topic.replace("+", "emqx@10.0.0.1")) for topic in SYS_TOPICS)
    assert not counts_drops("$SYS/brokers/emqx@10.0.0.1/metrics/messages/dropped")
    assert not counts_drops("meters/1")
    assert EMQX in SYS_TOPICS


def durable_session(port: int) -> None:
    """A session that asked for messages with QoS 1 and went away."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="away", clean_session=False)
    subscribed: list[bool] = []
    client.on_connect = lambda *_: client.subscribe("meters/#", 1)
    client.on_subscribe = lambda *_: subscribed.append(True)
    client.connect("127.0.0.1", port)
    client.loop_start()
    until(lambda: subscribed)
    client.disconnect()
    client.loop_stop()


def test_mosquitto_tells_what_it_drops(mosquitto):
    """Beyond `max_queued_messages` Mosquitto drops although every publisher sees success; we hear how many."""
    port = mosquitto("allow_anonymous true", "sys_interval 1", "max_queued_messages 100")
    durable_session(port)
    drops, heard = Drops(), list[str]()
    watcher = mqtt.Client(CallbackAPIVersion.VERSION2)

    def on_message(_client: object, _userdata: object, message: mqtt.MQTTMessage) -> None:
        drops.take(message.topic, message.payload, at=time.monotonic())
        heard.append(message.topic)

    watcher.on_connect = lambda *_: watcher.subscribe([(topic, 0) for topic in SYS_TOPICS])
    watcher.on_message = on_message
    watcher.connect("127.0.0.1", port)
    watcher.loop_start()
    until(lambda: MOSQUITTO in heard)
    publish(port, 300)
    until(lambda: dropped(drops, time.monotonic()) == 200)
    watcher.disconnect()
    watcher.loop_stop()
