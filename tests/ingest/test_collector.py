"""The collector between a session and a store."""

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from ingest.batching import decode_batch
from ingest.broker import Received
from ingest.collector import BATCH_MESSAGES, Collector
from ingest.devices import load_models
from ingest.embedded import EmbeddedBroker
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from ingest.pipeline import Pipeline, Subscription
from parkwatt.live import Live
from parkwatt.readings import SeriesKey
from parkwatt.store import Batch, Query, Store, StoreError, StoreUnavailableError, Written
from parkwatt.store.duck import DuckStore
from tests.store.readings import START
from tests.waiting import until


class Session:
    """Remembers what was acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []

    def acknowledge(self, messages: Iterable[Received]) -> None:
        self.acknowledged += [m.mid for m in messages]

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        assert not list(messages)


class Stubborn:
    """A real store behind a door that a test can close, or that refuses some readings."""

    def __init__(self, store: DuckStore) -> None:
        self.store = store
        self.down = False
        self.refuses: Callable[[float], bool] = lambda _value: False

    def write(self, batch: Batch) -> Written:
        if self.down:
            raise StoreUnavailableError("gone for lunch")
        if any(self.refuses(r.value) for r in batch.readings):
            raise StoreError("cannot take that value")
        return self.store.write(batch)


def received(mid: int, payload: object, *, topic: str | None = None) -> Received:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Received(Message(topic or f"parkwatt/m{mid}/readings", raw, START + mid), mid, 1, 1)


def reading(mid: int) -> Received:
    return received(mid, {"time": START + mid, "active_power": float(mid)})


@pytest.fixture
def stubborn(store: DuckStore) -> Stubborn:
    return Stubborn(store)


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def collector(stubborn: Stubborn, session: Session) -> Iterator[Collector]:
    made = Collector(decoder=Decoder(load_models()), store=stubborn, live=Live())  # type: ignore[arg-type]
    made.start(session)
    yield made
    stubborn.down = False
    made.stop()


def test_acknowledged_only_when_stored(collector: Collector, stubborn: Stubborn, session: Session) -> None:
    """While the store is down nothing is acknowledged; when it is back, everything is, once and in order."""
    stubborn.down = True
    for mid in range(1, 51):
        collector.deliver(reading(mid))
    until(lambda: collector.problem)
    assert collector.problem == "gone for lunch"
    assert session.acknowledged == []
    assert collector.backlog() == 50
    stubborn.down = False
    until(lambda: collector.backlog() == 0)
    assert session.acknowledged == list(range(1, 51))
    assert collector.problem is None
    assert stubborn.store.totals().stored == 50


def test_poison_does_not_stop_the_others(collector: Collector, store: DuckStore, session: Session) -> None:
    """Broken messages among good ones are rejected with topic, payload and reason, and acknowledged like the others."""
    poison = [
        b"\xff\xfe\x00",
        b"{",
        b"[" * 100_000,
        b'{"active_power": NaN}',
        b'{"active_power": 1e999}',
        b"\x00" * 2_000_000,
    ]
    for mid in range(1, 101):
        collector.deliver(received(mid, poison[mid // 10 % 6]) if mid % 10 == 0 else reading(mid))
    until(lambda: len(session.acknowledged) == 100)
    totals = store.totals()
    assert (totals.received, totals.stored, totals.rejected) == (100, 90, 10)
    rejected = store.rejections(limit=20)
    assert {r.topic for r in rejected} == {f"parkwatt/m{mid}/readings" for mid in range(10, 101, 10)}
    assert all(r.reason for r in rejected)


def test_store_that_refuses_a_reading(
    collector: Collector, stubborn: Stubborn, session: Session, store: DuckStore
) -> None:
    """A reading that the store refuses becomes a rejection with the store's reason; its batch is stored."""
    stubborn.refuses = lambda value: value in {7.0, 30.0}
    for mid in range(1, 41):
        collector.deliver(reading(mid))
    until(lambda: len(session.acknowledged) == 40)
    totals = store.totals()
    assert (totals.received, totals.stored, totals.rejected) == (40, 38, 2)
    assert all("cannot take that value" in r.reason for r in store.rejections(limit=5))


