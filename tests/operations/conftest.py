"""Stores of each kind."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from parkwatt.park import Park
from parkwatt.park.load import load_park
from parkwatt.store import Store
from parkwatt.store.open import open_store
from tests.influx_server import Influx
from tests.operations.samples import write_park

OpenKind = Callable[[str, str], Store]


@pytest.fixture
def park_file(tmp_path: Path) -> Path:
    """A park folder."""
    return write_park(tmp_path / "park")


@pytest.fixture
def park(park_file: Path) -> Park:
    return load_park(park_file)


@pytest.fixture
def open_kind(
    request: pytest.FixtureRequest, tmp_path: Path, park: Park, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenKind]:
    """Opens a store of a kind, with a name where there may be several; closed with the test."""
    with ExitStack() as opened:

        def open_it(kind: str, name: str) -> Store:
            if kind == "duckdb":
                return opened.enter_context(closing(open_store(f"duckdb://{tmp_path / name}.duckdb")))
            influx: Influx = request.getfixturevalue("influx")
            monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
            of = park.model_copy(update={"id": influx.park})
            return opened.enter_context(closing(open_store(influx.url, park=of, writer=name)))

        yield open_it
