"""What a session acknowledges and to whom, what it passes on, and what it notices of its broker."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress

import paho.mqtt.publish as paho
import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from ingest.address import BrokerAddress
from ingest.embedded import EmbeddedBroker
from tests.conftest import StartMosquitto
from tests.ingest.conftest import Connect, publish
from tests.waiting import until


class Wire:
    """Passes a connection on to a broker, and keeps what each side said."""

    def __init__(self, port: int) -> None:
        self._broker = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.sends: list[bytes] = []
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._server.accept()
                theirs = socket.create_connection(("127.0.0.1", self._broker))
                self.connections += [ours, theirs]
                threading.Thread(target=self._pass, args=(ours, theirs, self.sends), daemon=True).start()
                threading.Thread(target=self._pass, args=(theirs, ours, []), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket, kept: list[bytes]) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                kept.append(data)
                target.sendall(data)

    def cut(self) -> None:
        """End all connections at once."""
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self._server.close()


@pytest.fixture
def wire(embedded: EmbeddedBroker) -> Iterator[Wire]:
    with closing(Wire(embedded.address.port)) as made:
        yield made


def address(port: int) -> BrokerAddress:
    return BrokerAddress("127.0.0.1", port, version=MQTTProtocolVersion.MQTTv311)


def test_one_send_for_many(embedded: EmbeddedBroker, wire: Wire, connect: Connect) -> None:
    """A hundred messages that are safe together are acknowledged in one send, in their order."""
    session, inbox = connect(address(wire.port))
    paho.multiple(
        [("t", str(n).encode(), 1, False) for n in range(100)], hostname="127.0.0.1", port=embedded.address.port
    )
    until(lambda: len(inbox.payloads) == 100)
    mids = [mid for arrivals in inbox.arrivals for mid in arrivals.mids]
    before = len(wire.sends)
    session.acknowledge(inbox.arrivals)
    until(lambda: len(wire.sends) > before)
    assert wire.sends[before:] == [b"".join(b"\x40\x02" + mid.to_bytes(2) for mid in mids)]


def test_stale_acknowledgement_is_never_sent(embedded: EmbeddedBroker, wire: Wire, connect: Connect) -> None:
    """What came on a connection that has ended is not acknowledged on the next one; the broker sends it again."""
    session, inbox = connect(address(wire.port))
    publish(embedded.address.port, "t", "before")
    until(lambda: inbox.payloads == [b"before"])
    wire.cut()
    until(lambda: not session.connected)
    until(lambda: session.connected)
    before = len(wire.sends)
    session.acknowledge(inbox.arrivals)
    until(lambda: inbox.payloads == [b"before", b"before"], seconds=30)
    assert not any(data[0] == 0x40 for data in wire.sends[before:])
    session.acknowledge(inbox.arrivals[1:])
    until(lambda: any(data[0] == 0x40 for data in wire.sends[before:]))


@pytest.mark.parametrize("kind", ["embedded", "mosquitto"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_every_quality_of_service(
    kind: str, qos: int, embedded: EmbeddedBroker, mosquitto: StartMosquitto, connect: Connect
) -> None:
    """Messages published with QoS 0, 1 and 2 are delivered once; what QoS 1 and 2 bring wants an acknowledgement."""
    port = embedded.address.port if kind == "embedded" else mosquitto("allow_anonymous true")
    session, inbox = connect(BrokerAddress("127.0.0.1", port))
    paho.single("t", b"x", qos=qos, hostname="127.0.0.1", port=port)
    until(lambda: inbox.payloads == [b"x"])
    assert sum(len(a.mids) for a in inbox.arrivals) == (1 if qos else 0)
    session.acknowledge(inbox.arrivals)
    paho.single("t", b"y", qos=qos, hostname="127.0.0.1", port=port)
    until(lambda: inbox.payloads == [b"x", b"y"])


def test_a_client_id_used_twice(embedded: EmbeddedBroker, connect: Connect) -> None:
    """Two sessions with one client id throw each other out; it is told which id, and what to do."""
    one, _ = connect(embedded.address, client_id="twice")
    other, _ = connect(embedded.address, client_id="twice", wait=False)

    def told() -> bool:
        return any(p.code == "client_id_taken" for s in (one, other) for p in s.limits.problems)

    until(told, seconds=60)


def test_the_brokers_own_counts(mosquitto: StartMosquitto, connect: Connect) -> None:
    """What the broker drops is told; its own messages are no meter messages."""
    port = mosquitto("allow_anonymous true", "sys_interval 1", "max_queued_messages 10")
    where = BrokerAddress("127.0.0.1", port)
    away, _ = connect(where, client_id="away")
    away.stop()
    session, inbox = connect(where, client_id="here")
    # The first count is only where to begin.
    until(lambda: session.limits.drops._counts, seconds=20)  # noqa: SLF001 - nothing shows it from outside
    paho.multiple([("t", b"x", 1, False)] * 50, hostname="127.0.0.1", port=port)
    until(lambda: any(p.code == "broker_drops" for p in session.limits.problems), seconds=20)
    assert {message.topic for message in inbox.messages} == {"t"}


def test_no_shared_subscriptions(embedded: EmbeddedBroker, connect: Connect) -> None:
    """A broker that would take `$share` for an ordinary topic is not listened to in silence: it says what to use."""
    session, _ = connect(embedded.address, topics=("$share/group/#",), wait=False)
    until(lambda: "--partition" in (session.problem or ""))
    assert not session.connected
