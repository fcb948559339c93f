"""The session with real brokers: embedded NATS and Mosquitto."""

import subprocess
from pathlib import Path

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from ingest.address import BrokerAddress, Tls
from ingest.broker import BrokerSession
from ingest.embedded import BrokerStartError, EmbeddedBroker
from tests.conftest import StartMosquitto, free_port
from tests.ingest.conftest import Connect, Inbox, publish
from tests.waiting import until


def reconnect(connect: Connect, session: BrokerSession, address: BrokerAddress) -> Inbox:
    session._stopping.set()  # noqa: SLF001 - ends it without acknowledging, as a crash would
    until(lambda: not session._thread.is_alive())  # noqa: SLF001
    return connect(address)[1]


def test_embedded_broker_delivers(embedded: EmbeddedBroker, connect: Connect) -> None:
    """A message published to the embedded broker is delivered with topic, payload and time of arrival."""
    _, inbox = connect(embedded.address)
    publish(embedded.address.port, "厂区/电表 1".replace(" ", "_"), '{"a": 1}')
    until(lambda: inbox.messages)
    message = inbox.messages[0]
    assert (message.topic, message.payload, message.arrived, message.retained) == (
        "厂区/电表_1",
        b'{"a": 1}',
        42,
        False,
    )


def test_unacknowledged_messages_come_again(embedded: EmbeddedBroker, connect: Connect) -> None:
    """What was not acknowledged comes again after a reconnect; what was, does not."""
    session, inbox = connect(embedded.address)
    publish(embedded.address.port, "t", "first")
    until(lambda: inbox.payloads == [b"first"])
    publish(embedded.address.port, "t", "second")
    until(lambda: inbox.payloads == [b"first", b"second"])
    session.acknowledge(inbox.arrivals[:1])
    until(lambda: not session._to_acknowledge)  # noqa: SLF001 - the acknowledgement is on its way
    again = reconnect(connect, session, embedded.address)
    until(lambda: again.messages, seconds=30)
    publish(embedded.address.port, "t", "third")
    until(lambda: b"third" in again.payloads)
    assert again.payloads == [b"second", b"third"]


def test_messages_wait_while_we_are_away(embedded: EmbeddedBroker, connect: Connect) -> None:
    """Messages published while the collector is down are delivered when it is back."""
    session, _ = connect(embedded.address)
    session.stop()
    publish(embedded.address.port, "t", "meanwhile")
    _, inbox = connect(embedded.address)
    until(lambda: inbox.payloads == [b"meanwhile"])


def test_many_topics(tmp_path: Path, connect: Connect) -> None:
    """The embedded broker takes any number of topic filters, although their windows together are limited."""
    topics = tuple(f"hall{n}/#" for n in range(20))
    broker = EmbeddedBroker(tmp_path / "broker", port=free_port(), topics=topics)
    broker.start()
    try:
        session, inbox = connect(broker.address, topics=topics)
        assert session.problem is None
        for n in range(20):
            publish(broker.address.port, f"hall{n}/meter", str(n))
        until(lambda: sorted(map(int, inbox.payloads)) == list(range(20)))
    finally:
        broker.stop()


def test_broker_killed(embedded: EmbeddedBroker, connect: Connect) -> None:
    """A broker that is killed is restarted, the session comes back, and messages flow again."""
    session, inbox = connect(embedded.address)
    embedded._process.kill()  # noqa: SLF001 - plays the crash
    until(lambda: not session.connected)
    until(lambda: session.connected and embedded.problem is None, seconds=30)
    publish(embedded.address.port, "t", "after")
    until(lambda: b"after" in inbox.payloads)


def test_taken_port_names_its_holder(embedded: EmbeddedBroker, tmp_path: Path) -> None:
    """A port that is taken is said with who has it and what to do."""
    other = EmbeddedBroker(tmp_path / "other", port=embedded.address.port)
    with pytest.raises(BrokerStartError, match=r"taken by nats-server \(process \d+\).*--mqtt-port"):
        other.start()


def test_leftover_of_a_killed_run(tmp_path: Path) -> None:
    """A server that a killed run left behind is ended, and what it had acknowledged is still there."""
    port = free_port()
    orphan = EmbeddedBroker(tmp_path / "broker", port=port)
    orphan.start()
    orphan._stopping.set()  # noqa: SLF001 - nobody watches it any more
    publish(port, "kept", "message", "-r")
    broker = EmbeddedBroker(tmp_path / "broker", port=port)
    broker.start()
    try:
        # Right after its start the server may not have read back yet what it keeps.
        listen = ["mosquitto_sub", "-p", str(port), "-t", "kept", "-C", "1", "-W", "1"]
        until(lambda: subprocess.run(listen, capture_output=True, check=False).stdout == b"message\n", seconds=20)
    finally:
        broker.stop()
        orphan.stop()


