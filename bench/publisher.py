"""Handles on the load generator, which runs as a process of its own."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bench.load import QUANTITIES
from bench.usage import Meter

START = (int(time.time()) - 30 * 86_400) * 1_000
"""Time of every meter's first reading [ms since the epoch]: a month ago."""

PREFIX = "load"


@dataclass(frozen=True, slots=True)
class Load:
    """What is published.

    Attributes:
        messages: how many.
        meters: of how many meters they tell.
        array: reading objects in one message; 1 is a meter that speaks for itself.
        first: number of the first message; later numbers carry later times.
        start: time of reading 0 [ms since the epoch].
        step: from one reading of a meter to its next [ms].
        prefix: of the meters' ids.
        rate: messages per second; 0 is as fast as the broker takes them.
        qos: 0 or 1.
    """

    messages: int
    meters: int = 1_000
    array: int = 1
    first: int = 0
    start: int = START
    step: float = 1_000
    prefix: str = PREFIX
    rate: float = 0.0
    qos: int = 1

    @property
    def senders(self) -> int:
        """Meters or gateways: each speaks in its turn."""
        return max(1, self.meters // self.array)

    @property
    def objects(self) -> int:
        """Reading objects in all messages."""
        return self.messages * self.array

    @property
    def values(self) -> int:
        """Values in all messages; the store calls each a reading."""
        return self.objects * QUANTITIES


@dataclass(frozen=True, slots=True)
class Published:
    """How publishing went; times in ns since the epoch."""

    began: int
    ended: int
    acknowledged: int

    @property
    def seconds(self) -> float:
        """From the first byte sent to the last acknowledgement."""
        return (self.ended - self.began) / 1e9


class Publisher:
    """One generator process, connected and ready; `go` lets it publish."""

    def __init__(self, port: int, load: Load) -> None:
        # Arrays are about a hundred times as long: as many bytes on the way, not as many messages.
        window = max(100, 5_000 // load.array)
        command = [sys.executable, "-m", "bench.load", f"--port={port}", f"--window={window}"]
        names = ("messages", "meters", "array", "first", "start", "step", "prefix", "rate", "qos")
        command += [f"--{name}={getattr(load, name)}" for name in names]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.usage = Meter(self._process.pid)
        if self._said() != "ready":
            self._process.wait(10)
            message = "the load generator could not connect"
            raise ConnectionError(message)

    def __enter__(self) -> Self:
        """Ready."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it, whether it is done or not."""
        self._process.kill()
        self._process.communicate()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def go(self) -> None:
        """Let it publish."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def wait(self) -> Published:
        """Wait until everything is acknowledged.

        Raises:
            ConnectionError: if the broker closed the connection.
        """
        said = self._said()
        if not said:
            message = "the load generator ended early; its reason stands above"
            raise ConnectionError(message)
        return Published(**json.loads(said))


def publish(port: int, load: Load) -> Published:
    """Publish all of it and wait for the acknowledgements."""
    with Publisher(port, load) as publisher:
        publisher.go()
        return publisher.wait()
