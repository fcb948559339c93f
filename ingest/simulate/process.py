"""The simulator as a process of its own, so that its work is not in the collector's way."""

import subprocess
import sys
from pathlib import Path

from ingest.address import BrokerAddress


class SimulatorProcess:
    """`parkwatt simulate` beside us; it ends when we do, however we end."""

    def __init__(self, park_file: Path, broker: BrokerAddress, *, log: Path) -> None:
        """Prepare.

        Args:
            park_file: whose meters speak.
            broker: where they publish.
            log: file for what it has to say.
        """
        self._log = log
        self._command = [
            sys.executable, "-m", "parkwatt", "simulate", "--park", str(park_file), "--broker", str(broker), "--tied",
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it tries until the broker answers."""
        with self._log.open("ab") as log:
            # It reads from this pipe and ends with it: the system closes the pipe even if we are killed.
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                self._command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self) -> None:
        """End it."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
