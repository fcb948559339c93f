"""The broker of the stack: who is let in, what each may do, what waits and how long, TLS by a switch."""

import shutil
import socket
import ssl
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from tests.deploy.broker import DeployedBroker
from tests.deploy.compose import make_secrets, read_env, services
from tests.waiting import until

pytestmark = pytest.mark.skipif(shutil.which("mosquitto_passwd") is None, reason="mosquitto_passwd is not installed")

COLLECTORS, METERS = "parkwatt", "meters"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    env = read_env(make_secrets(tmp_path_factory.mktemp("secrets")))
    return dict(services(env)["broker"]["environment"])


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, environment: Mapping[str, str]) -> Iterator[DeployedBroker]:
    made = DeployedBroker(tmp_path_factory.mktemp("broker"), environment)
    made.start()
    yield made
    made.stop()


class Client:
    """One who is connected, or was not let in."""

    def __init__(self, port: int, user: str | None, password: str = "", **options: Any) -> None:
        ca = options.pop("ca", None)
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, **options)
        if user:
            self.client.username_pw_set(user, password)
        if ca:
            self.client.tls_set_context(ssl.create_default_context(cafile=ca))
        self.heard: list[tuple[str, bytes]] = []
        self.answers: list[ReasonCode] = []
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self.answers.append(reason)
        self.client.on_subscribe = lambda _c, _u, _m, reasons, _p: self.answers.extend(reasons)
        self.client.on_publish = lambda _c, _u, _m, reason, _p: self.answers.append(reason)
        self.client.on_message = lambda _c, _u, message: self.heard.append((message.topic, message.payload))
        self.client.connect("127.0.0.1", port, clean_start=True)
        self.client.loop_start()
        self.let_in = self._answer() == "Success"

    def _answer(self) -> str:
        return until(lambda: self.answers and str(self.answers.pop(0)))

    def may_publish(self, topic: str, payload: bytes = b"1") -> bool:
        self.client.publish(topic, payload, qos=1)
        return self._answer() != "Not authorized"

    def may_hear(self, topic: str) -> bool:
        self.client.subscribe(topic, qos=1)
        return self._answer() == "Granted QoS 1"

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def enter(broker: DeployedBroker, environment: Mapping[str, str]) -> Iterator[Any]:
    """Connects as an account of the stack."""
    entered: list[Client] = []

    def as_account(name: str | None, password: str | None = None) -> Client:
        known = environment.get(f"MQTT_PASSWORD_{name}", "")
        entered.append(Client(broker.port, name, known if password is None else password))
        return entered[-1]

    yield as_account
    for client in entered:
        client.leave()


def test_nobody_without_a_password(enter: Any) -> None:
    """Without an account, with a wrong password or as somebody else nobody is let in."""
    assert not enter(None).let_in
    assert not enter(METERS, "wrong").let_in
    assert not enter("admin", "admin").let_in
    assert enter(METERS).let_in


def test_meters_speak_and_collectors_listen(enter: Any) -> None:
    """Meters publish anything and hear nothing of each other; collectors hear all and ask only for births."""
    meters, collectors = enter(METERS), enter(COLLECTORS)
    assert collectors.may_hear("#")
    assert collectors.may_hear("$SYS/broker/publish/messages/dropped")
    assert meters.may_publish("parkwatt/M1/readings", b"hello")
    until(lambda: ("parkwatt/M1/readings", b"hello") in collectors.heard)
    assert not collectors.may_publish("parkwatt/M1/readings")
    assert collectors.may_publish("spBv1.0/plant/NCMD/node7")
    meters.may_hear("#")
    enter(METERS).may_publish("parkwatt/M2/readings")
    until(lambda: any(topic == "parkwatt/M2/readings" for topic, _ in collectors.heard))
    assert meters.heard == []


def test_a_sparkplug_node_hears_its_commands(enter: Any) -> None:
    """A node behind the meters' account is asked for its birth."""
    node, collectors = enter(METERS), enter(COLLECTORS)
    assert node.may_hear("spBv1.0/plant/NCMD/node7")
    collectors.may_publish("spBv1.0/plant/NCMD/node7", b"birth")
    until(lambda: node.heard == [("spBv1.0/plant/NCMD/node7", b"birth")])


