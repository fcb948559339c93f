"""What a process uses of the machine, from Linux' /proc."""

import os
from contextlib import suppress
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Meter:
    """Reads one process; after its end the last numbers stand.

    Attributes:
        pid: of the process.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._folder = Path("/proc") / str(pid)
        self._last = 0.0

    def cpu_seconds(self) -> float:
        """User and system time so far, of all threads."""
        with suppress(OSError):  # it has ended
            self._last = _cpu_seconds(self._folder / "stat")
        return self._last

    def by_thread(self) -> dict[str, float]:
        """CPU seconds so far of every thread that runs, by its number and name."""
        used = {}
        for thread in sorted((self._folder / "task").iterdir(), key=lambda path: int(path.name)):
            try:
                name = (thread / "comm").read_text(encoding="utf-8").strip()
                used[f"{thread.name} {name}"] = _cpu_seconds(thread / "stat")
            except OSError:
                continue  # gone meanwhile
        return used

    def peak_memory(self) -> int:
        """Most bytes of memory the process ever held."""
        for line in (self._folder / "status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0


def _cpu_seconds(stat: Path) -> float:
    # The name, in brackets, may hold blanks: fields are counted from behind it.
    fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
