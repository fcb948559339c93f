"""Asking a store that holds a year of 1,000 meters."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np

from bench.result import Result
from parkwatt.quantities import Kind
from parkwatt.readings import Reading
from parkwatt.store import Batch, Query
from parkwatt.store.duck import DuckStore

METERS, DAYS, QUARTER = 1_000, 365, 900_000
START = 1_767_225_600_000
PER_DAY = 96


def measure() -> Iterator[Result]:
    """Build the store and ask it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "park.duckdb"
        rows = _fill(path)
        with closing(DuckStore(path)) as store:
            enterprise_of = {f"m{i:04d}": f"E{i % 24:02d}" for i in range(METERS)}
            query = Query(quantities=("active_power",), start=START, end=START + DAYS * PER_DAY * QUARTER)
            seconds = _best(lambda: store.sums(enterprise_of, query))
            yield Result("a year of 1,000 meters summed by enterprise", f"{seconds * 1000:.0f} ms", "", "< 300 ms")
            seconds = _best(lambda: store.sums(enterprise_of, query, every=86_400_000))
            yield Result("the same by enterprise and day", f"{seconds * 1000:.0f} ms")
            seconds = _best(store.latest)
            yield Result(f"latest of {METERS} series among {rows:,} readings", f"{seconds * 1000:.1f} ms")
            yield Result("bytes per value on disk", f"{store.size() / rows:.1f}", "", "<= 3")


def _fill(path: Path) -> int:
    """A year of quarter-hours, put in beside the store's own way in, which `throughput` measures."""
    with closing(DuckStore(path)) as store:
        names = [f"m{i:04d}" for i in range(METERS)]
        store.write(Batch.of([Reading(m, "active_power", None, 0.0, Kind.GAUGE, START) for m in names]))
    with closing(duckdb.connect(str(path))) as connection:
        random = np.random.default_rng(1)
        for day in range(DAYS):
            first = 1 if day == 0 else 0
            times = START + (np.arange(first, PER_DAY) + day * PER_DAY) * QUARTER
            rows = {  # noqa: F841 - DuckDB reads it by its name
                "series": np.tile(np.arange(METERS, dtype=np.int32), len(times)),
                "time": np.repeat(times, METERS),
                "value": np.round(random.normal(100, 20, METERS * len(times)), 1),
            }
            connection.execute("INSERT INTO readings SELECT series, time, value, time, 0, 2 FROM rows")
        connection.execute("CHECKPOINT")
    return METERS * DAYS * PER_DAY


def _best(ask: Callable[[], object], times: int = 5) -> float:
    """Seconds of the quickest of some tries."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        ask()
        found.append(time.perf_counter() - begin)
    return min(found)
