"""Commands that are stopped while a store works for them."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import cast

import pytest

from parkwatt import given
from parkwatt.store import Store
from parkwatt.store.duck import DuckStore
from tests.account.scene import PARK
from tests.waiting import until

_LASTS = "SELECT sum(range % 7) FROM range(500000000)"


def lasting(store: Store) -> None:
    """Ask what takes seconds: DuckDB does not always look for signals before it has its answer."""
    cast("DuckStore", store).cursor().execute(_LASTS).fetchall()


def ctrl_c() -> None:
    """Press it while the main thread asks."""
    main = threading.main_thread().ident or 0
    until(lambda: sys._current_frames()[main].f_code is lasting.__code__)  # noqa: SLF001 - where another thread is
    os.kill(os.getpid(), signal.SIGINT)


def test_a_query_is_interrupted_like_anything_else(tmp_path: Path):
    """Ctrl-C within a query of DuckDB arrives as what the commands end at, and the store is closed."""
    url = f"duckdb://{tmp_path / 'park.duckdb'}"
    finger = threading.Thread(target=ctrl_c)
    finger.start()
    with pytest.raises(KeyboardInterrupt), given.opened(url, park=PARK, writer="test") as store:
        lasting(store)
    finger.join()
    with given.opened(url, park=PARK, writer="test") as store:
        assert not store.latest()


def test_other_mistakes_stay_what_they_are():
    """Only an interrupted query is taken for an interrupt."""
    with pytest.raises(RuntimeError, match="another"), given.stoppable():
        raise RuntimeError("another")
