"""A month of the simulated park from the embedded store to InfluxDB, verified; and its backup, restored."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from bench import influxd
from bench.plan import Plan, say
from bench.result import Result
from ingest.backfill import Backfill
from ingest.devices import load_models
from ingest.formats.decoder import Decoder
from ingest.simulate.demo_park import demo_park
from ingest.simulate.history import messages
from ingest.simulate.park_files import write_park
from parkwatt.live import Live
from parkwatt.moving.archive import Archive
from parkwatt.moving.backing_up import back_up
from parkwatt.moving.copying import Copy, Outcome
from parkwatt.moving.life import carry_totals, copy_rejections
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.store import Store
from parkwatt.store.duck import DuckStore
from parkwatt.store.open import open_store

T = TypeVar("T")
METERS, EVERY = 60, 900_000
END = 1_767_196_800_000
"""2026-01-01 in the park."""


def measure(plan: Plan) -> Iterator[Result]:
    """Fill, copy, back up, restore."""
    days = min(31, plan.days)
    park = demo_park(meters=METERS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        park_file = write_park(park, folder / "park")
        with closing(DuckStore(folder / "park.duckdb")) as store:
            say(f"{days} days of {METERS} simulated meters")
            seconds, _ = _timed(lambda: fill(store, park, start=END - days * 86_400_000, end=END))
            readings = store.totals().stored
            yield _row(f"{days} days of {METERS} simulated meters decoded and stored", readings, seconds)
            if influxd.is_installed():
                yield from _copied(store, park, folder)
            out = folder / "park.zip"
            seconds, _ = _timed(
                lambda: back_up(store, park=park, park_path=park_file, out=out, at=END, told=lambda *_: None)
            )
            yield _row("the same backed up, read again and compared", readings, seconds, size=out.stat().st_size)
        yield _row("bytes of the embedded store", readings, 0, size=(folder / "park.duckdb").stat().st_size)
        with closing(Archive(out)) as archive, closing(DuckStore(folder / "again.duckdb")) as again:
            seconds, outcome = _timed(lambda: Copy(archive, again, zone=park.zone).run())
            yield _row(f"the backup restored and verified: {_judged(outcome)}", readings, seconds)


def fill(store: Store, park: Park, *, start: Millis, end: Millis) -> None:
    """Store what the park's meters would have sent."""
    backfill = Backfill(decoder=Decoder(tuple(load_models(None)), park), store=store, live=Live())
    sent = messages(park, start=start, end=end, every=EVERY)
    backfill.run(sent, progress=lambda _: None, stop=threading.Event())


def _copied(store: Store, park: Park, folder: Path) -> Iterator[Result]:
    with influxd.running(folder / "influxdb") as server:
        influx = server.influx()
        of = park.model_copy(update={"id": influx.park})
        with closing(open_store(influx.url, park=of, writer="copy")) as target:
            say("copying to InfluxDB")
            seconds, outcome = _timed(lambda: Copy(store, target, zone=park.zone).run())
            copy_rejections(store, target)
            carry_totals(store, target)
            what = f"copied to InfluxDB and verified, {outcome.days} days: {_judged(outcome)}"
            yield _row(what, outcome.readings, seconds)
            seconds, outcome = _timed(lambda: Copy(store, target, zone=park.zone).verify())
            yield _row(f"only compared, both sides: {_judged(outcome)}", outcome.readings, seconds)
        size = influxd.compacted(server.folder, influx.bucket)
        yield _row("bytes in InfluxDB, compacted", outcome.readings, 0, size=size)


def _judged(outcome: Outcome) -> str:
    return "all equal" if not outcome.missing and not outcome.beyond else f"{len(outcome.missing)} MISSING"


def _timed(do: Callable[[], T]) -> tuple[float, T]:
    begin = time.perf_counter()
    found = do()
    return time.perf_counter() - begin, found


def _row(what: str, readings: int, seconds: float, *, size: int = 0) -> Result:
    said = [f"{readings:,} readings"]
    if seconds:
        said.append(f"{seconds:.1f} s, {readings / seconds:,.0f} readings/s")
    if size:
        said.append(f"{size / 1e6:.1f} MB, {size / readings:.2f} bytes per reading")
    return Result(what=what, measured="; ".join(said), numbers={"readings": readings, "seconds": seconds, "size": size})