def test_clouds_topics_pass(enter: Any) -> None:
    """Topics that begin with a dollar, as Huawei's and OneNET's devices use them, reach the collectors."""
    meters, collectors = enter(METERS), enter(COLLECTORS)
    for topic in ("$oc/devices/d1/sys/properties/report", "$sys/p/d1/thing/property/post"):
        assert collectors.may_hear(topic)
        assert meters.may_publish(topic)
        until(lambda topic=topic: (topic, b"1") in collectors.heard)


def test_health_check_needs_nothing_from_outside(broker: DeployedBroker) -> None:
    """The health check has an account of its own, made at the start; no secret can be read by others."""
    assert broker.is_well()
    made = broker.folder / "run"
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in made.iterdir())
    passwords = (made / "passwords").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split(":")[0] for line in passwords) == ["health", METERS, COLLECTORS]
    assert all(line.split(":")[1].startswith("$7$") for line in passwords)


def test_more_waits_than_a_second_of_a_park(tmp_path: Path, environment: Mapping[str, str]) -> None:
    """What is published while a collector is away waits for it, also through a restart: all 5,000."""
    broker = DeployedBroker(tmp_path, environment)
    broker.start()
    try:
        away = {"-u": COLLECTORS, "-P": environment["MQTT_PASSWORD_parkwatt"], "-p": str(broker.port)}
        session = ["mosquitto_sub", *(word for pair in away.items() for word in pair), "-i", "away", "-c", "-q", "1"]
        subprocess.run([*session, "-t", "#", "-E"], check=True, timeout=20)
        meters = Client(broker.port, METERS, environment["MQTT_PASSWORD_meters"])
        sent = [meters.client.publish("parkwatt/M1/readings", str(number), qos=1) for number in range(5_000)]
        for info in sent:
            info.wait_for_publish(30)
        meters.leave()
        broker.stop()
        broker.start()
        heard = subprocess.run(
            [*session, "-t", "#", "-C", "5000", "-W", "30"], check=True, capture_output=True, text=True, timeout=60
        )
        assert heard.stdout.split() == [str(number) for number in range(5_000)]
    finally:
        broker.stop()


def test_tls_by_a_switch(tmp_path: Path, environment: Mapping[str, str]) -> None:
    """With MQTT_TLS on, meters get in encrypted, against a certificate that is checked."""
    broker = DeployedBroker(tmp_path, {**environment, "MQTT_TLS": "on"})
    certificate, key = (str(broker.folder / "certificates" / name) for name in ("server.crt", "server.key"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    broker.start()
    try:
        meter = Client(broker.tls_port, METERS, environment["MQTT_PASSWORD_meters"], ca=certificate)
        assert meter.let_in
        assert meter.may_publish("parkwatt/M1/readings")
        meter.leave()
        with (
            socket.create_connection(("127.0.0.1", broker.tls_port), timeout=10) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")
    finally:
        broker.stop()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"MQTT_TLS": "yes"}, "it can be on or off"),
        ({"MQTT_TLS": "on"}, "server.crt cannot be read"),
        ({"MQTT_PASSWORD_meters": ""}, "run make secrets"),
        ({"MQTT_PASSWORD_meters": "a:b"}, "has a colon"),
    ],
)
def test_a_mistake_is_said(tmp_path: Path, environment: Mapping[str, str], given: Mapping[str, str], said: str) -> None:
    """A broker that cannot be started as asked says why and does not start."""
    broker = DeployedBroker(tmp_path, {**environment, **given})
    assert broker.run().wait(20) == 2
    assert said in broker.log.read_text()


def test_another_account(tmp_path: Path, environment: Mapping[str, str]) -> None:
    """A gateway with an account of its own may do what its lines in the file acl say."""
    broker = DeployedBroker(tmp_path, {**environment, "MQTT_PASSWORD_hall7": "secret"})
    with (tmp_path / "settings" / "acl").open("a", encoding="utf-8") as acl:
        acl.write("\nuser hall7\ntopic write hall7/#\n")
    broker.start()
    try:
        gateway = Client(broker.port, "hall7", "secret")
        assert gateway.may_publish("hall7/m1")
        assert not gateway.may_publish("hall8/m1")
        gateway.leave()
    finally:
        broker.stop()
