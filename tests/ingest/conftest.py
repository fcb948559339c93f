"""What the tests of the way in share: a session that remembers, a store that can be stubborn, messages."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.broker import Arrivals
from ingest.formats import Message
from ingest.spool import Spool
from parkwatt.store import Batch, StoreError, StoreUnavailableError, Totals, Written
from parkwatt.store.duck import DuckStore
from tests.store.readings import START


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
    return Arrivals([Message(f"parkwatt/m{mid}/readings", raw, START + mid)], [mid], 1)


def reading(mid: int) -> Arrivals:
    """A message with one reading, whose value is its number."""
    return arrival(mid, {"time": START + mid, "active_power": float(mid)})


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
