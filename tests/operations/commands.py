"""Parkwatt's commands as an operator runs them."""

import subprocess
import sys
from pathlib import Path


def run(*words: object, status: int = 0) -> str:
    """Run a command; all that it says."""
    command = [sys.executable, "-m", "parkwatt", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert "Traceback" not in said
    return said


def url(path: Path) -> str:
    """The URL of a DuckDB file."""
    return f"duckdb://{path}"
