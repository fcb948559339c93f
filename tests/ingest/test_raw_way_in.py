"""From a real broker through the whole way in onto the disk, and back by a replay."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from ingest.address import BrokerAddress
from ingest.pipeline import Pipeline
from ingest.raw import RawLog
from ingest.raw.decoders import Recipe
from ingest.replay import Replay
from ingest.rereading import Span
from ingest.spool import Spool
from ingest.subscription import Subscription
from ingest.writer import Writer
from parkwatt.live import Live
from parkwatt.store import Query
from parkwatt.store.duck import DuckStore
from tests.conftest import StartMosquitto
from tests.ingest.conftest import publish
from tests.ingest.replays import model
from tests.store.readings import START
from tests.waiting import until

OLD, NEW = (Recipe((model(meter=template),), None) for template in ("old-{meter}", "{meter}"))


class WayIn:
    """A whole way in, with raw messages."""

    def __init__(self, folder: Path, port: int, store: DuckStore) -> None:
        self.port, self.store, self.live = port, store, Live()
        self.now = START
        self.raw = RawLog(folder / "raw", clock=lambda: self.now, spare=0)
        self.pipeline = Pipeline(
            broker=BrokerAddress.parse(f"mqtt://127.0.0.1:{port}"),
            subscription=Subscription("parkwatt-test"),
            decoder=OLD.decoder(),
            writer=Writer(store=store, spool=Spool(folder / "spool"), live=self.live),
            clock=lambda: self.now,
            raw=self.raw,
        )

    def says(self, topic: str, payload: str, *options: str) -> None:
        """Publish, and wait until it is stored."""
        before = self.store.totals().received
        self.now += 1000
        publish(self.port, topic, payload, *options)
        until(lambda: self.store.totals().received > before)


@pytest.fixture
def way_in(tmp_path: Path, mosquitto: StartMosquitto) -> Iterator[WayIn]:
    port = mosquitto("allow_anonymous true")
    publish(port, "meta/unknown", "kept by the broker", "-r")
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        made = WayIn(tmp_path, port, store)
        made.pipeline.start()
        try:
            until(lambda: made.pipeline.status().connected and store.totals().received)
            yield made
        finally:
            made.pipeline.stop()


def test_every_message_is_kept(way_in: WayIn) -> None:
    """Readings, descriptions, what nobody understands and what the broker retained: all are kept as they came."""
    way_in.says("dev/1", '{"p": 1, "t": 1767225601}')
    way_in.says("what/ever", "?")
    found = list(way_in.raw.read())
    assert [(m.topic, m.payload, m.arrived - START, m.retained) for m in found] == [
        ("meta/unknown", b"kept by the broker", 0, True),
        ("dev/1", b'{"p": 1, "t": 1767225601}', 1000, False),
        ("what/ever", b"?", 2000, False),
    ]
    assert [m.payload for m in way_in.raw.last("what/ever", 3)] == [b"?"]
    status = way_in.pipeline.status()
    assert status.raw_bytes > 100
    assert (status.raw_dropped, status.problems) == (0, ())


def test_replayed_while_it_runs(way_in: WayIn) -> None:
    """After the decoder was exchanged a replay corrects what came before, and what comes later is read right."""
    way_in.says("dev/1", '{"p": 1, "t": 1767225601}')
    way_in.pipeline.read_with(lambda before: before.renewed(NEW.models, NEW.park), None)
    way_in.says("dev/1", '{"p": 2, "t": 1767225602}')

    def settled() -> AbstractContextManager[None]:
        return way_in.pipeline.between_batches()

    outcome = Replay(way_in.raw, way_in.store, live=way_in.live, settled=settled).run(NEW, Span())
    way_in.says("dev/1", '{"p": 3, "t": 1767225603}')
    assert (outcome.replaced.removed, outcome.replaced.stored) == (1, 1)
    found = way_in.store.readings(Query(), limit=10).readings
    assert [(r.meter, r.value) for r in found] == [("1", 1.0), ("1", 2.0), ("1", 3.0)]
    assert list(way_in.live.heard) == ["1"]


def test_folder_that_cannot_be_written(tmp_path: Path, mosquitto: StartMosquitto) -> None:
    """Where raw messages cannot be kept, readings are stored all the same, and it is said."""
    port = mosquitto("allow_anonymous true")
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        way_in = WayIn(tmp_path, port, store)
        way_in.pipeline.start()
        try:
            until(lambda: way_in.pipeline.status().connected)
            (tmp_path / "raw" / "decoders").write_text("a file where a folder should be")
            way_in.says("dev/1", '{"p": 1, "t": 1767225601}')
            way_in.raw.flush()
            assert [p.code for p in way_in.pipeline.status().problems] == ["raw_dropped"]
            assert way_in.pipeline.status().raw_dropped == 1
            assert store.totals().stored == 1
        finally:
            way_in.pipeline.stop()
