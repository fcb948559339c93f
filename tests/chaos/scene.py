"""One round: processes, devices and a killer, from the first start to the verdict."""

import contextlib
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from tests.chaos.device import Device
from tests.chaos.ledger import Stream
from tests.chaos.processes import EndedByItselfError, Process
from tests.chaos.verdict import Verdict, compare, glance

Blows = Mapping[str, Callable[[], object]]
"""What may happen, by name; names that begin with `kill` are SIGKILLs."""

P = TypeVar("P", bound=Process)


class Endable(Protocol):
    """Something that has to be cleared away."""

    def end(self) -> None:
        """Clear it away, whatever state it is in."""
        ...


E = TypeVar("E", bound=Endable)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of everything.

    Attributes:
        blows: how many things happen in a round.
        pause: longest time between two of them [s].
        rate: single messages per second; the other devices follow.
        patience: how long everything may take to come to rest after the last blow [s].
    """

    blows: int
    pause: float
    rate: float
    patience: float


SHORT = Effort(blows=3, pause=2.0, rate=250, patience=60)
LONG = Effort(blows=16, pause=3.0, rate=1200, patience=180)


@dataclass(slots=True)
class Outcome:
    """What came of a round.

    Attributes:
        seconds: how long it took.
        done: what was done to the processes, by kind.
        published: messages.
        acknowledged: messages.
        error: what kept the round from its end; None if it got there.
    """

    seconds: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    published: int = 0
    acknowledged: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    error: str | None = None

    @property
    def kills(self) -> int:
        """SIGKILLs."""
        return sum(count for name, count in self.done.items() if name.startswith("kill"))

    @property
    def clean(self) -> bool:
        """Whether the round came to its end and nothing was lost, wrong or double."""
        return self.error is None and self.verdict.clean


class Scene:
    """What a case works with.

    Attributes:
        folder: for all data of the round.
        rng: the only source of chance.
        done: what has happened, by name.
        stores: DuckDB files to compare at the end.
    """

    def __init__(self, folder: Path, *, rng: random.Random, effort: Effort) -> None:
        self.folder, self.rng, self.effort = folder, rng, effort
        self.done = Counter[str]()
        self.stores: list[Path] = []
        self.streams: list[Stream] = []
        self._devices: list[Device] = []
        self._processes: list[Process] = []
        self._restarting: set[Process] = set()
        self._ends = contextlib.ExitStack()

    def own(self, thing: E) -> E:
        """Clear a thing away at the end."""
        self._ends.callback(thing.end)
        return thing

    def run(self, process: P, *, restart: bool = False) -> P:
        """Start a process; `restart` it when it ends by itself, as systemd would."""
        self._processes.append(self.own(process))
        if restart:
            self._restarting.add(process)
        process.start()
        return process

    def publish_to(self, *ports: int, promised: Container[int]) -> None:
        """Start devices of every kind, once there is a session that the broker keeps messages for.

        Args:
            ports: of the broker, or of what stands before it.
            promised: the qualities of service with which the broker keeps what it has acknowledged.
        """
        self._device(Stream("probe", 0, qos=1, promised=False), ports, rate=5)
        self.wait(lambda: (seen := self.look()) and seen.stored, what="the collector listens")
        rate = self.effort.rate
        self._device(Stream("single", 1, qos=1), ports, rate=rate)
        self._device(Stream("array", 2, qos=1, size=20), ports, rate=rate * 0.05)
        self._device(Stream("second", 3, qos=2, promised=2 in promised), ports, rate=rate * 0.1)
        self._device(Stream("zero", 4, qos=0), ports, rate=rate * 0.1)

    def _device(self, stream: Stream, ports: Sequence[int], *, rate: float) -> None:
        device = Device(stream, ports=ports, rate=rate, rng=random.Random(self.rng.random()))  # noqa: S311 - repeatable
        self.streams.append(stream)
        self._devices.append(device)
        self._ends.callback(device.give_up)
        device.start()

    def strike(self, blows: Blows, *, share: float = 1.0) -> None:
        """Let things happen at random moments; every kind at least once, if there are enough blows.

        Args:
            blows: what may happen.
            share: of the blows of a round.
        """
        names = list(blows)
        chosen = [*self.rng.sample(names, len(names)), *self.rng.choices(names, k=self.effort.blows)]
        self.wait(lambda: self.streams[-2].acknowledged, what="the last device is heard")
        for name in chosen[: round(self.effort.blows * share)]:
            self.pause(self.rng.uniform(0, self.effort.pause))
            blows[name]()
            self.done[name] += 1

    def again(self, process: Process) -> None:
        """SIGKILL, and a start after a moment."""
        process.kill()
        self.pause(self.rng.choice((0, self.rng.uniform(0, 1))))
        process.start()

    def pause(self, seconds: float) -> None:
        """Let time pass, and look after the processes meanwhile."""
        ends = time.monotonic() + seconds
        while True:
            for process in self._processes:
                try:
                    process.check()
                except EndedByItselfError:
                    if process not in self._restarting:
                        raise
                    self.done[f"{process.name} ended by itself"] += 1
                    process.start()
            left = ends - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.2))

    def wait(self, condition: Callable[[], object], *, what: str) -> None:
        """Wait for a condition, within patience."""
        ends = time.monotonic() + self.effort.patience
        while not condition():
            assert time.monotonic() < ends, f"not within {self.effort.patience:g} s: {what}"
            self.pause(0.2)

    def acknowledged(self) -> int:
        """Readings in acknowledged messages."""
        return sum(stream.acknowledged * stream.size for stream in self.streams)

    def look(self) -> Verdict | None:
        """How it would stand now; None if that cannot be seen."""
        return glance(self.streams, self.stores)

    def judge(self) -> Verdict:
        """Let everything come to rest, stop what runs, and compare.

        Raises:
            AssertionError: if devices wait for acknowledgements for ever, or a process does not end when told to.
        """
        for device in self._devices:
            device.finish()
        self.wait(lambda: not any(d.is_alive() for d in self._devices), what="the broker acknowledges everything")
        with contextlib.suppress(AssertionError):  # the verdict will tell
            self.wait(lambda: (seen := self.look()) and not seen.counts["lost"], what="everything is stored")
        for process in reversed(self._processes):
            process.stop()
        return compare(self.streams, self.stores)

    def end(self) -> None:
        """Leave nothing running."""
        self._ends.close()


def play(case: Callable[[Scene], None], *, folder: Path, seed: str, effort: Effort) -> Outcome:
    """Play a round; its folder is removed if nothing was wrong."""
    began, outcome = time.monotonic(), Outcome()
    folder.mkdir(parents=True)
    scene = Scene(folder, rng=random.Random(seed), effort=effort)  # noqa: S311 - repeatable, keeps no secret
    outcome.done = scene.done
    try:
        case(scene)
        outcome.verdict = scene.judge()
    except (AssertionError, EndedByItselfError, OSError) as error:
        outcome.error = f"{type(error).__name__}: {error}"
    finally:
        scene.end()
    outcome.published = sum(stream.published for stream in scene.streams)
    outcome.acknowledged = sum(stream.acknowledged for stream in scene.streams)
    outcome.seconds = time.monotonic() - began
    if outcome.clean:
        shutil.rmtree(folder)
    return outcome
