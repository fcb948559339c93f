"""`parkwatt export`: what is in a store, as files."""

import csv
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from dashboards.export.periods import periods
from parkwatt.cli import app
from parkwatt.readings import Quality, Reading, from_iso, to_iso
from parkwatt.store import Batch
from parkwatt.store.open import open_store
from tests.store.readings import energy, power

PARK = """
park:
  id: test
  name: {en: Test, zh: 测试}
  time_zone: Asia/Shanghai
  grid_region: 广东
enterprises:
  - {id: acme, name: {en: Acme}}
meters:
  - {id: grid, role: supply}
  - {id: press, enterprise: acme, parent: grid}
  - {id: boiler, enterprise: acme, carrier: gas}
"""
DAY = from_iso("2026-01-15T00:00:00+08:00")
QUARTER = 900_000
Export = Callable[..., list[dict[str, str]]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store with two hours of two registers, a gap, a suspect value and a phase."""
    (tmp_path / "park.yaml").write_text(PARK, encoding="utf-8")
    url = f"duckdb://{tmp_path / 'park.duckdb'}"
    readings = [energy(n * 0.25, meter="press", time=DAY + n * QUARTER) for n in range(9) if n not in {5, 6}]
    readings += [energy(n * 2.0, meter="grid", time=DAY + n * QUARTER) for n in range(9)]
    readings += [Reading("boiler", "volume", None, n * 10.0, energy(0).kind, DAY + n * QUARTER) for n in range(9)]
    readings += [power(230.0, meter="press", time=DAY, quality=Quality.SUSPECT)]
    with closing(open_store(url)) as store:
        store.write(Batch.of(readings, arrived=DAY + 9 * QUARTER))
    return url


@pytest.fixture
def export(tmp_path: Path, url: str) -> Export:
    """Exports to CSV; gives the rows."""

    def run(*options: str, start: str = "2026-01-15", end: str = "2026-01-16") -> list[dict[str, str]]:
        out = tmp_path / "out.csv"
        given = ["export", "--park", str(tmp_path / "park.yaml"), "--store", url, "--from", start, "--to", end]
        done = CliRunner().invoke(app, [*given, "--out", str(out), "--force", *options])
        assert done.exit_code == 0, done.output
        with out.open(encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    return run


def test_readings(export: Export) -> None:
    """Every reading is a row, with all that the store knows of it."""
    rows = export()
    assert len(rows) == 7 + 9 + 9 + 1
    (suspect,) = (row for row in rows if row["quality"] == "suspect")
    assert suspect == {
        "meter": "press", "quantity": "active_power", "phase": "", "time": "2026-01-15T00:00:00.000+08:00",
        "value": "230.0", "unit": "kW", "quality": "suspect", "kind": "gauge", "time_source": "device",
        "arrived": "2026-01-15T02:15:00.000+08:00",
    }  # fmt: skip


def test_selection(export: Export) -> None:
    """Meters, by their beginning too, quantities, enterprises and times narrow what is exported."""
    assert {row["meter"] for row in export("--meter", "p*")} == {"press"}
    assert {row["meter"] for row in export("--enterprise", "acme")} == {"press", "boiler"}
    assert {row["quantity"] for row in export("--quantity", "volume")} == {"volume"}
    assert len(export("--meter", "grid", start="2026-01-15T00:15:00+08:00", end="2026-01-14T17:00:00Z")) == 3


def test_side_by_side(export: Export) -> None:
    """Wide, a row is a time and a column a series; what a series does not have is empty."""
    rows = export("--wide", "--quantity", "energy_import")
    assert len(rows) == 9
    assert list(rows[0]) == ["time", "grid energy_import [kWh]", "press energy_import [kWh]"]
    assert [row["press energy_import [kWh]"] for row in rows] == [
        "0.0",
        "0.25",
        "0.5",
        "0.75",
        "1.0",
        "",
        "",
        "1.75",
        "2.0",
    ]


def test_consumption(export: Export) -> None:
    """Consumption is what registers counted per period; what lies in a gap is estimated, and says so."""
    rows = export("--what", "consumption", "--meter", "press")
    assert [row["amount"] for row in rows] == ["0.25"] * 8
    assert [row["estimated_share"] for row in rows] == [*["0.0"] * 4, *["1.0"] * 3, "0.0"]
    assert rows[0]["start"] == "2026-01-15T00:00:00.000+08:00"
    assert rows[0]["factors"]


def test_periods_add_up(export: Export) -> None:
    """Hours and days are the sums of their quarters, and their shares are of the whole period."""
    hours = export("--what", "consumption", "--meter", "grid", "--every", "1h")
    assert [row["amount"] for row in hours] == ["8.0", "8.0"]
    (day,) = export("--what", "consumption", "--meter", "grid", "--every", "1d")
    assert (day["amount"], day["energy_kwh"]) == ("16.0", "16.0")
    assert float(day["measured_share"]) == pytest.approx(8 / 96)
    (month,) = export("--what", "consumption", "--meter", "grid", "--every", "1mo")
    assert month["end"] == "2026-02-01T00:00:00.000+08:00"


def test_emissions(export: Export) -> None:
    """CO2 is that of what each took in, with its factors; with the park's own rest it adds up to what came in."""
    rows = export("--what", "emissions", "--every", "1d")
    kg = {(row["enterprise"], row["carrier"]): float(row["co2_location_kg"]) for row in rows}
    assert kg == {
        ("", "electricity"): pytest.approx((16 - 2) * 0.4419),
        ("acme", "electricity"): pytest.approx(2 * 0.4419),
        ("acme", "gas"): pytest.approx(80 * 2.16219, rel=1e-6),
    }
    assert all(row["factors"] for row in rows)
    (gas, power) = export("--what", "emissions", "--every", "1d", "--enterprise", "acme")
    assert {gas["enterprise"], power["enterprise"]} == {"acme"}
    (press,) = export("--what", "emissions", "--every", "1d", "--meter", "press")
    assert float(press["co2_location_kg"]) == pytest.approx(2 * 0.4419)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--out", "a.ods"], "ends in one of"),
        (["--from", "2026-02-01"], "--to is not after --from"),
        (["--from", "yesterday"], "--from"),
        (["--every", "7min", "--what", "consumption"], "no period"),
        (["--quantity", "powr"], "there is no quantity 'powr'"),
        (["--quantity", "volume", "--what", "emissions"], "--quantity goes with readings"),
        (["--enterprise", "nobody"], "there are acme"),
        (["--enterprise", "acme", "--meter", "m"], "two ways"),
        (["--store", "duckdb:///nowhere/park.duckdb"], "there is no file"),
    ],
)
def test_what_is_wrong_is_said_first(tmp_path: Path, url: str, options: list[str], problem: str) -> None:
    """A mistake on the command line ends with status 2 and the way out; nothing is written."""
    given = ["--park", str(tmp_path / "park.yaml"), "--store", url, "--from", "2026-01-15", "--to", "2026-01-16"]
    done = CliRunner().invoke(app, ["export", *given, "--out", str(tmp_path / "a.csv"), *options])
    assert done.exit_code == 2, done.output
    assert problem in done.output
    assert not (tmp_path / "a.csv").exists()


def test_a_file_that_is_there_stays(tmp_path: Path, url: str) -> None:
    """A file that is there is replaced only when that is asked for."""
    out = tmp_path / "a.csv"
    out.write_text("mine")
    given = ["--park", str(tmp_path / "park.yaml"), "--store", url, "--from", "2026-01-15", "--to", "2026-01-16"]
    done = CliRunner().invoke(app, ["export", *given, "--out", str(out)])
    assert (done.exit_code, out.read_text()) == (2, "mine")
    assert "--force" in done.output


def test_days_that_the_clock_changes() -> None:
    """Days and months are whole local ones, also where a day has 23 or 25 hours."""
    berlin = ZoneInfo("Europe/Berlin")
    start, end = from_iso("2026-03-28T12:00:00+01:00"), from_iso("2026-03-30T01:00:00+02:00")
    days = periods(start, end, every="1d", zone=berlin)
    assert [(b - a) // 3_600_000 for a, b in zip(days[:-1].tolist(), days[1:].tolist(), strict=True)] == [24, 23, 24]
    months = periods(start, end, every="1mo", zone=berlin).tolist()
    assert [to_iso(time) for time in months] == ["2026-02-28T23:00:00.000Z", "2026-03-31T22:00:00.000Z"]
