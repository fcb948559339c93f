"""Counts that several processes keep in one InfluxDB, also while one of them is writing."""

import pytest

from parkwatt.store import Batch, Totals
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open import open_store
from tests.influx_server import Influx
from tests.store.conftest import park
from tests.store.readings import START, power


def opened(influx: Influx, writer: str) -> InfluxStore:
    store = open_store(influx.url, park=park(influx.park), writer=writer)
    assert isinstance(store, InfluxStore)
    return store


def test_a_point_that_is_being_written_is_no_news_yet(influx: Influx, monkeypatch: pytest.MonkeyPatch) -> None:
    """InfluxDB shows a point field by field: who asks in between is told what is whole, and the rest next time."""
    monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
    writer, reader = opened(influx, "a"), opened(influx, "b")
    writer.write(Batch.of([power(1.0)], arrived=START, received=1))
    reader.latest()
    head = f"batches,park={influx.park},writer=a"
    beside = f"stored=2i,duplicate=0i,corrected=0i,rejected=0i,ignored=0i,earliest_ms={START}i,arrived_ms={START}i"
    later = 4_000_000_000_000_000_000
    writer.connection.write([f"{head} received=2i {later}"])
    assert reader.news() == ()
    assert reader.totals() == Totals(received=1, stored=1)
    late = opened(influx, "c")
    late.latest()
    assert late.totals() == Totals(received=1, stored=1)
    writer.connection.write([f"{head} {beside},removed=0i {later}"])
    assert reader.news() != ()
    assert reader.totals() == Totals(received=2, stored=2)
    for store in (writer, reader, late):
        store.close()
