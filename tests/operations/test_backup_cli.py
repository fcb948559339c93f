"""`parkwatt backup` and `parkwatt restore` as an operator runs them."""

from contextlib import closing
from pathlib import Path

import pytest

from parkwatt.store import Batch
from parkwatt.store.duck import DuckStore
from tests.operations.commands import run, run_apart, url
from tests.operations.samples import DAY, PARK, life, rows, write_park
from tests.store.readings import START, power


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a park, and a store with some days in it."""
    write_park(tmp_path / "park")
    with closing(DuckStore(tmp_path / "old.duckdb")) as store:
        life(store)
    return tmp_path


def back_up(place: Path) -> str:
    return run("backup", "--park", place / "park", "--store", url(place / "old.duckdb"), "--out", place / "park.zip")


def test_back_up_and_restore(place: Path) -> None:
    """After a backup and a restore, store and park folder are the same; a second restore asks for a word more."""
    assert "216 readings of 1 month, 3 rejections, the park's 2 files" in back_up(place)
    words = ("restore", place / "park.zip", "--store", url(place / "new.duckdb"))
    said = run(*words, "--park-dir", place / "again")
    assert "verified: number, sum, smallest and largest" in said
    assert (place / "again" / "park.yaml").read_text(encoding="utf-8") == PARK
    assert (place / "again" / "meters.csv").exists()
    with closing(DuckStore(place / "old.duckdb")) as old, closing(DuckStore(place / "new.duckdb")) as new:
        assert rows(new) == rows(old)
        assert new.totals() == old.totals()
        assert new.rejections(limit=9) == old.rejections(limit=9)
    assert "is not empty; --into-existing adds to it" in run(*words, status=1)
    assert "every day was the same on both sides" in run_apart(*words, "--into-existing")


def test_into_an_existing_store(place: Path) -> None:
    """What is there and arrived later stands, and is told; the rest is added."""
    back_up(place)
    with closing(DuckStore(place / "new.duckdb")) as new:
        new.write(Batch.of([power(-5.0)], arrived=START + 9 * DAY, received=1))
    said = run("restore", place / "park.zip", "--store", url(place / "new.duckdb"), "--into-existing")
    assert "215 readings new, 0 corrected" in said
    assert "1 daily series with everything of the source, and more or later readings of the target's own" in said
    with closing(DuckStore(place / "new.duckdb")) as new:
        assert ("m1", "active_power", None, START, -5.0) in {row[:5] for row in rows(new)}
        assert new.totals().received == 1


def test_another_park_is_not_overwritten(place: Path) -> None:
    """A park file that is otherwise stays, and nothing is restored."""
    back_up(place)
    (place / "park" / "meters.csv").write_text("id\nother\n", encoding="utf-8")
    words = ("restore", place / "park.zip", "--store", url(place / "new.duckdb"), "--park-dir", place / "park")
    assert "meters.csv is there and is not the one in the backup" in run(*words, status=1)
    assert not (place / "new.duckdb").exists()


def test_damage_is_said_before_anything_is_written(place: Path) -> None:
    """A damaged backup is refused, and no store is made."""
    back_up(place)
    data = bytearray((place / "park.zip").read_bytes())
    data[200] ^= 1
    (place / "park.zip").write_bytes(data)
    words = ("restore", place / "park.zip", "--store", url(place / "new.duckdb"))
    assert "is damaged: readings/2026-01.parquet" in run(*words, status=1)
    (place / "park.zip").write_text("no zip", encoding="utf-8")
    assert "is no backup" in run(*words, status=1)
    assert not (place / "new.duckdb").exists()


def test_no_store_to_back_up(place: Path) -> None:
    """A path without a store, or a folder for a file, is refused with status 2; no empty store is made there."""
    words = ("backup", "--park", place / "park", "--store", url(place / "nowhere.duckdb"), "--out", place / "park.zip")
    assert "there is no file" in run(*words, status=2)
    assert not (place / "nowhere.duckdb").exists()
    words = ("backup", "--park", place / "park", "--store", url(place / "old.duckdb"), "--out", place)
    assert "is a folder; name a file in it" in run(*words, status=2)


def test_a_store_that_runs(place: Path) -> None:
    """While another process has the file open, the way out is said."""
    with closing(DuckStore(place / "old.duckdb")):
        words = ("backup", "--park", place / "park", "--store", url(place / "old.duckdb"), "--out", place / "park.zip")
        said = run_apart(*words, status=1)
    assert "is open in another process" in said
    assert "serve --backup-dir" in said
