"""`parkwatt import`: what becomes of tables as people have them."""

import csv
import gzip
import itertools
import os
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from math import fsum
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import Workbook
from typer.testing import CliRunner

from parkwatt.cli import app
from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Reading, from_iso
from parkwatt.store import Query
from parkwatt.store.open import open_store
from tests.influx_server import Influx

DATA = Path(__file__).parent / "data"
# Metered data for the larger checks may lie beside the checkout, or anywhere else.
METERED = Path(os.environ.get("PARKWATT_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
PARK = """
park:
  id: p
  name: {en: P}
  time_zone: Asia/Shanghai
meters:
  - {id: press, wire_id: "0042"}
  - {id: hall}
"""
STEEL = """
time: {column: date, zone: Asia/Seoul}
meter: {id: steel}
columns:
  Usage_kWh: {quantity: energy_import, unit: kWh}
"""
Import = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    (tmp_path / "park.yaml").write_text(PARK, encoding="utf-8")
    return f"duckdb://{tmp_path / 'park.duckdb'}"


@pytest.fixture
def run(tmp_path: Path, url: str) -> Import:
    """Imports a file, given by its path or its text."""

    def imports(file: Path | str, *options: str, name: str = "t.csv", mapping: str | None = None) -> Result:
        if isinstance(file, str):
            (tmp_path / name).write_text(file, encoding="utf-8")
            file = tmp_path / name
        if mapping is not None:
            (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
            options = (*options, "--mapping", str(tmp_path / "mapping.yaml"))
        given = ["import", str(file), "--park", str(tmp_path / "park.yaml"), "--store", url, *options]
        return CliRunner().invoke(app, given)

    return imports


def stored(url: str) -> list[Reading]:
    with closing(open_store(url)) as store:
        return [reading for piece in store.scan(Query()) for reading, _ in piece]


def values(url: str) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = {}
    for reading in stored(url):
        found.setdefault((reading.meter, reading.quantity), []).append(reading.value)
    return found


def test_a_column_per_quantity(run: Import, url: str) -> None:
    """Columns that say what they measure, and in which unit, need no mapping; times are the park's."""
    done = run(
        "Time,Meter,Active power (W),正向有功电能(kWh),L1 voltage [V],remark\n2026-01-02 08:00,press,1500,10.5,231,x\n"
    )
    assert done.exit_code == 0, done.output
    assert "taken: 3 new readings" in done.output
    assert "left out: remark" in done.output
    time = from_iso("2026-01-02T08:00:00+08:00")
    assert {(r.meter, r.quantity, r.phase, r.value, r.time) for r in stored(url)} == {
        ("press", "active_power", None, 1.5, time),
        ("press", "energy_import", None, 10.5, time),
        ("press", "voltage", "L1", 231.0, time),
    }


def test_twice_is_harmless(run: Import, url: str) -> None:
    """The same file again changes nothing and says so; a corrected one corrects."""
    text = "time,meter,active_power\n2026-01-02 08:00,press,1\n2026-01-02 08:15,press,2\n"
    run(text)
    done = run(text)
    assert (done.exit_code, "taken: 0 new readings, 2 that were there" in done.output) == (0, True)
    assert "(1 with another value)" in run(text.replace("press,2", "press,3")).output
    assert values(url) == {("press", "active_power"): [1.0, 3.0]}


def test_interval_ends_with_the_date_of_the_day_they_close(run: Import, url: str) -> None:
    """The steel works' 00:00 closes the day beside it: no reading lands a day early, and none is overwritten."""
    done = run(DATA / "steel.csv", mapping=STEEL)
    assert done.exit_code == 0, done.output
    assert "00:00 is taken for the end of the day" in done.output
    assert "goes up and down" in done.output
    found = {reading.time: reading for reading in stored(url)}
    midnight = found[from_iso("2018-01-02T00:00:00+09:00")]
    assert (midnight.value, midnight.kind) == (3.42, Kind.INTERVAL)
    with (DATA / "steel.csv").open(encoding="utf-8-sig") as file:
        assert len(found) == len(list(csv.DictReader(file)))


def test_registers_in_another_unit(run: Import, url: str) -> None:
    """Heat counted in kWh is stored in GJ, under the number of its meter, which is told to be unknown in the park."""
    mapping = """
time: {column: time_rounded}
meter: {column: meter_id}
columns:
  energy_heat_kwh: {quantity: heat, unit: kWh}
  volume_flow_m3: {quantity: volume}
"""
    done = run(DATA / "heat.csv", mapping=mapping)
    assert done.exit_code == 0, done.output
    assert "unassigned: 1 meters" in done.output
    assert values(url)["660", "heat"][0] == pytest.approx(5347.61445783133 * 0.0036, rel=1e-15)
    assert {reading.kind for reading in stored(url)} == {Kind.REGISTER}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("time;meter;active_power\n2026-01-02 08:00;press;1.234,5\n2026-01-02 09:00;press;2,25\n", [1234.5, 2.25]),
        ('time,meter,active_power\n2026-01-02 08:00,press,"1,234.5"\n2026-01-02 09:00,press,2.25\n', [1234.5, 2.25]),
        (
            "time\tmeter\tactive_power\n2026-01-02 08:00\tpress\t1 234,5\n2026-01-02 09:00\tpress\t2,25\n",
            [1234.5, 2.25],
        ),
    ],
)
def test_numbers_of_many_countries(run: Import, url: str, text: str, value: list[float]) -> None:
    """Separators, decimal commas and signs between thousands are recognised."""
    assert run(text).exit_code == 0
    assert values(url) == {("press", "active_power"): value}


def test_chinese_exports(run: Import, url: str, tmp_path: Path) -> None:
    """A GB18030 file with lines above the heads, Chinese names and dates is read as it is."""
    text = "报表:用电量\n\n采集时间,表号,A相电压(V),有功功率(kW)\n"
    text += "2026年1月2日 8:00,0042,231.5,--\n2026年1月2日 8:15,0042,232,15\n"
    (tmp_path / "c.csv").write_bytes(text.encode("gb18030"))
    done = run(tmp_path / "c.csv")
    assert done.exit_code == 0, done.output
    assert values(url) == {("press", "voltage"): [231.5, 232.0], ("press", "active_power"): [15.0]}
    assert "empty: 1 cells" in done.output


def test_excel(run: Import, url: str, tmp_path: Path) -> None:
    """A workbook with heads further down, real dates, numbers as text and an error cell: what is right is taken."""
    book = Workbook()
    sheet = book.active
    sheet.title = "data"
    rows = [["Report"], [], ["time", "meter", "active_power", "frequency"]]
    rows += [[datetime(2026, 1, 2, 8, n), 42.0 if n else "hall", "12.5", 50.0] for n in range(2)]
    rows += [[datetime(2026, 1, 2, 9), "hall", "#N/A", 198.0]]
    for row in rows:
        sheet.append(row)
    book.create_sheet("other")
    book.save(tmp_path / "b.xlsx")
    done = run(tmp_path / "b.xlsx", "--sheet", "data", "--refused", str(tmp_path / "refused.csv"))
    assert done.exit_code == 0, done.output
    assert values(url)["hall", "active_power"] == [12.5]
    assert [r.quality for r in stored(url) if r.value == 198.0] == [Quality.SUSPECT]
    assert "suspect: 1 readings" in done.output
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig") as file:
        (refused,) = csv.DictReader(file)
    assert (refused["line"], refused["reason"], refused["meter"]) == (
        "6",
        "active_power: the value is no number",
        "hall",
    )
    assert run(tmp_path / "b.xlsx", "--sheet", "nothing").exit_code == 2


def test_starts_of_periods(run: Import, url: str) -> None:
    """Amounts that stand at the start of their period are stored at its end."""
    mapping = """
time: {column: time, stamps: start}
meter: {id: hall}
columns:
  used: {quantity: energy_import, kind: interval}
"""
    run("time,used\n2026-01-02 08:00,1\n2026-01-02 08:15,2\n", mapping=mapping)
    assert [r.time for r in stored(url)] == [from_iso(f"2026-01-02T08:{m}:00+08:00") for m in ("15", "30")]


def test_what_is_refused_is_kept_with_its_line(run: Import, url: str) -> None:
    """Rows that cannot be read are counted by reason with their first lines; the others are taken."""
    rows = ["2026-01-02 08:00,press,1", "later,press,2", "2026-01-02 08:15,,3", "2026-01-02 08:30,press,x"]
    done = run("\n".join(["time,meter,active_power", *rows, ""]))
    assert done.exit_code == 0
    for line in (
        "refused: 1, the time cannot be read (line 3",
        "no meter is named (line 4)",
        "the value is no number (line 5",
    ):
        assert line in done.output
    assert values(url) == {("press", "active_power"): [1.0]}


def test_nothing_taken_is_a_failure(run: Import) -> None:
    """Where nothing could be taken, the status is 1."""
    done = run("time,meter,active_power\nlater,press,1\n")
    assert (done.exit_code, "nothing could be taken" in done.output) == (1, True)


def test_looking_first(run: Import, tmp_path: Path) -> None:
    """A dry run says what would be taken, and a mapping to start from names every column; nothing is stored."""
    text = "time,meter,active_power,speed\n2026-01-02 08:00,press,1,2\n"
    assert "active_power -> active_power" in run(text, "--dry-run").output
    run(text, "--write-mapping", str(tmp_path / "m.yaml"))
    written = (tmp_path / "m.yaml").read_text()
    assert "active_power: {quantity: active_power}" in written
    assert "# speed: {quantity: ..., unit: ...}" in written
    assert not (tmp_path / "park.duckdb").exists()
    assert run(text, mapping=written).exit_code == 0


@pytest.mark.parametrize(
    ("mapping", "problems"),
    [
        ("time: {column: time}\nmeter: {id: m}\ncolumns:\n  a: {quantity: powr}\n", [":4: ", "no quantity 'powr'"]),
        (
            "time: {colum: time}\nmeter: {}\ncolumns: {}\n",
            [":1: time.column is missing", ":1: time.colum is not known", ":2: "],
        ),
        ("time: {column: time}\nmeter: {id: m}\ncolumns:\n  a: {quantity: voltage, unit: kW}\n", [":4: ", "kW"]),
        (
            "time: {column: nope}\nmeter: {id: m}\ncolumns:\n  active_power: {quantity: active_power}\n",
            ["no column 'nope'"],
        ),
        ("- a\n", [":1:", "no keys"]),
    ],
)
def test_mistakes_in_a_mapping(run: Import, mapping: str, problems: list[str]) -> None:
    """Every mistake in a mapping is said with its line before anything is read."""
    done = run("time,active_power\n2026-01-02 08:00,1\n", mapping=mapping)
    assert done.exit_code == 2
    for problem in problems:
        assert problem in done.output


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n", "no column is called time"),
        ("time,active_power\n2026-01-02 08:00,1\n", "--meter"),
        ("time,meter,colour\n2026-01-02 08:00,press,1\n", "no column's name says"),
        ("nothing here\n", "no line with names"),
        ("time,meter,active_power\n04/03/2026 08:00,press,1\n", "day or the month first"),
    ],
)
def test_tables_that_do_not_say_enough(run: Import, text: str, problem: str) -> None:
    """What cannot be understood is asked for, never guessed."""
    done = run(text)
    assert (done.exit_code, problem in done.output) == (2, True), done.output


