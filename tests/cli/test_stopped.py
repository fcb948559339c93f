"""Commands that are stopped while a store works for them."""

import os
import signal
import threading
from pathlib import Path
from typing import cast

import pytest

from parkwatt import given
from parkwatt.store.duck import DuckStore
from tests.account.scene import PARK

_LASTS = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"


def test_a_query_is_interrupted_like_anything_else(tmp_path: Path):
    """Ctrl-C within a query of DuckDB arrives as what the commands end at, and the store is closed."""
    url = f"duckdb://{tmp_path / 'park.duckdb'}"
    ctrl_c = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    ctrl_c.start()
    with pytest.raises(KeyboardInterrupt), given.opened(url, park=PARK, writer="test") as store:
        cast("DuckStore", store).cursor().execute(_LASTS).fetchall()
    with given.opened(url, park=PARK, writer="test") as store:
        assert not store.latest()


def test_other_mistakes_stay_what_they_are():
    """Only an interrupted query is taken for an interrupt."""
    with pytest.raises(RuntimeError, match="another"), given.stoppable():
        raise RuntimeError("another")
