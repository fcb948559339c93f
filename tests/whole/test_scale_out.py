"""Several collectors of one park: together they store everything, also when one of them is killed."""

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.embedded import EmbeddedBroker
from tests.conftest import StartMosquitto
from tests.store.readings import START
from tests.waiting import until
from tests.whole.collecting import Collecting, Stored, connected, ended, publish, stored_by

# Many processes: each test starts a collector about ten times.
pytestmark = pytest.mark.timeout(300)

QUEUES = ("allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 0")
METERS = 40


def messages(start: int, end: int) -> tuple[list[tuple[str, str]], Stored]:
    """Messages of many meters, and what they mean; each has a value of its own."""
    sent: list[tuple[str, str]] = []
    meant: Stored = {}
    for i in range(start, end):
        meter, time = f"load-{i % METERS:02d}", START + i // METERS
        sent.append((f"parkwatt/{meter}/readings", f'{{"time": {time}, "active_power": {i}}}'))
        meant[meter, "active_power", time] = float(i)
    return sent, meant


def union(parts: Sequence[Stored]) -> Stored:
    return {identity: value for part in parts for identity, value in part.items()}


def meters(stored: Stored) -> set[str]:
    return {meter for meter, _, _ in stored}


def publish_through_a_kill(port: int, victim: Collecting) -> Stored:
    """Publish 5,000 messages; a collector is killed while it works, and back before the last of them."""
    sent, meant = messages(0, 5_000)
    publish(port, sent[:2_000])
    victim.end(signal.SIGKILL)
    publish(port, sent[2_000:4_000])
    victim.start()
    connected([victim])
    publish(port, sent[4_000:])
    return meant


@pytest.mark.parametrize("broker", ["embedded", "mosquitto"])
def test_partitions_through_a_kill(tmp_path: Path, request: pytest.FixtureRequest, broker: str) -> None:
    """Two partitions store every message once, no series in both, though one is killed and comes back."""
    made = request.getfixturevalue(broker)
    port = made(*QUEUES) if broker == "mosquitto" else made.address.port
    collectors = [Collecting(tmp_path, port, "--partition", f"{i}/2") for i in (1, 2)]
    with ended(collectors):
        connected(collectors)
        meant = publish_through_a_kill(port, collectors[1])
        parts = stored_by(collectors, count=len(meant))
    assert union(parts) == meant
    assert meters(parts[0]).isdisjoint(meters(parts[1]))
    assert all(parts)
    assert [c.client_id for c in collectors] == ["parkwatt-test-1of2", "parkwatt-test-2of2"]


def test_shared_subscription_through_a_kill(tmp_path: Path, mosquitto: StartMosquitto) -> None:
    """Two members of a group store every message between them, though one is killed and comes back."""
    port = mosquitto(*QUEUES)
    collectors = [Collecting(tmp_path, port, "--share", "gate", "--member", name) for name in ("east", "west")]
    with ended(collectors):
        connected(collectors)
        meant = publish_through_a_kill(port, collectors[1])
        parts = stored_by(collectors, count=len(meant))
    assert union(parts) == meant
    assert all(parts)
    assert [c.client_id for c in collectors] == ["parkwatt-test-gate-east", "parkwatt-test-gate-west"]
    # The broker alone divides: without a share of the group each would have everything.
    assert sum(map(len, parts)) < 1.5 * len(meant)


def test_another_number_of_partitions(tmp_path: Path, mosquitto: StartMosquitto) -> None:
    """From two partitions to three as docs/operations.md says, one of the two behind: nothing is lost."""
    port = mosquitto(*QUEUES)
    old = [Collecting(tmp_path, port, "--partition", f"{i}/2") for i in (1, 2)]
    new: list[Collecting] = []
    with ended(old):
        connected(old)
        before, meant_before = messages(0, 1_000)
        old[1].end(signal.SIGKILL)
        publish(port, before)
        new += [Collecting(tmp_path, port, "--partition", f"{i}/3") for i in (1, 2, 3)]
        with ended(new):
            connected(new)
            after, meant_after = messages(1_000, 2_000)
            publish(port, after)
            old[1].start()
            connected(old)
            left = stored_by(old, count=len(meant_before))
            for collector in old:
                delete_session(port, collector.client_id)
            last, meant_last = messages(2_000, 3_000)
            publish(port, last)
            parts = stored_by(new, count=len(meant_after) + len(meant_last))
        assert not any(has_session(port, collector.client_id) for collector in old)
        assert all(has_session(port, collector.client_id) for collector in new)
    assert union(parts) == {**meant_after, **meant_last}
    assert union([*left, *parts]) == {**meant_before, **meant_after, **meant_last}
    assert sum(map(len, parts)) == len(union(parts))
    assert all(parts)


def delete_session(port: int, client_id: str) -> None:
    """As docs/operations.md says it."""
    command = ["mosquitto_sub", "-p", str(port), "-i", client_id, "-q", "1", "-t", "parkwatt/none", "-E"]
    subprocess.run(command, check=True, timeout=20, capture_output=True)


def has_session(port: int, client_id: str) -> bool:
    """Whether the broker keeps something for a client."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False)
    found: list[bool] = []
    client.on_connect = lambda _client, _userdata, flags, _reason, _properties: found.append(flags.session_present)
    client.connect("127.0.0.1", port)
    until(lambda: client.loop(0.1) == mqtt.MQTT_ERR_SUCCESS and bool(found))
    client.disconnect()
    return found[0]


def test_share_on_a_broker_without_it(tmp_path: Path, embedded: EmbeddedBroker) -> None:
    """A broker that would take `$share` for an ordinary topic is not listened to in silence: it says what to use."""
    collector = Collecting(tmp_path, embedded.address.port, "--share", "gate")
    with ended([collector]):
        until(lambda: "--partition" in collector.log.read_text(), seconds=60)
        assert "connected to" not in collector.log.read_text()
