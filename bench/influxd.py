"""A real InfluxDB for measurements: Debian's, told to compact at once, so that its size on disk is the final one."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.influx_server import INFLUXD, OwnInflux

_AT_ONCE = {
    "INFLUXDB_DATA_CACHE_SNAPSHOT_WRITE_COLD_DURATION": "1s",
    "INFLUXDB_DATA_COMPACT_FULL_WRITE_COLD_DURATION": "1s",
}
_SETTLED_SECONDS, _PATIENCE = 8.0, 180.0


def is_installed() -> bool:
    """Whether it is on PATH."""
    return bool(INFLUXD)


@contextmanager
def running(folder: Path) -> Iterator[OwnInflux]:
    """The server, with everything in a folder."""
    before = {name: os.environ.get(name) for name in _AT_ONCE}
    os.environ.update(_AT_ONCE)
    server = OwnInflux(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def compacted(folder: Path, database: str) -> int:
    """Bytes on disk of a database, indexes included, once they change no more."""
    deadline = time.monotonic() + _PATIENCE
    size, since = -1, time.monotonic()
    while time.monotonic() < deadline:
        now = sum(_bytes(folder / part / database) for part in ("data", "wal"))
        if now != size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > _SETTLED_SECONDS:
            break
        time.sleep(0.5)
    return size


def _bytes(folder: Path) -> int:
    # Its series files are sparse: 33 MB long from the beginning, whatever is in them.
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def peak_memory(pid: int) -> int:
    """Most memory that a process has had [bytes]."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024


def cpu_seconds(pid: int) -> float:
    """CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