@pytest.mark.parametrize("name", ["e.csv", "e.csv.gz", "e.parquet", "e.xlsx"])
def test_what_was_exported_comes_back(run: Import, url: str, tmp_path: Path, name: str) -> None:
    """An export of readings, imported into an empty store, gives the same readings, with quality, kind and phase."""
    rows = ["2026-01-02 08:00:00.250,press,1.1,230,198", "2026-01-02 08:15,hall,2,231,50"]
    run("\n".join(["time,meter,active_power,L2 voltage,frequency", *rows, ""]))
    before = stored(url)
    given = [
        "--park",
        str(tmp_path / "park.yaml"),
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-03",
        "--out",
        str(tmp_path / name),
    ]
    assert CliRunner().invoke(app, ["export", *given, "--store", url]).exit_code == 0
    other = f"duckdb://{tmp_path / 'other.duckdb'}"
    again = ["import", str(tmp_path / name), "--park", str(tmp_path / "park.yaml"), "--store", other]
    done = CliRunner().invoke(app, again)
    assert done.exit_code == 0, done.output
    assert sorted(stored(other), key=repr) == sorted(before, key=repr)


def test_into_influxdb(influx: Influx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import goes into InfluxDB as well, while others write there."""
    monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
    (tmp_path / "park.yaml").write_text(PARK.replace("id: p\n", f"id: {influx.park}\n"), encoding="utf-8")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"time,meter,active_power\n2026-01-02 08:00,press,1\n"))
    given = ["import", str(tmp_path / "t.csv.gz"), "--park", str(tmp_path / "park.yaml"), "--store", influx.url]
    first, second = (CliRunner().invoke(app, given) for _ in range(2))
    assert "taken: 1 new readings, 0 that were there" in first.output
    assert "taken: 0 new readings, 1 that were there" in second.output


@pytest.mark.skipif(not (METERED / "uci_steel").is_dir(), reason="the metered data are not here (PARKWATT_TEST_DATA)")
def test_a_year_of_a_steel_works(run: Import, url: str) -> None:
    """The year of 15 minutes is complete, and its sum is right to the last digit."""
    path = METERED / "uci_steel" / "Steel_industry_data.csv"
    assert run(path, mapping=STEEL).exit_code == 0
    with path.open(encoding="utf-8-sig") as file:
        expected = sum((Decimal(row["Usage_kWh"]) for row in csv.DictReader(file)), Decimal(0))
    found = stored(url)
    assert len(found) == 35_040
    assert Decimal(str(round(fsum(r.value for r in found), 6))) == expected == Decimal("959636.71")
    assert {(b.time - a.time) for a, b in itertools.pairwise(found)} == {900_000}


@pytest.mark.skipif(not (METERED / "danish_heat").is_dir(), reason="the metered data are not here (PARKWATT_TEST_DATA)")
def test_years_of_a_heat_meter(run: Import, url: str) -> None:
    """The registers of a heat meter come in whole, and never fall."""
    path = METERED / "danish_heat" / "processed_final_data_sample.csv"
    mapping = "time: {column: time_rounded}\nmeter: {column: meter_id}\ncolumns:\n"
    mapping += "  energy_heat_kwh: {quantity: heat, unit: kWh}\n"
    assert run(path, mapping=mapping).exit_code == 0
    (heat,) = values(url).values()
    assert len(heat) == 26_256
    assert heat == sorted(heat)