def test_embedded_broker_with_password(tmp_path: Path, connect: Connect) -> None:
    """With a password set, only who knows it may publish and listen."""
    broker = EmbeddedBroker(tmp_path / "broker", port=free_port(), password="s3cret")
    broker.start()
    try:
        _, inbox = connect(broker.address)
        publish(broker.address.port, "t", "in", "-u", "parkwatt", "-P", "s3cret")
        until(lambda: inbox.payloads == [b"in"])
        stranger = BrokerAddress("127.0.0.1", broker.address.port)
        refused, _ = connect(stranger, client_id="stranger", wait=False)
        until(lambda: "authorized" in (refused.problem or "").lower())
    finally:
        broker.stop()


def test_mosquitto_speaks_mqtt_5(mosquitto: StartMosquitto, connect: Connect) -> None:
    """An external broker is spoken to in MQTT 5; what is retained comes once for each start."""
    port = mosquitto("allow_anonymous true")
    publish(port, "t", "kept", "-r")
    address = BrokerAddress("127.0.0.1", port)
    session, inbox = connect(address, client_id="steady")
    until(lambda: inbox.payloads == [b"kept"])
    assert inbox.messages[0].retained
    session.acknowledge(inbox.arrivals)
    publish(port, "t2", "ours", "-V", "5", "-c", "-x", "3600", "-i", "steady")  # takes our place, so that we come again
    publish(port, "t3", "new")
    until(lambda: b"new" in inbox.payloads)
    assert inbox.payloads.count(b"kept") == 1
    session.acknowledge(inbox.arrivals)
    session.stop()
    _, again = connect(address, client_id="steady")
    until(lambda: b"kept" in again.payloads)  # beside what was acknowledged too late, which comes once more
    assert again.payloads.count(b"kept") == 1


def test_broker_of_mqtt_3_only(embedded: EmbeddedBroker, connect: Connect) -> None:
    """A broker that speaks MQTT 3.1.1 only is asked again in its version."""
    address = BrokerAddress.parse(f"mqtt://127.0.0.1:{embedded.address.port}")
    assert address.version is MQTTProtocolVersion.MQTTv5
    _, inbox = connect(address)
    publish(embedded.address.port, "t", "understood")
    until(lambda: inbox.payloads == [b"understood"])


def test_users_and_wrong_password(mosquitto: StartMosquitto, connect: Connect, tmp_path: Path) -> None:
    """A broker's user and password are used; a wrong one is said in the broker's words, and tried again."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "collector", "right"], check=True)
    passwords.chmod(0o644)
    port = mosquitto("allow_anonymous false", f"password_file {passwords}")
    url = f"mqtt://collector@127.0.0.1:{port}"
    session, _ = connect(BrokerAddress.parse(url, password="right"))
    assert session.problem is None
    wrong, _ = connect(BrokerAddress.parse(url, password="wrong"), client_id="wrong", wait=False)
    until(lambda: "refuses us" in (wrong.problem or ""))


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl:pytest.PytestUnraisableExceptionWarning")
def test_tls_with_client_certificate(mosquitto: StartMosquitto, connect: Connect, tmp_path: Path) -> None:
    """An mqtts address works with a private CA and a client certificate; without the CA it does not connect."""
    ca, server, client = (_certificate(tmp_path, name) for name in ("ca", "server", "client"))
    port = mosquitto(
        "allow_anonymous true",
        listener=(f"cafile {ca[0]}", f"certfile {server[0]}", f"keyfile {server[1]}", "require_certificate true"),
    )
    url = f"mqtts://localhost:{port}"
    tls = Tls(ca=ca[0], certificate=client[0], key=client[1])
    session, _ = connect(BrokerAddress.parse(url, tls=tls))
    assert session.connected
    blind, _ = connect(BrokerAddress.parse(url), client_id="blind", wait=False)
    until(lambda: "certificate" in (blind.problem or "").lower())


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate and its key: `ca` signs itself, the others are signed by it."""
    certificate, key, request = (folder / f"{name}.{ending}" for ending in ("pem", "key", "csr"))
    run = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-subj", f"/CN={name}"]
    if name == "ca":
        subprocess.run([*run, "-x509", "-days", "2", "-out", str(certificate)], check=True, capture_output=True)
    else:
        subprocess.run([*run, "-out", str(request)], check=True, capture_output=True)
        names = folder / f"{name}.ext"
        names.write_text("subjectAltName=DNS:localhost")
        subprocess.run(
            ["openssl", "x509", "-req", "-in", str(request), "-CA", str(folder / "ca.pem"), "-CAkey",
             str(folder / "ca.key"), "-CAcreateserial", "-days", "2", "-extfile", str(names), "-out", str(certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
    key.chmod(0o644)
    return certificate, key


def test_address_that_is_none() -> None:
    """A broker URL that cannot be meant is refused with the form that can; a password does not belong into it."""
    with pytest.raises(ValueError, match="mqtt://user@host:1883"):
        BrokerAddress.parse("http://broker")
    with pytest.raises(ValueError, match="PARKWATT_MQTT_PASSWORD"):
        BrokerAddress.parse("mqtt://user:pw@broker")
    with pytest.raises(ValueError, match="mqtts"):
        BrokerAddress.parse("mqtt://broker", tls=Tls())
    assert "pw" not in repr(BrokerAddress.parse("mqtt://user@broker", password="pw"))
