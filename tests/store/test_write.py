"""Writing: durable, repeatable, counted."""

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkwatt.columns import Columns
from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Rejection, SeriesKey, TimeSource
from parkwatt.store import Batch, Query, Store, StoreError, StoreUnavailableError
from parkwatt.store.duck import DuckStore
from tests.store.conftest import OpenStore
from tests.store.readings import START, energy, power

ALL = Query()


def values(store: Store, query: Query = ALL) -> list[tuple[str, int, float]]:
    return [(r.meter, r.time, r.value) for r in store.readings(query, limit=10_000).readings]


def test_same_batch_twice(store: Store) -> None:
    """A batch written twice is stored once, and counted as duplicate the second time."""
    batch = Batch.of([power(1.5), energy(10.0), power(2.5, time=START + 1)], received=2)
    assert store.write(batch) == (3, 0, 0)
    assert store.write(batch) == (0, 3, 0)
    assert len(values(store)) == 3
    assert store.totals()._asdict() == {
        "received": 4, "ignored": 0, "stored": 3, "duplicate": 3, "corrected": 0, "rejected": 0,
    }  # fmt: skip


def test_later_write_wins(store: Store) -> None:
    """Of two readings with one identity the later stands, within a batch and between batches."""
    store.write(Batch.of([power(1.0), power(2.0)]))
    assert values(store) == [("m1", START, 2.0)]
    assert store.write(Batch.of([power(3.0)])) == (0, 1, 1)
    assert values(store) == [("m1", START, 3.0)]
    assert store.latest()[SeriesKey("m1", "active_power", None)].value == 3.0


def test_late_readings(store: Store) -> None:
    """Late and out-of-order readings are stored in their place, and the newest stays the newest."""
    store.write(Batch.of([power(3.0, time=START + 300)]))
    assert store.write(Batch.of([power(1.0, time=START + 100), power(3.0, time=START + 300)])) == (1, 1, 0)
    assert values(store) == [("m1", START + 100, 1.0), ("m1", START + 300, 3.0)]
    assert store.latest()[SeriesKey("m1", "active_power", None)].time == START + 300


def test_killed_process_loses_nothing(tmp_path: Path) -> None:
    """What `write` returned for is there after the process was killed without warning."""
    path = tmp_path / "park.duckdb"
    script = f"""
import os, signal
from pathlib import Path
from parkwatt.store import Batch
from parkwatt.store.duck import DuckStore
from tests.store.readings import START, power
store = DuckStore(Path({str(path)!r}))
for i in range(20):
    store.write(Batch.of([power(float(i), time=START + i)], received=1))
os.kill(os.getpid(), signal.SIGKILL)
"""
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", script], cwd=root, check=False)
    assert killed.returncode == -9
    with closing(DuckStore(path)) as store:
        assert [value for _, _, value in values(store)] == [float(i) for i in range(20)]
        assert store.totals().stored == store.totals().received == 20
        assert store.latest()[SeriesKey("m1", "active_power", None)].value == 19.0


def test_reopened_store_knows_the_newest(open_again: OpenStore) -> None:
    """A closed and reopened store has the same newest readings, those before and those after a snapshot."""
    with closing(open_again()) as store:
        store.write(Batch.of([power(1.0), energy(5.0, meter="m2")], arrived=START + 7))
    with closing(open_again()) as store:
        store.write(Batch.of([power(2.0, time=START + 1)], arrived=START + 8))
        before = store.latest()
    with closing(open_again()) as store:
        assert store.latest() == before
        assert store.latest()[SeriesKey("m2", "energy_import", None)].arrived == START + 7
        assert store.latest()[SeriesKey("m1", "active_power", None)].arrived == START + 8


def test_reopened_store_knows_its_counts(open_again: OpenStore) -> None:
    """Counts over the life of a store go on where they were."""
    with closing(open_again()) as store:
        store.write(Batch.of([power(1.0)], arrived=START, received=3, ignored=2))
        store.write(Batch.of([power(2.0)], [Rejection("t", b"?", START, "no")], arrived=START, received=2))
        before = store.totals()
    with closing(open_again()) as store:
        assert store.latest()
        assert store.totals() == before == (5, 2, 1, 1, 1, 1)


def test_every_circumstance_comes_back(open_again: OpenStore) -> None:
    """Kind, quality, source of the time and lateness of each reading are kept, also where those of a point differ."""
    readings = [
        power(1.0),
        msgspec.structs.replace(energy(2.0), kind=Kind.INTERVAL, historical=True),
        power(3.0, time=START + 1, quality=Quality.SUSPECT),
        msgspec.structs.replace(energy(4.0, time=START + 1), quality=Quality.ESTIMATED),
        msgspec.structs.replace(power(5.0, time=START + 2), time_source=TimeSource.ARRIVAL),
        msgspec.structs.replace(energy(6.0, time=START + 2), phase="L1"),
    ]
    with closing(open_again()) as store:
        store.write(Batch.of(readings, arrived=START + 9))
        store.write(Batch.of([msgspec.structs.replace(power(7.0), quantity="voltage")], arrived=START + 10))
    with closing(open_again()) as store:
        found = {(r.time, r.quantity): (r, came) for piece in store.scan(ALL) for r, came in piece}
        assert {r for r, came in found.values() if came == START + 9} == set(readings)
        assert found[START, "voltage"][1] == START + 10
        assert set(store.readings(ALL, limit=99).readings) == {r for r, _ in found.values()}


