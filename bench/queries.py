"""Asking a store that holds a year of 1,000 meters."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from bench.filled import Past, fill
from bench.plan import Plan, say
from bench.result import Result
from parkwatt.store import Query
from parkwatt.store.duck import DuckStore

METERS, QUARTER, PER_DAY = 1_000, 900_000, 96
START = 1_767_225_600_000
_SUM_AIM = 0.3


def measure(plan: Plan) -> Iterator[Result]:
    """Build the store and ask it."""
    meters = [f"m{i:04d}" for i in range(METERS)]
    past = Past(meters, ["active_power"], plan.days * PER_DAY, START, QUARTER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "park.duckdb"
        say(f"filling a store with {past.values:,} readings")
        fill(path, past)
        with closing(DuckStore(path)) as store:
            enterprise_of = {meter: f"E{i % 24:02d}" for i, meter in enumerate(meters)}
            query = Query(quantities=("active_power",), start=START, end=START + past.turns * QUARTER)
            seconds = _best(lambda: store.sums(enterprise_of, query))
            yield Result(
                what=f"{plan.days} days of quarter-hours of 1,000 meters summed by enterprise",
                measured=f"{seconds * 1000:.0f} ms",
                aim="< 300 ms",
                met=seconds < _SUM_AIM,
                numbers={"seconds": seconds, "readings": past.values},
            )
            seconds = _best(lambda: store.sums(enterprise_of, query, every=86_400_000))
            yield Result(what="the same by enterprise and day", measured=f"{seconds * 1000:.0f} ms")
            seconds = _best(store.latest)
            yield Result(
                what=f"latest value of 1,000 series among {past.values:,} readings", measured=f"{seconds * 1000:.1f} ms"
            )
            disk = store.size() / past.values
            yield Result(
                what="bytes per value on disk, quarter-hours of random gauges",
                measured=f"{disk:.2f}",
                aim="<= 3",
                met=disk <= 3,
                numbers={"disk": disk},
            )


def _best(ask: Callable[[], object], times: int = 5) -> float:
    """Seconds of the quickest of some tries."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        ask()
        found.append(time.perf_counter() - begin)
    return min(found)
