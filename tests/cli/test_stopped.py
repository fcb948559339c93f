"""Commands that are stopped while a store works for them."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from parkwatt import given
from parkwatt.store.duck import DuckStore
from tests.account.scene import PARK

_ASKS = """
import signal
import sys
from parkwatt import given
from tests.account.scene import PARK

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is born deaf to it
try:
    with given.opened(sys.argv[1], park=PARK, writer="test") as store:
        cursor = store.cursor()
        print("asking", flush=True)
        while True:
            cursor.execute("SELECT sum(range % 7) FROM range(200000000)").fetchall()
except KeyboardInterrupt:
    print("stopped")
"""


def test_a_query_is_interrupted_like_anything_else(tmp_path: Path):
    """Ctrl-C within a query of DuckDB arrives as what the commands end at, and the store is closed."""
    path = tmp_path / "park.duckdb"
    command = [sys.executable, "-c", _ASKS, f"duckdb://{path}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "asking\n"
            process.send_signal(signal.SIGINT)
            said, failed = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, said) == (0, "stopped\n"), failed
    DuckStore(path).close()


def test_other_mistakes_stay_what_they_are():
    """Only an interrupted query is taken for an interrupt."""
    with pytest.raises(RuntimeError, match="another"), given.stoppable():
        raise RuntimeError("another")


def test_a_store_is_closed_whatever_happens(tmp_path: Path):
    """What fails while a store is open leaves it closed: the next command may open it."""
    url = f"duckdb://{tmp_path / 'park.duckdb'}"
    with pytest.raises(ZeroDivisionError), given.opened(url, park=PARK, writer="test"):
        raise ZeroDivisionError
    with given.opened(url, park=PARK, writer="test") as store:
        assert not store.latest()
