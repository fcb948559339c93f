"""Processes that are there to be killed: each in a session of its own, each with its log."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.waiting import until
from tests.whole.running import METERS, PARK

PATIENCE = 60.0
"""Seconds that a process has to end when it is told to."""

_TOLD_TO_STOP = {0, 130, -signal.SIGINT, -signal.SIGTERM}  # all but the first: it was still starting


class EndedByItselfError(Exception):
    """A process ended although nobody killed it or told it to stop."""


class Process:
    """A program that is started, killed, stopped and started again.

    Attributes:
        folder: where its log is; its data may be anywhere.
    """

    def __init__(
        self, name: str, command: Sequence[str], *, folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self.name, self.folder = name, folder
        self.log = folder / f"{name}.log"
        self._command, self._environment = command, {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """Start it; returns at once, so that it can be killed while it starts."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self._environment, start_new_session=True,
            )  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """SIGSTOP: connected and silent."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """SIGTERM, and wait for its end.

        Raises:
            EndedByItselfError: if it had ended before.
            AssertionError: if it does not end, or ends with another status than 0.
        """
        self.check()
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(PATIENCE)
        self._process = None
        assert status in _TOLD_TO_STOP, f"{self.name} told to stop ended with {status}: {self.last_words()}"

    def check(self) -> None:
        """Notice that it ended by itself.

        Raises:
            EndedByItselfError: with the end of its log.
        """
        if self._process is not None and self._process.poll() is not None:
            status, self._process = self._process.returncode, None
            raise EndedByItselfError(f"{self.name} ended with status {status}: {self.last_words()}")

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:] if self.log.exists() else ""

    def end(self) -> None:
        """Leave nothing running."""
        self.kill()


class Collect(Process):
    """`parkwatt collect`: a collector with its store, at somebody else's broker."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        broker_ports: Sequence[int],
        name: str = "collect",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare.

        Args:
            folder: its store and its spool are in a folder of its own in it, called like the process.
            options: more of the command line.
            broker_ports: the broker, or the nodes of a cluster.
            name: of the process.
            environment: more environment variables.
        """
        self.store = folder / name / "park.duckdb"
        command = _parkwatt(
            "collect", "--park", park_file(folder),
            "--broker", ",".join(f"mqtt://127.0.0.1:{port}" for port in broker_ports),
            "--store", f"duckdb://{self.store}", "--spool-dir", str(folder / name / "spool"), *options,
        )  # fmt: skip
        super().__init__(name, command, folder=folder, environment=environment)


class Serve(Process):
    """`parkwatt serve` with its embedded broker, which is a child process of its own: a NATS server."""

    promised = frozenset({1})

    def __init__(
        self, folder: Path, *, store: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        """Prepare.

        Args:
            folder: for everything.
            store: the DuckDB file, if it is to be elsewhere.
            environment: more environment variables.
        """
        self.data, self.port = folder / "data", quiet_port()
        self.store = store or self.data / "park.duckdb"
        command = _parkwatt(
            "serve", "--park", park_file(folder), "--data-dir", str(self.data), "--store", f"duckdb://{self.store}",
            "--http-port", str(quiet_port()), "--mqtt-port", str(self.port),
        )  # fmt: skip
        super().__init__("serve", command, folder=folder, environment=environment)

    def signal_broker(self, how: signal.Signals) -> bool:
        """Send the embedded broker a signal; whether one was there."""
        found = _processes_with(str(self.data / "broker" / "broker.conf"))
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        return bool(found)

    def end(self) -> None:
        """Leave neither it nor its broker running."""
        self.kill()
        self.signal_broker(signal.SIGKILL)
        until(lambda: not _processes_with(str(self.data / "broker" / "broker.conf")))


def park_file(folder: Path) -> str:
    """A small park; the readings of the test are those of meters that it does not name."""
    park = folder / "park"
    if not park.exists():
        park.mkdir(parents=True)
        (park / "park.yaml").write_text(PARK, encoding="utf-8")
        (park / "meters.csv").write_text(METERS, encoding="utf-8")
    return str(park / "park.yaml")


def quiet_port() -> int:
    """A port that nobody listens on, and none that the kernel gives to outgoing connections.

    Who knocks at such a port while its broker is dead may be connected to himself, and the broker cannot come back.
    """
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _parkwatt(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "parkwatt", *arguments]


def _processes_with(argument: str) -> list[int]:
    """Living processes that were started with an argument."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if argument.encode() in (process / "cmdline").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found
