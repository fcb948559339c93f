"""Parkwatt's commands as an operator gives them."""

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from parkwatt.cli import app


def run(*words: object, status: int = 0) -> str:
    """Run a command in this process, where nothing depends on another one; all that it says."""
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code == status, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.stdout + done.stderr


def run_apart(*words: object, status: int = 0) -> str:
    """Run a command in a process of its own; all that it says."""
    command = [sys.executable, "-m", "parkwatt", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert "Traceback" not in said
    return said


def url(path: Path) -> str:
    """The URL of a DuckDB file."""
    return f"duckdb://{path}"
