"""The live simulator: every meter of a park publishes over MQTT, evenly spread, for as long as one likes."""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ingest.address import BrokerAddress
from ingest.simulate.connection import Connection
from ingest.simulate.simulation import Simulation
from ingest.simulate.wire.publication import Source
from ingest.simulate.wire.sparkplug import EdgeNode
from parkwatt.park import Park
from parkwatt.readings import Millis

logger = logging.getLogger(__name__)

PERIOD = 7.5
"""Seconds between two messages of a meter."""

_TICK = 0.05
"""Seconds between looks at who is due."""


def now() -> Millis:
    """The time of this machine."""
    return time.time_ns() // 1_000_000


class _Turn(NamedTuple):
    """What is sent together: a device, a gateway, or one meter behind an edge node."""

    source: Source
    rows: tuple[int, ...]
    connection: Connection


class Publisher:
    """Publishes what a simulation says. One thread runs it; `stop` may be set from any other.

    Attributes:
        simulation: what is published.
    """

    def __init__(
        self,
        simulation: Simulation,
        broker: BrokerAddress,
        *,
        speed: float = 1.0,
        period: float = PERIOD,
        clock: Callable[[], Millis] = now,
    ) -> None:
        """Connect everything that sends.

        Args:
            simulation: the park.
            broker: where to publish; it may come later.
            speed: simulated seconds per second; the number of messages stays the same.
            period: seconds between two messages of a meter.
            clock: the time of day.
        """
        self.simulation = simulation
        self._speed, self._period, self._clock = speed, period, clock
        self._began, self._first = time.monotonic(), clock()
        sources = simulation.sources()
        plain = Connection(broker, f"devices-{simulation.park.id}")
        self._connections = [plain]
        self._turns: list[_Turn] = []
        self._nodes: list[tuple[EdgeNode, Connection]] = []
        for source in sources:
            if isinstance(source, EdgeNode):
                connection = Connection(broker, source.name, source)
                self._connections.append(connection)
                self._nodes.append((source, connection))
                self._turns += [_Turn(source, (row,), connection) for row in source.rows]
            else:
                self._turns.append(_Turn(source, source.rows, plain))
        random.Random(0).shuffle(self._turns)  # noqa: S311 - only spreads the traffic

    @property
    def sent(self) -> int:
        """Messages sent so far."""
        return sum(connection.sent for connection in self._connections)

    @property
    def lost(self) -> int:
        """Messages that found no broker so far."""
        return sum(connection.lost for connection in self._connections)

    def run(self, stop: threading.Event, *, duration: float | None = None) -> None:
        """Publish until told to stop, or for some seconds, then say goodbye."""
        begin = time.monotonic()
        done = 0
        try:
            while not stop.wait(_TICK):
                elapsed = time.monotonic() - begin
                due = int(elapsed / self._period * len(self._turns))
                # A machine that was asleep does not send what it missed.
                done = max(done, due - len(self._turns))
                self._publish([self._turns[number % len(self._turns)] for number in range(done, due)])
                done = due
                if duration is not None and elapsed >= duration:
                    return
        finally:
            for connection in self._connections:
                connection.close()
            logger.info("published %d messages; %d found no broker", self.sent, self.lost)

    def time(self) -> Millis:
        """The simulated time."""
        if self._speed == 1:
            return self._clock()
        return self._first + round((time.monotonic() - self._began) * 1000 * self._speed)

    def _publish(self, turns: Sequence[_Turn]) -> None:
        born = [
            _Turn(node, node.rows, connection)
            for node, connection in self._nodes
            if self._needs_birth(node, connection)
        ]
        nodes = {id(turn.source) for turn in born}
        every = round(self._period * 1000 * self._speed)
        at = self.time()
        together = [*born, *(turn for turn in turns if id(turn.source) not in nodes)]
        if not together:
            return
        requests = [(turn.source, turn.rows) for turn in together]
        for turn, messages in zip(together, self.simulation.publications(requests, at, every=every), strict=True):
            turn.connection.publish(messages)

    def _needs_birth(self, node: EdgeNode, connection: Connection) -> bool:
        return connection.connected and not node.alive


def run(  # noqa: PLR0913 - one keyword per option of the command line
    park: Park,
    broker: BrokerAddress,
    *,
    seed: int = 1,
    speed: float = 1.0,
    duration: float | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Simulate a park over MQTT.

    Args:
        park: any park.
        broker: where to publish; if it is not there it is tried until it is.
        seed: as in `Simulation`.
        speed: simulated seconds per second.
        duration: seconds to run; None until `stop` is set.
        stop: ends it.
    """
    simulation = Simulation(park, seed=seed, now=now())
    Publisher(simulation, broker, speed=speed).run(stop or threading.Event(), duration=duration)