def test_stop_flushes(stubborn: Stubborn, session: Session) -> None:
    """A clean stop stores and acknowledges what has arrived, however much it is."""
    collector = Collector(decoder=Decoder(load_models()), store=stubborn, live=Live())  # type: ignore[arg-type]
    count = BATCH_MESSAGES + 10
    for mid in range(1, count + 1):
        collector.deliver(reading(mid))
    collector.start(session)
    collector.stop()
    assert len(session.acknowledged) == count
    assert stubborn.store.totals().stored == count


def test_counters_add_up(collector: Collector, store: DuckStore, session: Session) -> None:
    """Every message is stored, duplicate, rejected or ignored, and the counts add up."""
    for mid in (1, 2, 3, 1, 2):
        collector.deliver(reading(mid))
    collector.deliver(received(6, b"{broken"))
    collector.deliver(received(7, b""))
    until(lambda: len(session.acknowledged) == 7)
    assert store.totals()._asdict() == {
        "received": 7, "ignored": 1, "stored": 3, "duplicate": 2, "corrected": 0, "rejected": 1,
    }  # fmt: skip


def test_rebirth_after_death_in_one_batch() -> None:
    """A meter whose gateway died and was born again within one batch is there; one that only died is gone."""

    def said(kind: str, node: str, *metrics: Metric) -> Message:
        return Message(f"spBv1.0/Plant/{kind}/{node}", encode(SparkplugPayload(list(metrics), timestamp=START)), START)

    def birth(node: str) -> Message:
        return said("NBIRTH", node, Metric("Power/Active/Total", 1, DataType.FLOAT, 1.0, properties={"engUnit": "kW"}))

    live = Live()
    came = [birth("back"), birth("gone"), said("NDEATH", "back"), said("NDEATH", "gone"), birth("back")]
    decode_batch(Decoder([]), came).show(live)
    assert list(live.stale) == ["gone"]


def test_from_publisher_to_store(embedded: EmbeddedBroker, store: Store) -> None:
    """A message published with a stock client goes through the real broker into the real store and the live state."""
    live = Live()
    pipeline = Pipeline(
        broker=embedded.address,
        subscription=Subscription("parkwatt-test"),
        collector=Collector(decoder=Decoder(load_models()), store=store, live=live),
        store=store,
        clock=lambda: START,
    )
    pipeline.start()
    try:
        until(lambda: pipeline.status().connected)
        publish = ["mosquitto_pub", "-p", str(embedded.address.port), "-q", "1", "-t", "parkwatt/press/readings"]
        subprocess.run([*publish, "-m", '{"active_power": 12.5, "energy_import": 1000}'], check=True)
        until(lambda: live.latest)
        assert live.latest[SeriesKey("press", "active_power", None)].value == 12.5
        assert [r.value for r in store.readings(Query(("press",)), limit=5).readings] == [12.5, 1000.0]
        assert not pipeline.status().problems
    finally:
        pipeline.stop()


def test_status_says_what_is_wrong(tmp_path: Path, store: Store) -> None:
    """A broker that is not there is a problem in the status, with its address."""
    pipeline = Pipeline(
        broker=EmbeddedBroker(tmp_path, port=1).address,
        subscription=Subscription("parkwatt-test"),
        collector=Collector(decoder=Decoder([]), store=store, live=Live()),
        store=store,
        clock=lambda: START,
    )
    pipeline.start()
    try:
        until(lambda: "cannot be reached" in pipeline.status().problems[0].detail)
        assert "mqtt://127.0.0.1:1" in pipeline.status().problems[0].detail
    finally:
        pipeline.stop()
