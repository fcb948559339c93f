"""How speed, CPU time, memory and disk grow with the park and with what is stored already."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import race
from bench.filled import Past, fill
from bench.plan import Plan, say
from bench.publisher import PREFIX, START, Load
from bench.receivers import Collectors
from bench.result import Axis, Growth, Result

QUANTITIES = ("active_power", "energy_import", "voltage", "current", "power_factor", "frequency")
_MINUTE = 60_000


def measure_meters(plan: Plan) -> Iterator[Result]:
    """The same messages, from more and more meters, into an empty store."""
    for meters in plan.meters:
        say(f"{meters:,} meters: {plan.grown_messages:,} messages")
        with TemporaryDirectory() as folder:
            collectors = Collectors(Path(folder), meters=meters)
            run = race.live(collectors, Load(plan.grown_messages, meters=meters), Path(folder))
        yield _result("meters", meters, run, values=(run.load.messages + run.load.senders) * len(QUANTITIES))


def measure_stored(plan: Plan) -> Iterator[Result]:
    """The same messages from 1,000 meters, on top of more and more that was filled in beside the store's own way in."""
    meters = [f"{PREFIX}-{i:05d}" for i in range(1_000)]
    for stored in plan.stored:
        turns = -(-stored // (len(meters) * len(QUANTITIES)))
        past = Past(meters, QUANTITIES, turns, START - turns * _MINUTE, _MINUTE)
        with TemporaryDirectory() as folder:
            collectors = Collectors(Path(folder), meters=len(meters), held=past.values)
            say(f"filling a store with {past.values:,} values")
            fill(collectors.stores[0], past)
            say(f"{past.values:,} values stored: {plan.grown_messages:,} messages more")
            run = race.live(collectors, Load(plan.grown_messages, meters=len(meters)), Path(folder))
        more = (run.load.messages + run.load.senders) * len(QUANTITIES)
        yield _result("values stored", stored, run, values=past.values + more)


def _result(axis: Axis, at: int, run: race.Run, *, values: int) -> Result:
    growth = Growth(axis=axis, at=at, rate=run.rate, cpu=run.cpu_per_million, memory=run.memory, disk=run.disk / values)
    return Result(
        what=f"live, with {at:,} {axis}",
        measured=f"{growth.rate:,.0f} messages/s, {growth.cpu:.1f} CPU s per million messages, "
        f"{growth.memory / 1e6:.0f} MB, {growth.disk:.2f} bytes per value on disk",
        numbers={"seconds": run.seconds, "busiest_thread": run.busiest_thread},
        growth=growth,
    )
