"""Accounting: a month of 1,000 meters from scratch, an hour of new readings, a round without news, one late reading."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from bench.plan import Plan, say
from bench.result import Result
from parkwatt.account import Accountant
from parkwatt.account_follower import Follower
from parkwatt.columns import Columns, SeriesIndex
from parkwatt.park import Park
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Batch
from parkwatt.store.duck import DuckStore
from parkwatt.store.duck_derived import DuckDerived

METERS = 1000
START = 1_772_294_400_000
"""2026-03-01 in the park."""
_HOUR: Millis = 3_600_000
_DAY: Millis = 24 * _HOUR
_EVERY: Millis = 300_000
_OFTEN: Millis = 60_000


def measure(plan: Plan) -> Iterator[Result]:
    """Fill, account, go on; then account meters that speak every minute."""
    days = min(31, plan.days)
    with _filled(days, _EVERY) as (store, park):
        home, now = DuckDerived(store), START + days * _DAY

        def clock() -> Millis:
            return now

        follower = Follower(Accountant(store, home, park, clock=clock), home, clock=clock)
        yield _round(follower, f"{days} days of {METERS} meters accounted from scratch")
        now += _HOUR
        yield _round(follower, "an hour of new readings of all meters")
        yield _round(follower, "a round without news")
        index = SeriesIndex()
        index.add(SeriesKey("m7", "energy_import", None))
        late = Columns(
            index, np.zeros(1, np.int32), np.array([START + _DAY + 1]), np.array([1.0]), np.ones(1, np.uint8)
        )
        store.write(Batch(late, (), now, 1))
        yield _round(follower, "one reading that is weeks late")
    with _filled(days, _OFTEN) as (store, park):
        home = DuckDerived(store)
        follower = Follower(Accountant(store, home, park, clock=clock), home, clock=clock)
        yield _round(follower, f"{days} days of {METERS} meters that speak every minute accounted from scratch")


@contextmanager
def _filled(days: int, every: Millis) -> Iterator[tuple[DuckStore, Park]]:
    """A store with some days of readings, and two hours more; and its park."""
    with tempfile.TemporaryDirectory() as name, closing(DuckStore(Path(name) / "park.duckdb")) as store:
        say(f"{days} days of {METERS} meters, a reading every {every // 60_000} min")
        _fill(store, START, START + days * _DAY + 2 * _HOUR, every)
        yield store, _park()


def _park() -> Park:
    return Park.model_validate(
        {
            "id": "bench",
            "name": {"en": "Bench"},
            "time_zone": "Asia/Shanghai",
            "grid_region": "广东",
            "tariff": "t",
            "tariffs": [{"id": "t", "time_of_use": "guangdong"}],
            "prices": [{"tariff": "t", "month": "2026-01", "flat": 0.6}],
            "meters": [{"id": f"m{n}"} for n in range(METERS)],
        }
    )


def _fill(store: DuckStore, start: Millis, end: Millis, every: Millis) -> None:
    """Registers that grow at random, a day at a time."""
    index, rng = SeriesIndex(), np.random.default_rng(1)
    for n in range(METERS):
        index.add(SeriesKey(f"m{n}", "energy_import", None))
    value = np.full(METERS, 1000.0)
    for first in range(start, end, _DAY):
        times = np.arange(first, min(first + _DAY, end), every)
        grown = value + np.cumsum(rng.random((len(times), METERS)) * 5, axis=0)
        value = grown[-1]
        series = np.tile(np.arange(METERS, dtype=np.int32), len(times))
        rows = Columns(index, series, np.repeat(times, METERS), grown.ravel(), np.ones(len(series), np.uint8))
        store.write(Batch(rows, (), int(times[-1]), len(series)))


def _round(follower: Follower, what: str) -> Result:
    began = time.perf_counter()
    changed = follower.go_round()
    seconds = time.perf_counter() - began
    aims = {"scratch": 60.0, "hour": 2.0, "late": 5.0}
    aim = next((limit for word, limit in aims.items() if word in what), None)
    return Result(
        what=what,
        measured=f"{changed.written:,} intervals written; {seconds:.2f} s",
        aim="" if aim is None else f"under {aim:g} s",
        met=None if aim is None else seconds < aim,
        numbers={"intervals": changed.written, "seconds": seconds},
    )
