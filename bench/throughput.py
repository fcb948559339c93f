"""From publisher to disk, as fast as it goes, beside a C subscriber on the same broker."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from os import sched_getaffinity
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import broker as brokers
from bench.load import QUANTITIES
from bench.plan import Plan, say
from bench.publisher import Load, publish
from bench.race import Run, Way, compare, from_full_session, live, median_run
from bench.receivers import Collectors, MosquittoSub, Receiver
from bench.result import Result
from bench.sink import Sink
from tests.waiting import until

MEMORY_AIM = 300_000_000
DISK_AIM = 3.0
_OBJECTS_AIM = 300_000


def measure_limits(plan: Plan) -> Iterator[Result]:
    """What the load generator and the broker do alone: nobody behind them can be faster."""
    load = Load(plan.messages * 2, qos=0)
    sink = Sink()
    say("the load generator into a sink")
    published = publish(sink.port, load)
    sink.close()
    rate = load.messages / (sink.ended - published.began) * 1e9
    yield Result(what="load generator into a sink, QoS 0", measured=f"{rate:,.0f} messages/s", numbers={"rate": rate})
    for array, messages in ((1, plan.messages), (100, plan.gateway_messages)):
        kind = "messages of 6 values" if array == 1 else "arrays of 100 readings"
        say(f"the broker alone, {kind}")
        for session in (False, True):
            rate = median(_broker_alone(Load(messages, array=array), session=session) for _ in range(plan.turns))
            kept = "kept for an absent session" if session else "that nobody subscribes to"
            yield Result(
                what=f"broker alone: {kind} {kept}, QoS 1, acknowledged",
                measured=f"{rate:,.0f} messages/s" + (f" = {rate * array:,.0f} readings/s" if array > 1 else ""),
                numbers={"rate": rate},
            )


def _broker_alone(load: Load, *, session: bool) -> float:
    """Messages per second that the broker acknowledges to the publisher while nobody receives."""
    with TemporaryDirectory() as folder, brokers.running(Path(folder) / "broker") as broker:
        if session:
            absent = MosquittoSub(Path(folder))
            absent.start(broker.address.port)
            try:
                until(lambda: absent.usages() and broker.subscribed(1))
            finally:
                absent.stop()
        return load.messages / publish(broker.address.port, load).seconds


def measure_singles(plan: Plan) -> Iterator[Result]:
    """Messages of six quantities, live and from a full session."""
    load = Load(plan.messages)
    yield from _live(load, plan, what="messages of 6 values, live", aim=0.9)
    yield from _from_full_session(load, plan, what="messages of 6 values, from a full session", aim=0.9)


def measure_gateways(plan: Plan) -> Iterator[Result]:
    """Arrays of 100 readings of six quantities, live and from a full session."""
    load = Load(plan.gateway_messages, array=100)
    yield from _live(load, plan, what="gateway arrays of 100 readings, live")
    yield from _from_full_session(load, plan, what="gateway arrays of 100 readings, from a full session")


def _live(load: Load, plan: Plan, *, what: str, aim: float | None = None) -> Iterator[Result]:
    ours, peer = _take_turns(live, load, plan, what=what)
    yield _against_peer(ours, peer, what=what, aim=aim)
    run = median_run(ours)
    yield Result(
        what=f"{what}: of all {len(sched_getaffinity(0))} cores",
        measured=_shares(run),
        limit=f"mosquitto_sub: {_shares(median_run(peer))}" if peer else "",
        numbers={f"cpu_seconds_{name}": seconds for name, seconds in run.cpu.items()}
        | {"seconds": run.seconds, "busiest_thread": run.busiest_thread},
    )
    per_value = run.cpu_per_million / load.array / QUANTITIES
    yield Result(
        what=f"{what}: collector's CPU seconds for a million messages",
        measured=f"{run.cpu_per_million:,.1f} s, {per_value:.2f} s for a million values",
        limit=f"mosquitto_sub: {median_run(peer).cpu_per_million:,.1f} s" if peer else "",
        numbers={"cpu_seconds_per_million": [one.cpu_per_million for one in ours]},
    )
    memory = max(one.memory for one in ours)
    yield Result(
        what=f"{what}: collector's peak memory",
        measured=f"{memory / 1e6:.0f} MB",
        aim="< 300 MB",
        met=memory < MEMORY_AIM,
        numbers={"memory": [float(one.memory) for one in ours]},
    )
    disk = run.disk / (load.values + load.senders * load.array * QUANTITIES)
    yield Result(
        what=f"{what}: bytes per value on disk",
        measured=f"{disk:.2f}",
        aim="<= 3",
        met=disk <= DISK_AIM,
        numbers={"disk": disk},
    )


def _from_full_session(load: Load, plan: Plan, *, what: str, aim: float | None = None) -> Iterator[Result]:
    ours, peer = _take_turns(from_full_session, load, plan, what=what)
    yield _against_peer(ours, peer, what=what, aim=aim)


def _take_turns(way: Way, load: Load, plan: Plan, *, what: str) -> tuple[Sequence[Run], Sequence[Run]]:
    """Runs of ours and of the peer; no runs of the peer where it is not installed."""
    say(f"{what}: {load.messages:,} messages, {plan.turns} turns")
    receivers: list[Callable[[Path], Receiver]] = [partial(Collectors, meters=load.meters)]
    if MosquittoSub.is_installed():
        receivers.append(MosquittoSub)
    with TemporaryDirectory() as folder:
        ours, *others = compare(way, receivers, load, Path(folder), times=plan.turns)
    return ours, others[0] if others else []


def _against_peer(ours: Sequence[Run], peer: Sequence[Run], *, what: str, aim: float | None) -> Result:
    load, rate = ours[0].load, median_run(ours).rate
    numbers: dict[str, float | list[float]] = {"rates": [run.rate for run in ours], "messages": float(load.messages)}
    measured, text, met, limit, ratio = f"{rate:,.0f} messages/s", "", None, "no mosquitto_sub here", None
    if load.array > 1:
        objects = rate * load.array
        measured += f" = {objects:,.0f} readings/s = {objects * QUANTITIES:,.0f} values/s"
        text, met = "300,000 readings/s", objects >= _OBJECTS_AIM
    if peer:
        other = median_run(peer).rate
        limit, ratio = f"mosquitto_sub: {other:,.0f} messages/s", rate / other
        numbers["peer_rates"] = [run.rate for run in peer]
        if aim is not None:
            text, met = f"{aim:g} of mosquitto_sub", ratio >= aim
    return Result(what=what, measured=measured, limit=limit, ratio=ratio, aim=text, met=met, numbers=numbers)


def _shares(run: Run) -> str:
    """Who used the processor while it ran."""
    cores = len(sched_getaffinity(0))
    parts = [f"{name} {seconds / run.seconds / cores:.0%}" for name, seconds in run.cpu.items()]
    return f"{', '.join(parts)}; receiver's busiest thread {run.busiest_thread / run.seconds:.0%} of one"
