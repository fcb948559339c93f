"""`parkwatt copy` as an operator runs it."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from parkwatt.store import Batch
from parkwatt.store.duck import DuckStore
from tests.operations.commands import run, run_apart, url
from tests.operations.samples import life, rows, write_park
from tests.store.readings import START, power
from tests.waiting import until


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store with some days in it, and a park file beside it."""
    write_park(tmp_path)
    with closing(DuckStore(tmp_path / "old.duckdb")) as store:
        life(store)
    return tmp_path / "old.duckdb"


def test_copy_and_verify(old: Path) -> None:
    """A copy says what it did and that both are equal; a repeated one has nothing to do; a difference is status 1."""
    new = old.with_name("new.duckdb")
    words = ("copy", "--park", old.parent, "--from", url(old), "--to", url(new))
    said = run(*words)
    assert "4 days copied: 216 readings new, 0 corrected" in said
    assert "3 rejections copied" in said
    assert "verified: number, sum, smallest and largest reading of every series and day are equal" in said
    assert "every day was the same on both sides" in run_apart(*words)
    assert "verified" in run(*words, "--verify-only")
    with closing(DuckStore(old)) as source, closing(DuckStore(new)) as target:
        assert rows(source) == rows(target)
        assert source.totals() == target.totals()
        target.write(Batch.of([power(3.5)], arrived=START))
    said = run(*words, "--verify-only", status=1)
    assert "NOT EQUAL: 1 daily series" in said
    assert "2026-01-01 m1 active_power: source 6 readings, sum" in said


def test_stopped_and_gone_on(tmp_path: Path) -> None:
    """Ctrl-C ends it with a word on how to go on; the same command then copies the rest, and all is equal."""
    write_park(tmp_path)
    old, new = tmp_path / "old.duckdb", tmp_path / "new.duckdb"
    with closing(DuckStore(old)) as store:
        life(store, days=150, every=12)
    words = ["copy", "--park", str(tmp_path), "--from", url(old), "--to", url(new)]
    with subprocess.Popen([sys.executable, "-m", "parkwatt", *words], stderr=subprocess.PIPE, text=True) as process:
        until(new.exists)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, "goes on where it was" in said) == (1, True), said
    assert "verified" in run(*words)
    with closing(DuckStore(old)) as source, closing(DuckStore(new)) as target:
        assert rows(source) == rows(target)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--from", "duckdb:///nowhere/old.duckdb", "--to", "duckdb:///nowhere/new.duckdb"), "there is no file"),
        (("--from", "{old}", "--to", "{old}"), "the same store"),
        (("--from", "{old}", "--to", "{old}.new", "--verify-only"), "--to: there is no file"),
        (("--from", "{old}", "--to", "{old}.new", "--since", "2026-01-01"), "no time with a zone"),
        (
            (
                "--from",
                "{old}",
                "--to",
                "{old}.new",
                "--since",
                "2026-02-01T00:00:00Z",
                "--until",
                "2026-01-01T00:00:00Z",
            ),
            "not after",
        ),
        (("--from", "{old}", "--to", "postgres://host/park"), "is not understood"),
    ],
)
def test_wrong_usage(old: Path, words: tuple[str, ...], why: str) -> None:
    """What cannot be meant is refused with status 2, and no file is made for it."""
    assert why in run("copy", "--park", old.parent, *(word.format(old=url(old)) for word in words), status=2)
    assert not old.with_name("old.duckdb.new").exists()
