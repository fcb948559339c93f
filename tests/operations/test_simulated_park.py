"""Days of the simulated park go from the embedded store to InfluxDB; `python -m bench moving` does it with a month."""

import re
from contextlib import closing
from pathlib import Path

import pytest

from bench.moving import END, fill
from ingest.simulate.demo_park import demo_park
from ingest.simulate.park_files import write_park
from parkwatt.store.duck import DuckStore
from parkwatt.store.open import open_store
from tests.influx_server import Influx
from tests.operations.commands import run, url
from tests.operations.samples import DAY, rows

DAYS, METERS = 2, 30


@pytest.mark.timeout(300)
def test_copied_and_verified_equal(tmp_path: Path, influx: Influx, monkeypatch: pytest.MonkeyPatch) -> None:
    """`parkwatt copy` moves everything the simulated meters sent, and every series and day is verified equal."""
    monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
    park = demo_park(meters=METERS).model_copy(update={"id": influx.park})
    write_park(park, tmp_path / "park")
    with closing(DuckStore(tmp_path / "park.duckdb")) as store:
        fill(store, park, start=END - DAYS * DAY, end=END)
        stored, totals = rows(store), store.totals()
    words = ("copy", "--park", tmp_path / "park", "--from", url(tmp_path / "park.duckdb"), "--to", influx.url)
    said = run(*words)
    assert int(re.findall(r"copied: ([\d,]+) readings new, 0 corrected", said)[0].replace(",", "")) == len(stored)
    assert "verified: number, sum, smallest and largest reading of every series and day are equal" in said
    with closing(open_store(influx.url, park=park, writer="reader")) as target:
        assert rows(target) == stored
        assert target.totals() == totals


def test_backed_up_while_others_write(tmp_path: Path, influx: Influx, monkeypatch: pytest.MonkeyPatch) -> None:
    """`parkwatt backup` needs no store to itself with InfluxDB: a collector has it open, and everything restores."""
    monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
    park = demo_park(meters=METERS).model_copy(update={"id": influx.park})
    write_park(park, tmp_path / "park")
    with closing(open_store(influx.url, park=park, writer="collector")) as store:
        fill(store, park, start=END - DAY // 8, end=END)
        said = run("backup", "--park", tmp_path / "park", "--store", influx.url, "--out", tmp_path / "park.zip")
        assert "read again and compared" in said
        run("restore", tmp_path / "park.zip", "--store", url(tmp_path / "again.duckdb"))
        with closing(DuckStore(tmp_path / "again.duckdb")) as again:
            assert rows(again) == rows(store)
            assert again.totals() == store.totals()
