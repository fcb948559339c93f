"""Asking: pages, periods, sums."""

import pytest

from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Reading, SeriesKey
from parkwatt.store import Batch, Query, Store
from parkwatt.store.open import open_store
from tests.store.readings import START, energy, power


def test_pages(store: Store) -> None:
    """Pages in order of time give every reading once, whatever their size."""
    readings = [power(float(i), meter=f"m{i % 3}", time=START + i // 3) for i in range(50)]
    store.write(Batch.of(readings))
    for size in (1, 7, 50):
        found: list[Reading] = []
        after = None
        while True:
            page = store.readings(Query(), limit=size, after=after)
            assert len(page.readings) <= size
            found += page.readings
            after = page.next
            if after is None:
                break
        assert [r.time for r in found] == sorted(r.time for r in readings)
        assert set(found) == set(readings)


def test_wrong_cursor(store: Store) -> None:
    """A cursor that the store never gave is refused by name."""
    with pytest.raises(ValueError, match="no cursor"):
        store.readings(Query(), limit=1, after="yesterday")


def test_selection(store: Store) -> None:
    """Meters (also by prefix), quantities and a half-open time narrow what is found."""
    store.write(
        Batch.of([power(1.0, meter="load-1"), energy(2.0, meter="load-2"), power(3.0, meter="other", time=START + 10)])
    )

    def found(query: Query) -> list[float]:
        return [r.value for r in store.readings(query, limit=10).readings]

    assert found(Query(("load-*",))) == [1.0, 2.0]
    assert found(Query(("load-1", "other"))) == [1.0, 3.0]
    assert found(Query(quantities=("energy_import",))) == [2.0]
    assert found(Query(start=START, end=START + 10)) == [1.0, 2.0]
    assert found(Query(("nobody",))) == []
    assert found(Query(("nobody*",))) == []


def test_reading_comes_back_whole(store: Store) -> None:
    """A reading comes back as it was written, with kind, phase, quality and source of its time."""
    reading = Reading("m", "voltage", "L2", 229.5, Kind.GAUGE, START, quality=Quality.SUSPECT, historical=True)
    store.write(Batch.of([reading]))
    assert store.readings(Query(), limit=1).readings == [reading]


def test_buckets(store: Store) -> None:
    """Periods hold first, last, mean and count of their readings, without suspect ones; a gap has no period."""
    minute = 60_000
    store.write(
        Batch.of(
            [
                power(1.0, time=START),
                power(3.0, time=START + 30_000),
                power(999.0, time=START + 40_000, quality=Quality.SUSPECT),
                power(5.0, time=START + 3 * minute),
            ]
        )
    )
    (found,) = store.buckets(Query(("m1",)), every=minute).values()
    assert found.start.tolist() == [START, START + 3 * minute]
    assert found.first.tolist() == [1.0, 5.0]
    assert found.last.tolist() == [3.0, 5.0]
    assert found.mean.tolist() == [2.0, 5.0]
    assert found.count.tolist() == [2, 1]


def test_bucket_origin(store: Store) -> None:
    """Periods can begin off the hour, as local days do."""
    store.write(Batch.of([power(1.0, time=START), power(2.0, time=START + 50)]))
    (found,) = store.buckets(Query(), every=100, origin=START + 30).values()
    assert found.start.tolist() == [START - 70, START + 30]


def test_sums(store: Store) -> None:
    """Totals are added up per group and period; phases are left out."""
    phase = Reading("m1", "active_power", "L1", 100.0, Kind.GAUGE, START)
    store.write(Batch.of([power(1.0), power(2.0, meter="m2"), power(4.0, meter="m3", time=START + 1000), phase]))
    sums = store.sums({"m1": "a", "m2": "a", "m3": "b"}, Query(quantities=("active_power",)), every=1000)
    assert {group: (t.tolist(), v.tolist()) for group, (t, v) in sums.items()} == {
        "a": ([START], [3.0]),
        "b": ([START + 1000], [4.0]),
    }


def test_sums_of_the_whole_time(store: Store) -> None:
    """Sums of the whole time are those of its parts added up."""
    store.write(Batch.of([power(float(i), meter=f"m{i % 3}", time=START + i) for i in range(30)]))
    query = Query(quantities=("active_power",), start=START, end=START + 30)
    groups = {"m0": "a", "m1": "a", "m2": "b"}
    whole = store.sums(groups, query)
    parts = store.sums(groups, query, every=1)
    assert {g: (t.tolist(), v.tolist()) for g, (t, v) in whole.items()} == {
        g: ([START], [sum(v)]) for g, (_, v) in parts.items()
    }


def test_latest_is_by_series(store: Store) -> None:
    """The newest reading of each phase and quantity stands by itself."""
    phase = Reading("m1", "active_power", "L1", 7.0, Kind.GAUGE, START)
    store.write(Batch.of([power(1.0), phase]))
    assert {key: latest.value for key, latest in store.latest().items()} == {
        SeriesKey("m1", "active_power", None): 1.0,
        SeriesKey("m1", "active_power", "L1"): 7.0,
    }


@pytest.mark.parametrize("url", ["park.duckdb", "duckdb://host/park", "mysql://h/", "duckdb:"])
def test_store_url_that_is_none(url: str) -> None:
    """A URL that names no store is refused with the form that does."""
    with pytest.raises(ValueError, match="duckdb:///"):
        open_store(url)


def test_edges(store: Store) -> None:
    """First and last reading of periods are those that buckets have, also where periods begin off the hour."""
    times = [0, 7, 59, 61, 62, 200]
    suspect = power(9.0, time=START + 300_000, quality=Quality.SUSPECT)
    store.write(Batch.of([*(energy(float(t), time=START + t * 1000) for t in times), suspect]))
    query = Query(start=START + 5_000)
    for origin in (0, START + 5_000):
        (found,) = store.edges(query, every=60_000, origin=origin).values()
        (whole,) = store.buckets(query, every=60_000, origin=origin).values()
        for name in ("start", "first_time", "first", "last_time", "last"):
            assert getattr(found, name).tolist() == getattr(whole, name).tolist()
    assert found.first_time.tolist() == [START + s * 1000 for s in (7, 200)]
    assert found.last.tolist() == [62.0, 200.0]
