"""InfluxDB behind the store: what it takes in, what it takes on disk, what it answers how fast."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from bench import influxd
from bench.plan import Plan, say
from bench.result import Result
from parkwatt.columns import Columns, SeriesIndex
from parkwatt.park import Enterprise, Meter, Name, Park
from parkwatt.readings import SeriesKey
from parkwatt.store import Batch, Query, Store
from parkwatt.store.open import open_store

METERS, STEP, ENTERPRISES = 1_000, 900_000, 24
START = 1_767_225_600_000
QUANTITIES = ("active_power", "voltage", "current", "power_factor", "energy_import", "energy_export")
_PER_DAY, _DAY = 96, 86_400_000


def measure(plan: Plan) -> Iterator[Result]:
    """Write quarter-hours of 1,000 meters with six values each, then ask."""
    if not influxd.is_installed():
        yield Result(what="InfluxDB", measured="not measured: influxd is not installed here")
        return
    days = max(1, min(plan.days, 31) // 10)
    with tempfile.TemporaryDirectory() as name, influxd.running(Path(name) / "influxdb") as server:
        influx = server.influx()
        park = _park(influx.park)
        with closing(open_store(influx.url, park=park, writer="bench")) as store:
            say(f"writing {days} days of {METERS:,} meters")
            before = influxd.cpu_seconds(server.pid), time.process_time()
            begin = time.perf_counter()
            readings = _fill(store, turns=days * _PER_DAY)
            seconds = time.perf_counter() - begin
            cpu = influxd.cpu_seconds(server.pid) - before[0], time.process_time() - before[1]
            yield Result(
                what="InfluxDB: readings written through the store, 6 to a message, one after the other",
                measured=f"{readings / seconds:,.0f} readings/s; CPU seconds for a million: "
                f"ours {cpu[1] / readings * 1e6:.1f}, InfluxDB {cpu[0] / readings * 1e6:.1f}",
                numbers={"readings": readings, "seconds": seconds, "cpu_influxd": cpu[0], "cpu_ours": cpu[1]},
            )
            disk = influxd.compacted(server.folder, influx.bucket) / readings
            yield Result(what="InfluxDB: bytes per reading, compacted", measured=f"{disk:.1f}", numbers={"disk": disk})
            yield from _asked(store, park, days)
            memory = influxd.peak_memory(server.pid)
            yield Result(
                what="InfluxDB: peak memory, 1,000 meters",
                measured=f"{memory / 1e6:,.0f} MB",
                numbers={"memory": memory},
            )


def _asked(store: Store, park: Park, days: int) -> Iterator[Result]:
    end = START + days * _DAY
    group_of = {meter.id: meter.enterprise or "" for meter in park.meters}
    power, day = ("active_power",), Query(quantities=("active_power",), start=end - _DAY, end=end)
    one, last_day = (Query(("m0007",), power, start, end) for start in (START, end - _DAY))
    questions: tuple[tuple[str, Callable[[], object]], ...] = (
        ("a meter's quarter-hours of a day", lambda: store.buckets(last_day, every=STEP)),
        (f"a meter's {days} days by the hour", lambda: store.buckets(one, every=4 * STEP)),
        ("a day of all meters by enterprise and quarter-hour", lambda: store.sums(group_of, day, every=STEP)),
        ("a page of 1,000 readings", lambda: store.readings(Query(start=end - _DAY, end=end), limit=1_000)),
        ("the newest readings at a start (6,000 series)", store.latest),
    )
    for what, ask in questions:
        begin = time.perf_counter()
        ask()
        seconds = time.perf_counter() - begin
        yield Result(what=f"InfluxDB: {what}", measured=f"{seconds * 1000:.0f} ms", numbers={"seconds": seconds})


def _park(park_id: str) -> Park:
    name = Name(en="Bench")
    enterprises = tuple(Enterprise(id=f"E{i:02d}", name=name) for i in range(ENTERPRISES))
    meters = tuple(Meter(id=f"m{i:04d}", enterprise=f"E{i % ENTERPRISES:02d}") for i in range(METERS))
    return Park(id=park_id, name=name, time_zone="Asia/Shanghai", enterprises=enterprises, meters=meters)


def _fill(store: Store, *, turns: int) -> int:
    """Write in order of time, a batch per turn; how many readings that were."""
    index = SeriesIndex()
    numbers = [index.add(SeriesKey(f"m{i:04d}", quantity, None)) for i in range(METERS) for quantity in QUANTITIES]
    series, dice = np.array(numbers, np.int32), np.random.default_rng(1)
    registers = np.zeros(len(series))
    counts = np.tile([quantity.startswith("energy") for quantity in QUANTITIES], METERS)
    for turn in range(turns):
        values = np.round(dice.normal(100, 20, len(series)), 1)
        registers += np.where(counts, np.abs(values), 0)
        at = START + turn * STEP
        time_ = np.full(len(series), at, np.int64)
        flags = np.where(counts, 1, 0).astype(np.uint8)
        columns = Columns(index, series, time_, np.where(counts, registers, values), flags)
        store.write(Batch(columns, arrived=at + 40, received=METERS))
    return turns * len(series)
