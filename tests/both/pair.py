"""A DuckDB store and an InfluxDB store that were given the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from parkwatt.park import Park
from parkwatt.readings import Reading, SeriesKey
from parkwatt.store import Arrived, Batch, Query, Store, Written
from parkwatt.store.open import open_store
from tests.both.alike import assert_alike
from tests.influx_server import Influx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair:
    """The two stores.

    Attributes:
        duck: the embedded one.
        influx: the shared one.
        park: whose readings they hold; its id is one that no other test has.
    """

    duck: Store
    influx: Store
    park: Park

    @property
    def stores(self) -> tuple[Store, Store]:
        return self.duck, self.influx

    def write(self, batch: Batch) -> Written:
        """Write to both, which do the same."""
        one, other = (store.write(batch) for store in self.stores)
        assert one == other
        return one

    def same(self, ask: Callable[[Store], T], *, relative: float = 0.0) -> T:
        """What both answer."""
        one, other = (ask(store) for store in self.stores)
        assert_alike(one, other, relative=relative)
        return one


@contextmanager
def pair_in(folder: Path, influx: Influx, park: Park) -> Iterator[Pair]:
    """Two empty stores."""
    park = park.model_copy(update={"id": influx.park})
    duck = open_store(f"duckdb://{folder / 'park.duckdb'}")
    shared = open_store(influx.url, park=park, writer="test")
    try:
        yield Pair(duck, shared, park)
    finally:
        duck.close()
        shared.close()


Row = tuple[int, str, str, str, object]


def paged(query: Query, *, limit: int) -> Callable[[Store], Sequence[Row]]:
    """Every reading through pages, in order of time; the order within a time is each store's own."""

    def ask(store: Store) -> Sequence[Row]:
        found: list[Row] = []
        after = None
        while True:
            page = store.readings(query, limit=limit, after=after)
            assert len(page.readings) <= limit
            found += [_row(r.key, r.time, r) for r in page.readings]
            after = page.next
            if after is None:
                break
        assert [row[0] for row in found] == sorted(row[0] for row in found)
        return sorted(found, key=lambda row: row[:4])

    return ask


def scanned(query: Query) -> Callable[[Store], Sequence[Row]]:
    """Every reading with its arrival, piece by piece."""

    def ask(store: Store) -> Sequence[Row]:
        found: list[Row] = []
        for piece in store.scan(query):
            rows = list(_rows(piece))
            assert not found or found[-1][0] < rows[0][0]
            found += sorted(rows, key=lambda row: row[:4])
        return sorted(found, key=lambda row: row[:4])

    return ask


def _rows(piece: Arrived) -> Iterator[Row]:
    for reading, arrived in zip(piece.readings, piece.arrived.tolist(), strict=True):
        yield _row(reading.key, reading.time, (reading, arrived))


def _row(key: SeriesKey, time: int, what: Reading | tuple[Reading, int]) -> Row:
    return time, key.meter, key.quantity, key.phase or "", what
