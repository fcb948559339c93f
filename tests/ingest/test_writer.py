"""The writer between decoded batches, the store and the spool."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from ingest import writer as writer_module
from ingest.batching import decode_batch
from ingest.formats.decoder import Decoder
from ingest.spool import Spool, SpoolFullError
from ingest.writer import Work, Writer
from parkwatt.live import Live
from parkwatt.readings import SeriesKey
from parkwatt.store import Batch, Query
from parkwatt.store.duck import DuckStore
from tests.ingest.conftest import Session, Stubborn, arrival, reading
from tests.store.readings import START
from tests.waiting import until

POWER = SeriesKey("m1", "active_power", None)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits seconds for a store that hangs."""
    monkeypatch.setattr(writer_module, "PATIENCE", 0.2)


@pytest.fixture
def writing(stubborn: Stubborn, session: Session, spool: Spool) -> Iterator[Writer]:
    """A writer that runs; the store is good again when it ends."""
    made = Writer(store=stubborn, spool=spool, live=Live())
    made.start(session)
    yield made
    stubborn.down = False
    stubborn.free.set()
    made.stop()


def work(*arrivals) -> Work:
    """A batch of these messages."""
    messages = [message for a in arrivals for message in a.messages]
    return Work(decode_batch(Decoder([]), messages), arrivals)


def value(number: float, *, mid: int, arrived: int) -> Work:
    """A batch with one power of meter m1 at the same time as all others."""
    (one,) = arrival(mid, {"time": START, "active_power": number}).messages
    message = msgspec.structs.replace(one, topic="parkwatt/m1/readings", arrived=arrived)
    return work(arrival(mid, b"")._replace(messages=[message]))


def test_spooled_while_the_store_is_down(
    writing: Writer, stubborn: Stubborn, session: Session, store: DuckStore
) -> None:
    """While the store is down batches are acknowledged from the spool; when it is back they are stored, once each."""
    stubborn.down = True
    for mid in range(1, 51):
        writing.put(work(reading(mid)))
    until(lambda: session.acknowledged == list(range(1, 51)))
    assert store.totals().stored == 0
    assert writing.spool.readings == 50
    assert [(p.code, p.detail) for p in writing.problems()] == [("spooling", "gone for lunch")]
    stubborn.down = False
    until(lambda: writing.spool.readings == 0)
    assert store.totals().stored == 50
    assert store.totals().received == 50
    assert writing.problems() == []


def test_live_goes_before_history(writing: Writer, stubborn: Stubborn, session: Session, store: DuckStore) -> None:
    """When the store is back, a live batch waits for one spooled batch at most, however many there are."""
    order: list[int] = []
    write = stubborn.write
    stubborn.down = True
    for mid in range(1, 31):
        writing.put(work(reading(mid)))
    until(lambda: len(session.acknowledged) == 30)
    gate = threading.Semaphore(0)

    def counted(batch: Batch):
        order.extend(int(v) for v in batch.readings.value)
        gate.acquire(timeout=10)
        return write(batch)

    stubborn.write = counted
    stubborn.down = False
    until(lambda: order)
    writing.put(work(reading(1000)))
    gate.release(100)
    until(lambda: store.totals().stored == 31)
    assert order.index(1000) <= 2
    assert [n for n in order if n != 1000] == list(range(1, 31))


def test_history_does_not_undo_a_correction(
    writing: Writer, stubborn: Stubborn, session: Session, store: DuckStore
) -> None:
    """A reading that waited in the spool does not replace a correction that arrived after it and was stored before."""
    stubborn.down = True
    writing.put(value(1.0, mid=1, arrived=START + 1))
    until(lambda: session.acknowledged == [1])
    store.write(value(2.0, mid=2, arrived=START + 2).decoded.batch)
    stubborn.down = False
    until(lambda: writing.spool.readings == 0)
    assert [r.value for r in store.readings(Query(), limit=5).readings] == [2.0]
    assert store.latest()[POWER].value == 2.0


