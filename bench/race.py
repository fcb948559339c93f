"""One run from publisher to acknowledgement, timed by the broker, counted afterwards in the store."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from bench import broker as brokers
from bench.broker import WatchedBroker
from bench.publisher import Load, Publisher, publish
from bench.receivers import Receiver
from bench.usage import Meter
from tests.waiting import until

_PATIENCE = 300.0

Way: TypeAlias = "Callable[[Receiver, Load, Path], Run]"
"""A way to let a receiver run, with a folder for the broker's data."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run showed.

    Attributes:
        load: what was published.
        seconds: to the last acknowledgement that the broker got; from the first publish, or, where messages waited in a
            full session, from the receiver's connection.
        publish_seconds: from the first publish to the last acknowledgement that the publisher got.
        cpu: CPU seconds of `receiver`, `broker` and `publisher` in a live run.
        busiest_thread: CPU seconds of the receiver's busiest thread.
        memory: most bytes of memory of any receiver, its start included.
        disk: bytes that the receiver keeps, after its end.
    """

    load: Load
    seconds: float
    publish_seconds: float
    cpu: dict[str, float] = field(default_factory=dict)
    busiest_thread: float = 0.0
    memory: int = 0
    disk: int = 0

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.load.messages / self.seconds

    @property
    def cpu_per_million(self) -> float:
        """CPU seconds of the receiver for a million messages."""
        return self.cpu["receiver"] / self.load.messages * 1e6


def live(receiver: Receiver, load: Load, folder: Path) -> Run:
    """Publisher at full speed and receiver at the same time."""
    with _receiving(receiver, load, folder) as broker, Publisher(broker.address.port, _timed(load)) as publisher:
        receivers = receiver.usages()
        meters = {"publisher": [publisher.usage], "broker": [broker.usage], "receiver": receivers}
        before = {name: _cpu(of) for name, of in meters.items()}
        threads = [meter.by_thread() for meter in receivers]
        publisher.go()
        published = publisher.wait()
        ended = broker.wait_drained()
        run = Run(
            load=load,
            seconds=(ended - published.began) / 1e9,
            publish_seconds=published.seconds,
            cpu={name: _cpu(of) - before[name] for name, of in meters.items()},
            busiest_thread=_busiest(receivers, threads),
            memory=max(meter.peak_memory() for meter in receivers),
        )
    return _checked(run, receiver)


def from_full_session(receiver: Receiver, load: Load, folder: Path) -> Run:
    """The messages wait at the broker, then the receiver starts: the publisher is in nobody's way."""
    with _receiving(receiver, load, folder) as broker:
        receiver.stop()
        published = publish(broker.address.port, _timed(load))
        receiver.start(broker.address.port)
        until(lambda: receiver.usages() and len(broker.connections()) >= receiver.sessions, seconds=_PATIENCE)
        ended = broker.wait_drained()
        run = Run(
            load=load,
            seconds=(ended - min(broker.connections().values())) / 1e9,
            publish_seconds=published.seconds,
            memory=max(meter.peak_memory() for meter in receiver.usages()),
        )
    return _checked(run, receiver)


def compare(
    way: Way,
    receivers: Sequence[Callable[[Path], Receiver]],
    load: Load,
    folder: Path,
    *,
    times: int,
) -> list[list[Run]]:
    """Runs of several receivers, taking turns, each turn with a fresh broker and a fresh store; runs by receiver."""
    runs: list[list[Run]] = [[] for _ in receivers]
    for turn in range(times):
        for number, (receiver, found) in enumerate(zip(receivers, runs, strict=True)):
            with TemporaryDirectory(dir=folder, prefix=f"run-{turn}-{number}-") as place:
                found.append(way(receiver(Path(place)), load, Path(place)))
    return runs


def median_run(runs: Sequence[Run]) -> Run:
    """The run with the middle rate (the slower of the two where their number is even)."""
    return sorted(runs, key=lambda run: run.rate)[(len(runs) - 1) // 2]


@contextmanager
def _receiving(receiver: Receiver, load: Load, folder: Path) -> Iterator[WatchedBroker]:
    """A fresh broker and a subscribed receiver, after every meter has spoken once."""
    with brokers.running(folder / "broker") as broker:
        receiver.start(broker.address.port)
        try:
            until(lambda: receiver.usages() and broker.subscribed(receiver.sessions), seconds=_PATIENCE)
            publish(broker.address.port, _warm_up(load))
            broker.wait_drained()
            yield broker
        finally:
            receiver.stop()


def _warm_up(load: Load) -> Load:
    return replace(load, messages=load.senders)


def _timed(load: Load) -> Load:
    return replace(load, first=load.senders)


def _checked(run: Run, receiver: Receiver) -> Run:
    everything = replace(run.load, messages=run.load.senders + run.load.messages)
    receiver.check(everything)
    return replace(run, disk=receiver.bytes_on_disk())


def _cpu(meters: Sequence[Meter]) -> float:
    return sum(meter.cpu_seconds() for meter in meters)


def _busiest(meters: Sequence[Meter], before: Sequence[dict[str, float]]) -> float:
    return max(
        now - then.get(thread, 0.0)
        for meter, then in zip(meters, before, strict=True)
        for thread, now in meter.by_thread().items()
    )
