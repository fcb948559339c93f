"""Who takes messages from the broker: Parkwatt's collector, and the C subscriber it is measured against."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

import duckdb

from bench.park import write_park
from bench.publisher import Load
from bench.usage import Meter
from parkwatt.store.duck import DuckStore

_STOP_TIMEOUT = 120.0


class InexactError(Exception):
    """A receiver did not keep what it acknowledged, or not once."""


class Receiver(Protocol):
    """Processes that subscribe to everything with QoS 1, in durable sessions."""

    sessions: int

    def start(self, port: int) -> None:
        """Start; returns before anything is subscribed."""
        ...

    def usages(self) -> Sequence[Meter]:
        """What the running processes use."""
        ...

    def stop(self) -> None:
        """End them as their users do, and wait."""
        ...

    def check(self, load: Load) -> None:
        """Compare what was kept with what was acknowledged to the publisher.

        Raises:
            InexactError: if the counts differ.
        """
        ...

    def bytes_on_disk(self) -> int:
        """Of everything that is kept, after `stop`."""
        ...


class Processes:
    """Child processes with a log, started and ended together."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._running: list[subprocess.Popen[bytes]] = []

    def run(self, command: Sequence[str]) -> None:
        """Start one."""
        with self._log.open("ab") as log:
            self._running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log))

    def usages(self) -> list[Meter]:
        """What each of them uses."""
        for process in self._running:
            if process.poll() is not None:
                message = f"{process.args!r} ended with status {process.returncode}: {self._log.read_text()[-500:]}"
                raise ChildProcessError(message)
        return [Meter(process.pid) for process in self._running]

    def stop(self) -> None:
        """SIGTERM, and wait."""
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        for process in self._running:
            process.wait(_STOP_TIMEOUT)
        self._running.clear()


class Collectors:
    """`parkwatt collect`, one process or one for each partition, each with a store of its own.

    Attributes:
        stores: the DuckDB files.
    """

    def __init__(self, folder: Path, *, meters: int, partitions: int = 1, held: int = 0) -> None:
        """Write the park file.

        Args:
            folder: for the park file, the stores and the log.
            meters: in the park.
            partitions: processes.
            held: values that someone puts into the first store before the start.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.sessions = partitions
        self.stores = [folder / f"park-{i + 1}.duckdb" for i in range(partitions)]
        self._held = held
        self._park = write_park(folder / "park", meters=meters)
        self._processes = Processes(folder / "collect.log")

    def start(self, port: int) -> None:
        """Start `parkwatt collect` as its users do."""
        for number, store in enumerate(self.stores, start=1):
            command = [
                sys.executable, "-m", "parkwatt", "collect", "--park", str(self._park),
                "--broker", f"mqtt://127.0.0.1:{port}", "--store", f"duckdb://{store.as_posix()}",
            ]  # fmt: skip
            if self.sessions > 1:
                command += ["--partition", f"{number}/{self.sessions}"]
            self._processes.run(command)

    def usages(self) -> Sequence[Meter]:
        """What the collectors use."""
        return self._processes.usages()

    def stop(self) -> None:
        """SIGTERM: what has arrived is stored and acknowledged."""
        self._processes.stop()

    def check(self, load: Load) -> None:
        """Every value is there, once, and nothing else was counted."""
        stored, wrong, rows = -self._held, 0, 0
        for path in self.stores:
            with closing(DuckStore(path)) as store:
                totals = store.totals()
            stored += totals.stored
            wrong += totals.rejected + totals.duplicate + totals.corrected
            with closing(duckdb.connect(str(path), read_only=True)) as connection:
                found = connection.execute("SELECT count(*) FROM readings WHERE time >= ?", [load.start]).fetchall()
            rows += found[0][0]
        if rows != load.values or stored != rows or wrong:
            message = (
                f"{load.values:,} values were acknowledged; the store counts {stored:,} stored and {wrong:,} rejected "
                f"or twice, and holds {rows:,}"
            )
            raise InexactError(message)

    def bytes_on_disk(self) -> int:
        """Of the store files."""
        return sum(path.stat().st_size for path in self.stores)


class MosquittoSub:
    """`mosquitto_sub -q 1 > /dev/null`: it keeps nothing, so nothing is checked but that the broker was rid of it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.sessions = 1
        self._processes = Processes(folder / "mosquitto_sub.log")

    @staticmethod
    def is_installed() -> bool:
        """Whether it is here."""
        return shutil.which("mosquitto_sub") is not None

    def start(self, port: int) -> None:
        """Start it with a durable session."""
        self._processes.run(["mosquitto_sub", "-p", str(port), "-q", "1", "-c", "-i", "peer", "-t", "#"])

    def usages(self) -> Sequence[Meter]:
        """What it uses."""
        return self._processes.usages()

    def stop(self) -> None:
        """SIGTERM."""
        self._processes.stop()

    def check(self, load: Load) -> None:
        """It counts nothing."""

    def bytes_on_disk(self) -> int:
        """It keeps nothing."""
        return 0
