"""The past of a simulated park, as the very messages that its meters would have sent."""

import time as clock
from collections.abc import Iterator
from typing import Literal

from ingest.formats import Message
from ingest.simulate.behaviour import DAY
from ingest.simulate.simulation import Simulation
from ingest.simulate.wire.sparkplug import EdgeNode
from parkwatt.park import Park
from parkwatt.readings import Millis

QUARTER_HOUR: Millis = 900_000

Order = Literal["oldest first", "newest first"]
"""Which day comes first; within a day messages are in order of time."""


class History:
    """Messages of the past of one park.

    Attributes:
        simulation: where they come from.
    """

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    def messages(
        self, *, start: Millis, end: Millis, every: Millis = QUARTER_HOUR, order: Order = "oldest first"
    ) -> Iterator[Message]:
        """All messages from `start` (included) to `end` (excluded).

        Args:
            start: first time; steps are counted from the epoch, so that any start gives the same times.
            end: where to stop.
            every: time between the readings of a meter [ms].
            order: of the days.
        """
        requests = [(source, source.rows) for source in self.simulation.sources(historical=True)]
        for first, last in self._days(start, end, order):
            for at in _steps(first, last, every):
                for publications in self.simulation.publications(requests, at, every=every):
                    for topic, payload in publications:
                        yield Message(topic, payload, at)

    def expected(self, *, start: Millis, end: Millis, every: Millis = QUARTER_HOUR) -> int:
        """How many messages `messages` gives."""
        ends = sorted(since for since in self.simulation.faults.silent.values() if start <= since < end)
        sources = self.simulation.sources(historical=True)
        total = float(sum(isinstance(s, EdgeNode) and self.simulation.speaking(s, start) > 0 for s in sources))
        for first, last in zip([start, *ends], [*ends, end], strict=True):
            steps = len(_steps(first, last, every))
            total += steps * sum(s.count(self.simulation.speaking(s, first), every=every) for s in sources)
        return round(total) if _steps(start, end, every) else 0

    def _days(self, start: Millis, end: Millis, order: Order) -> Iterator[tuple[Millis, Millis]]:
        first = self.simulation.behaviour.day_start(start)
        days = [(max(start, day), min(end, day + DAY)) for day in range(first, end, DAY)]
        return iter(days if order == "oldest first" else days[::-1])


_kept: list[tuple[Park, int, History]] = []
"""The history used last: callers ask day by day, and counting registers up to a day takes a second."""


def history_of(park: Park, *, seed: int = 1) -> History:
    """The history of a park as seen from now; the last one is kept."""
    if not (_kept and _kept[0][0] is park and _kept[0][1] == seed):
        now = clock.time_ns() // 1_000_000
        _kept[:] = [(park, seed, History(Simulation(park, seed=seed, now=now)))]
    return _kept[0][2]


def messages(  # noqa: PLR0913 - one keyword per thing that a caller may choose
    park: Park,
    *,
    start: Millis,
    end: Millis,
    every: Millis = QUARTER_HOUR,
    seed: int = 1,
    order: Order = "oldest first",
) -> Iterator[Message]:
    """The past of a park from `start` to `end`, a reading per meter `every` so many milliseconds."""
    return history_of(park, seed=seed).messages(start=start, end=end, every=every, order=order)


def expected(park: Park, *, start: Millis, end: Millis, every: Millis = QUARTER_HOUR, seed: int = 1) -> int:
    """How many messages that will be, nearly; for a progress bar."""
    return history_of(park, seed=seed).expected(start=start, end=end, every=every)


def _steps(start: Millis, end: Millis, every: Millis) -> range:
    return range(-(-start // every) * every, end, every)
