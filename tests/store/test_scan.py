"""Scanning: everything in order of time, in pieces, as it was at the beginning."""

import pytest

from parkwatt.readings import Quality
from parkwatt.store import Batch, Query, Store, duck_queries
from parkwatt.store.influx import queries
from tests.store.readings import START, power

MINUTE = 60_000


def test_everything_in_order(store: Store) -> None:
    """A scan gives every reading once, in order of time, with its arrival, the suspect ones too."""
    late = [power(9.0, meter="m2", time=START + 7, quality=Quality.SUSPECT)]
    store.write(Batch.of([power(float(n), time=START + n) for n in range(0, 50, 5)], arrived=START + 60))
    store.write(Batch.of(late, arrived=START + 70))
    found = [(reading.time, reading.value, arrived) for piece in store.scan(Query()) for reading, arrived in piece]
    expected = [(START + n, float(n), START + 60) for n in range(0, 50, 5)] + [(START + 7, 9.0, START + 70)]
    assert found == sorted(expected)
    assert [r.quality for piece in store.scan(Query(("m2",))) for r, _ in piece] == [Quality.SUSPECT]


def test_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pieces are, nothing is left out, given twice, or given outside of what was asked."""
    for home in (duck_queries, queries):
        monkeypatch.setattr(home, "PIECE", 20)
    readings = [power(float(n), meter=f"m{n % 3}", time=START + n * MINUTE) for n in range(300)]
    store.write(Batch.of(readings, arrived=START))
    query = Query(start=START + 10 * MINUTE, end=START + 290 * MINUTE)
    pieces = list(store.scan(query))
    assert [reading for piece in pieces for reading, _ in piece] == readings[10:290]
    assert len(pieces) > 5


def test_nothing_there(store: Store) -> None:
    """A scan of nothing gives nothing."""
    assert list(store.scan(Query(("nobody",)))) == []


def test_written_meanwhile(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written while a scan goes on does not disturb it."""
    monkeypatch.setattr(duck_queries, "PIECE", 1)
    store.write(Batch.of([power(float(n), time=START + n * 15 * MINUTE) for n in range(4)]))
    seen = []
    for piece in store.scan(Query()):
        seen += [reading.value for reading, _ in piece]
        store.write(Batch.of([power(9.0, time=START + (5 + len(seen)) * 15 * MINUTE)]))
    assert seen[:4] == [0.0, 1.0, 2.0, 3.0]
