"""What the tests of the way in share: a session that remembers, a store that can be stubborn, messages."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.address import BrokerAddress
from ingest.broker import Arrivals, BrokerSession
from ingest.formats import Message
from ingest.spool import Spool
from ingest.subscription import Subscription
from parkwatt.store import Batch, StoreError, StoreUnavailableError, Totals, Written
from parkwatt.store.duck import DuckStore
from tests.store.readings import START
from tests.waiting import until


class Session:
    """Remembers what was acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []

    def acknowledge(self, safe: Iterable[Arrivals]) -> None:
        self.acknowledged += [mid for arrivals in safe for mid in arrivals.mids]

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        assert not list(messages)


class Stubborn:
    """A real store behind a door that a test can close, hold or narrow."""

    def __init__(self, store: DuckStore) -> None:
        self.store = store
        self.down = False
        self.refuses: Callable[[float], bool] = lambda _value: False
        self.free = threading.Event()
        self.free.set()

    def write(self, batch: Batch) -> Written:
        self.free.wait(60)
        if self.down:
            raise StoreUnavailableError("gone for lunch")
        if any(self.refuses(value) for value in batch.readings.value.tolist()):
            raise StoreError("cannot take that value")
        return self.store.write(batch)

    def totals(self) -> Totals:
        return self.store.totals()


def arrival(mid: int, payload: object) -> Arrivals:
    """A message on a topic of its own meter, which wants an acknowledgement."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Arrivals([Message(f"parkwatt/m{mid}/readings", raw, START + mid)], [mid], 1, time.monotonic(), len(raw))


def reading(mid: int) -> Arrivals:
    """A message with one reading, whose value is its number."""
    return arrival(mid, {"time": START + mid, "active_power": float(mid)})


class Inbox:
    """Keeps what is delivered."""

    def __init__(self) -> None:
        self.arrivals: list[Arrivals] = []

    def deliver(self, arrivals: Arrivals) -> None:
        self.arrivals.append(arrivals)

    def has_room(self) -> bool:
        return True

    @property
    def messages(self) -> list[Message]:
        return [message for a in self.arrivals for message in a.messages]

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]


Connect = Callable[..., tuple[BrokerSession, Inbox]]


@pytest.fixture
def connect():
    """Connects sessions, and ends them with the test."""
    sessions: list[BrokerSession] = []

    def start(
        address: BrokerAddress, *, client_id: str = "test", topics: tuple[str, ...] = ("#",), wait: bool = True
    ) -> tuple[BrokerSession, Inbox]:
        inbox = Inbox()
        session = BrokerSession(address, Subscription(client_id, topics), sink=inbox, clock=lambda: 42)
        sessions.append(session)
        session.start()
        if wait:
            until(lambda: session.connected)
        return session, inbox

    yield start
    for session in sessions:
        session.stop()


def publish(port: int, topic: str, payload: str, *options: str) -> None:
    subprocess.run(
        ["mosquitto_pub", "-p", str(port), "-q", "1", "-t", topic, "-m", payload, *options], check=True, timeout=20
    )


@pytest.fixture
def stubborn(store: DuckStore) -> Stubborn:
    return Stubborn(store)


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """An empty spool."""
    with closing(Spool(tmp_path / "spool")) as made:
        yield made
