"""Addresses of brokers, and of clusters of them."""

from dataclasses import replace

import paho.mqtt.publish as paho
import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from ingest.address import BrokerAddress, Tls
from ingest.broker import Arrivals, BrokerSession
from ingest.embedded import EmbeddedBroker
from ingest.subscription import Subscription
from tests.conftest import StartMosquitto, free_port
from tests.waiting import until

CLUSTER = "mqtt://ann@a:1883, mqtt://ann@b:2883,mqtt://ann@[::1]"


def test_nodes_of_a_cluster() -> None:
    """Several URLs are one broker with several places, the first of which is its address."""
    address = BrokerAddress.parse(CLUSTER, password="secret")
    assert (address.host, address.port, address.user) == ("a", 1883, "ann")
    assert address.hosts == (("a", 1883), ("b", 2883), ("::1", 1883))
    assert str(address) == "mqtt://a:1883,mqtt://b:2883,mqtt://[::1]:1883"
    assert BrokerAddress.parse(str(address)).hosts == address.hosts


def test_one_broker() -> None:
    """One URL is a broker in one place; the port is the scheme's if it is left out."""
    assert BrokerAddress.parse("mqtt://a").hosts == (("a", 1883),)
    secure = BrokerAddress.parse("mqtts://a,mqtts://b:99")
    assert secure.hosts == (("a", 8883), ("b", 99))
    assert secure.tls == Tls()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mqtt://a,",
        "mqtt://a,b:1883",
        "a:1883",
        "mqtt://",
        "mqtt://a:0",
        "mqtt://a:x",
        "mqtt://a:70000",
        "mqtt://[::1",
    ],
)
def test_what_is_no_address(url: str) -> None:
    """What names no broker is refused with the forms that do."""
    with pytest.raises(ValueError, match=r"mqtt://user@host:1883 .* mqtt://host1:1883,mqtt://host2:1883"):
        BrokerAddress.parse(url)


@pytest.mark.parametrize("url", ["mqtt://a,mqtts://b", "mqtt://ann@a,mqtt://bob@b", "mqtt://ann@a,mqtt://b"])
def test_nodes_that_differ(url: str) -> None:
    """The nodes of a cluster have one scheme and one user."""
    with pytest.raises(ValueError, match="same scheme and user"):
        BrokerAddress.parse(url)


@pytest.mark.parametrize("url", ["mqtt://u:geheim@a", "mqtt://u:geheim@a:x", "mqtt://u@a,mqtt://u:geheim@b"])
def test_password_is_not_repeated(url: str) -> None:
    """A password in a URL is refused, and not shown again."""
    with pytest.raises(ValueError, match="PARKWATT_MQTT_PASSWORD") as refused:
        BrokerAddress.parse(url)
    assert "geheim" not in str(refused.value)


class Inbox:
    """Keeps the payloads that are delivered."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []

    def deliver(self, arrivals: Arrivals) -> None:
        self.payloads += [message.payload for message in arrivals.messages]

    def has_room(self) -> bool:
        return True


def test_next_node_takes_over(embedded: EmbeddedBroker, mosquitto: StartMosquitto) -> None:
    """A session finds the node that is there, and goes on to the next when that is gone."""
    nobody, first, second = free_port(), embedded.address.port, mosquitto("allow_anonymous true")
    nodes = ",".join(f"mqtt://127.0.0.1:{port}" for port in (nobody, first, second))
    address = replace(BrokerAddress.parse(nodes), version=MQTTProtocolVersion.MQTTv311)
    inbox = Inbox()
    session = BrokerSession(address, Subscription("c"), sink=inbox, clock=lambda: 1)
    session.start()
    try:
        until(lambda: arrives(inbox, first))
        embedded.stop()
        until(lambda: arrives(inbox, second))
    finally:
        session.stop()


def arrives(inbox: Inbox, port: int) -> bool:
    """Whether a message to this node has been delivered; sends another if not."""
    payload = str(port).encode()
    if payload not in inbox.payloads:
        paho.single("node", payload, qos=1, hostname="127.0.0.1", port=port)
    return payload in inbox.payloads