def test_a_store_that_hangs(writing: Writer, stubborn: Stubborn, session: Session, store: DuckStore) -> None:
    """What waits too long for a store that hangs is spooled and acknowledged in order; it is stored once it goes on."""
    stubborn.free.clear()
    for mid in range(1, 11):
        writing.put(work(reading(mid)))
    until(lambda: writing.rescue() or session.acknowledged == list(range(1, 11)))
    assert writing.problems()[0].code == "spooling"
    assert store.totals().stored == 0
    stubborn.free.set()
    until(lambda: store.totals().stored == 10 and writing.spool.readings == 0)
    assert session.acknowledged == list(range(1, 11))
    assert writing.problems() == []


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Spool]:
    """A spool with room for a few batches."""
    with closing(Spool(tmp_path / "narrow", limit=3_000)) as made:
        yield made


@pytest.fixture
def stuck(narrow: Spool, stubborn: Stubborn, session: Session) -> Iterator[tuple[Writer, threading.Thread]]:
    """A writer whose store is down and whose spool is full, and who still puts batches in, forty in all."""
    writing = Writer(store=stubborn, spool=narrow, live=Live())
    writing.start(session)
    stubborn.down = True
    sender = threading.Thread(target=lambda: [writing.put(work(reading(mid))) for mid in range(1, 41)])
    sender.start()
    until(lambda: any(p.code == "spool_full" for p in writing.problems()))
    yield writing, sender
    writing.stop()


def test_nothing_takes_it(
    stuck: tuple[Writer, threading.Thread], stubborn: Stubborn, session: Session, store: DuckStore
) -> None:
    """With the store down and the spool full nothing more is acknowledged, loudly; it goes on by itself."""
    writing, sender = stuck
    assert 0 < len(session.acknowledged) < 40
    assert "gone for lunch" in writing.problems()[0].detail
    stubborn.down = False
    sender.join(20)
    until(lambda: store.totals().stored == 40)
    assert session.acknowledged == list(range(1, 41))
    assert writing.problems() == []


def test_stop_with_nowhere_to_go(stuck: tuple[Writer, threading.Thread], narrow: Spool, session: Session) -> None:
    """Told to stop while nothing takes readings, it ends; what is not safe is not acknowledged."""
    writing, sender = stuck
    writing.hurry()
    sender.join(20)
    writing.stop()
    assert not sender.is_alive()
    assert session.acknowledged == list(range(1, len(session.acknowledged) + 1))
    assert len(session.acknowledged) < 40
    assert narrow.readings == len(session.acknowledged)


def test_spool_of_an_earlier_run(stubborn: Stubborn, session: Session, spool: Spool, store: DuckStore) -> None:
    """What a run left in the spool is stored by the next one."""
    stubborn.down = True
    first = Writer(store=stubborn, spool=spool, live=Live())
    first.start(session)
    first.put(work(reading(1)))
    until(lambda: session.acknowledged == [1])
    first.stop()
    stubborn.down = False
    live = Live()
    second = Writer(store=stubborn, spool=spool, live=live)
    second.start(session)
    until(lambda: store.totals().stored == 1)
    until(lambda: live.latest)
    assert live.latest[POWER].value == 1.0
    second.stop()


def test_a_mistake_of_ours(
    writing: Writer, stubborn: Stubborn, session: Session, store: DuckStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected error in a write is told, acknowledges nothing, and does not end the writer."""
    write: Callable = stubborn.write
    failures = iter([RuntimeError("slipped"), RuntimeError("slipped")])

    def slips(batch: Batch):
        for failure in failures:
            raise failure
        return write(batch)

    monkeypatch.setattr(stubborn, "write", slips)
    writing.put(work(reading(1)))
    until(lambda: any("slipped" in p.detail for p in writing.problems()))
    until(lambda: session.acknowledged == [1])
    assert store.totals().stored == 1
    assert writing.problems() == []


def test_acknowledged_once_in_a_race(
    writing: Writer, stubborn: Stubborn, spool: Spool, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that the store takes after all, while it is being put into a full spool, is acknowledged once."""
    one = work(reading(1))

    def full(_record: bytes, *, readings: int) -> None:
        stubborn.free.set()
        until(lambda: one.stored)
        raise SpoolFullError(f"no room for {readings}")

    monkeypatch.setattr(spool, "append", full)
    stubborn.free.clear()
    writing.put(one)
    until(lambda: writing.rescue() or session.acknowledged)
    writing.stop()
    assert session.acknowledged == [1]
