"""The collector between a session and a store."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.batching import DecodedBatch, decode_batch
from ingest.collector import BATCH_MESSAGES, Collector
from ingest.devices import load_models
from ingest.embedded import EmbeddedBroker
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from ingest.pipeline import Pipeline
from ingest.spool import Spool
from ingest.subscription import Subscription
from ingest.writer import Writer
from parkwatt.live import Live
from parkwatt.readings import SeriesKey
from parkwatt.store import Query
from parkwatt.store.duck import DuckStore
from tests.ingest.conftest import Session, Stubborn, arrival, reading
from tests.store.readings import START
from tests.waiting import until


@pytest.fixture
def make(stubborn: Stubborn, spool: Spool) -> Callable[..., Collector]:
    """Makes collectors on the stubborn store."""

    def collector(mine: Callable[[str], bool] | None = None) -> Collector:
        writer = Writer(store=stubborn, spool=spool, live=Live())
        return Collector(decoder=Decoder(load_models()), writer=writer, mine=mine)

    return collector


@pytest.fixture
def collector(make: Callable[..., Collector], stubborn: Stubborn, session: Session) -> Iterator[Collector]:
    made = make()
    made.start(session)
    yield made
    stubborn.down = False
    made.stop()


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
        collector.deliver(arrival(mid, poison[mid // 10 % 6]) if mid % 10 == 0 else reading(mid))
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


def test_stop_flushes(make: Callable[..., Collector], stubborn: Stubborn, session: Session) -> None:
    """A clean stop stores and acknowledges what has arrived, however much it is."""
    collector = make()
    count = BATCH_MESSAGES + 10
    for mid in range(1, count + 1):
        collector.deliver(reading(mid))
    collector.start(session)
    collector.stop()
    assert session.acknowledged == list(range(1, count + 1))
    assert stubborn.store.totals().stored == count


def test_other_partitions(make: Callable[..., Collector], store: DuckStore, session: Session) -> None:
    """Messages of other partitions are acknowledged and left to their collectors."""
    collector = make(mine=lambda topic: topic.endswith("m2/readings"))
    collector.start(session)
    for mid in (1, 2, 3):
        collector.deliver(reading(mid))
        until(lambda mid=mid: session.acknowledged == list(range(1, mid + 1)))
    collector.stop()
    assert collector.backlog() == 0
    assert store.totals().received == 1
    assert [r.meter for r in store.readings(Query(), limit=5).readings] == ["m2"]


def test_counters_add_up(collector: Collector, store: DuckStore, session: Session) -> None:
    """Every message is stored, duplicate, rejected or ignored, and the counts add up."""
    for mid in (1, 2, 3, 1, 2):
        collector.deliver(reading(mid))
    collector.deliver(arrival(6, b"{broken"))
    collector.deliver(arrival(7, b""))
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


def pipeline(broker: EmbeddedBroker, store: DuckStore, spool: Spool, live: Live) -> Pipeline:
    return Pipeline(
        broker=broker.address,
        subscription=Subscription("parkwatt-test"),
        decoder=Decoder(load_models()),
        writer=Writer(store=store, spool=spool, live=live),
        clock=lambda: START,
    )


def test_from_publisher_to_store(embedded: EmbeddedBroker, store: DuckStore, spool: Spool) -> None:
    """A message published with a stock client goes through the real broker into the real store and the live state."""
    live = Live()
    way_in = pipeline(embedded, store, spool, live)
    way_in.start()
    try:
        until(lambda: way_in.status().connected)
        publish = ["mosquitto_pub", "-p", str(embedded.address.port), "-q", "1", "-t", "parkwatt/press/readings"]
        subprocess.run([*publish, "-m", '{"active_power": 12.5, "energy_import": 1000}'], check=True)
        until(lambda: live.latest)
        assert live.latest[SeriesKey("press", "active_power", None)].value == 12.5
        assert [r.value for r in store.readings(Query(("press",)), limit=5).readings] == [12.5, 1000.0]
        assert not way_in.status().problems
    finally:
        way_in.stop()


def test_status_says_what_is_wrong(tmp_path: Path, store: DuckStore, spool: Spool) -> None:
    """A broker that is not there is a problem in the status, with its address."""
    way_in = pipeline(EmbeddedBroker(tmp_path, port=1), store, spool, Live())
    way_in.start()
    try:
        until(lambda: "cannot be reached" in way_in.status().problems[0].detail)
        assert "mqtt://127.0.0.1:1" in way_in.status().problems[0].detail
    finally:
        way_in.stop()


def test_room_is_counted_in_bytes_too(collector: Collector, stubborn: Stubborn, session: Session) -> None:
    """A few messages of megabytes stop the reading as many small ones do, until they are safe."""
    stubborn.free.clear()
    large = b'{"active_power": 1' + b" " * 2**20 + b"}"
    for mid in range(1, 41):
        collector.deliver(arrival(mid, large))
    assert collector.backlog() == 40
    assert not collector.has_room()
    stubborn.free.set()
    until(lambda: len(session.acknowledged) == 40)
    until(collector.has_room)


def test_a_mistake_of_ours(
    collector: Collector, store: DuckStore, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected error while decoding is told, acknowledges nothing, and does not end the collector."""
    slips = iter([RuntimeError("slipped"), RuntimeError("slipped")])

    def slipping(decoder: Decoder, messages: list[Message]) -> DecodedBatch:
        for slip in slips:
            raise slip
        return decode_batch(decoder, messages)

    monkeypatch.setattr("ingest.collector.decode_batch", slipping)
    collector.deliver(reading(1))
    until(lambda: collector.problem is not None and "slipped" in collector.problem)
    collector.deliver(reading(2))
    until(lambda: session.acknowledged == [1, 2])
    assert store.totals().stored == 2
    until(lambda: collector.problem is None)