def test_late_batch_leaves_what_arrived_after_it(store: Store) -> None:
    """What comes out of the spool corrects what arrived before it, and nothing that arrived after it."""
    store.write(Batch.of([power(1.0), power(1.0, time=START + 1)], arrived=START + 10))
    store.write(Batch.of([power(2.0)], arrived=START + 30))
    spooled = Batch(Columns.of([power(3.0), power(3.0, time=START + 1)]), arrived=START + 20, late=True)
    assert store.write(spooled) == (0, 2, 1)
    assert values(store) == [("m1", START, 2.0), ("m1", START + 1, 3.0)]


@pytest.mark.removes
def test_a_correction_may_change_how_far_a_value_is_trusted(store: Store) -> None:
    """A good value in place of a suspect one, or the reverse, stands alone; its neighbours stay as they are."""
    store.write(Batch.of([power(1.0), energy(5.0), power(9.0, meter="m2")], arrived=START))
    store.write(Batch.of([power(198.0, quality=Quality.SUSPECT)], arrived=START + 1))
    assert values(store) == [("m1", START, 198.0), ("m1", START, 5.0), ("m2", START, 9.0)]
    assert {key.meter for key in store.buckets(Query(quantities=("active_power",)), every=1000)} == {"m2"}
    store.write(Batch.of([power(2.0)], arrived=START + 2))
    assert values(store) == [("m1", START, 2.0), ("m1", START, 5.0), ("m2", START, 9.0)]


def test_second_process_is_told(tmp_path: Path) -> None:
    """A store that another process has open is said to be so, and to be tried again later."""
    path = tmp_path / "park.duckdb"
    script = f"from pathlib import Path; from parkwatt.store.duck import DuckStore; DuckStore(Path({str(path)!r}))"
    with closing(DuckStore(path)):
        other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert other.returncode == 1
    assert StoreUnavailableError.__name__ in other.stderr
    assert "open in another process" in other.stderr


def test_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A file that a newer Parkwatt wrote is refused instead of damaged."""
    path = tmp_path / "park.duckdb"
    with closing(DuckStore(path)) as store:
        store._connection.execute("INSERT INTO migrations VALUES (999)")  # noqa: SLF001 - plays the newer version
    with pytest.raises(StoreError, match="newer Parkwatt"):
        DuckStore(path)


def test_file_that_is_no_store(tmp_path: Path) -> None:
    """A file that is no DuckDB file gives an error that names it."""
    path = tmp_path / "notes.duckdb"
    path.write_text("not a database " * 1000)
    with pytest.raises(StoreError, match=r"notes\.duckdb"):
        DuckStore(path)


def test_rejections_are_kept(store: Store) -> None:
    """Rejections come back newest first with topic, payload and reason, and are counted."""
    old = Rejection("a/b", b"\xff{", START, "not JSON")
    new = Rejection("c/d", b"", START + 5, "nothing in it")
    store.write(Batch.of([], [old, new], received=2))
    assert store.rejections(limit=10) == [new, old]
    assert store.rejections(limit=1, before=START + 5) == [old]
    assert store.totals().rejected == 2


@pytest.mark.removes
def test_prune(store: Store) -> None:
    """Pruning deletes what is older than asked, and still knows the newest reading of a series that fell silent."""
    store.write(Batch.of([power(1.0), power(2.0, meter="m2", time=START + 1000)]))
    assert store.prune(before=START + 500) == 1
    assert values(store) == [("m2", START + 1000, 2.0)]
    assert store.latest()[SeriesKey("m1", "active_power", None)].value == 1.0


def test_writing_from_threads(store: Store) -> None:
    """Several threads may write and read at once; the counts add up."""

    def write(number: int) -> None:
        for i in range(10):
            store.write(Batch.of([power(float(i), meter=f"t{number}", time=START + i)]))
            store.readings(Query((f"t{number}",)), limit=5)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.totals().stored == len(values(store)) == 40


batches = st.lists(
    st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 6), st.integers(0, 3)), max_size=8
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches)
def test_store_is_a_dictionary(homes: Callable[[], OpenStore], given_batches: list) -> None:
    """However readings are ordered, repeated and cut into batches, the store holds what a dictionary would."""
    expected: dict[tuple[str, int], float] = {}
    read = 0
    with closing(homes()()) as store:
        for batch in given_batches:
            readings = [power(float(v), meter=m, time=START + t) for m, t, v in batch]
            written = store.write(Batch.of(readings))
            expected.update({(r.meter, r.time): r.value for r in readings})
            read += len(readings)
            assert written.stored + written.duplicate == len(readings)
        assert {(m, t): v for m, t, v in values(store)} == expected
        assert store.totals().stored == len(expected)
        assert store.totals().stored + store.totals().duplicate == read
        newest = {m: max(t for n, t in expected if n == m) for m, _ in expected}
        assert {key.meter: latest.time for key, latest in store.latest().items()} == newest
