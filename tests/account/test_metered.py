"""Metered data, from the file to the rows: what they say is what the rows add up to.

Small excerpts stand in tests/tables/data, their sources in SOURCES.md there; the whole of the data is read where the
variable PARKWATT_TEST_DATA names its folder.
"""

import csv
from collections import defaultdict
from contextlib import closing
from decimal import Decimal
from math import fsum
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from parkwatt.accounting.registers import exact
from parkwatt.cli import app
from parkwatt.store.derived import Consumption
from parkwatt.store.duck import DuckStore
from parkwatt.store.duck_derived import DuckDerived
from tests.tables.test_import import METERED, STEEL

DATA = Path(__file__).parents[1] / "tables" / "data"
WORKS = """
park: {id: works, name: {en: Steel works}, time_zone: Asia/Seoul, tariff: flat}
meters:
  - {id: steel}
tariffs: [{id: flat}]
prices: [{tariff: flat, month: 2018-01, flat: 0.5}]
"""
HEAT = """
park: {id: heat, name: {en: Houses}, time_zone: Europe/Copenhagen}
meters:
"""
HEAT_MAPPING = """
time: {column: time_rounded}
meter: {column: meter_id}
columns:
  energy_heat_kwh: {quantity: heat, unit: kWh}
"""


def accounted(folder: Path, park: str, table: Path, mapping: str, *, until: str) -> Consumption:
    """The rows of a table that was imported and accounted, on the command line."""
    (folder / "park.yaml").write_text(park, encoding="utf-8")
    (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    store = folder / "park.duckdb"
    where = ["--park", str(folder / "park.yaml"), "--store", f"duckdb://{store}"]
    for command in (
        ["import", str(table), "--mapping", str(folder / "mapping.yaml"), *where],
        ["account", *where, "--until", until],
    ):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
    with closing(DuckStore(store)) as opened:
        return DuckDerived(opened).consumption()


def steel(folder: Path, table: Path) -> Consumption:
    """The rows of a steel works' quarter-hours, and that they are what its table says."""
    with table.open(encoding="utf-8-sig") as file:
        told = [Decimal(row["Usage_kWh"]) for row in csv.DictReader(file)]
    rows = accounted(folder, WORKS, table, STEEL, until="2019-01-02T00:00:00Z")
    assert sorted(rows.column("amount").tolist()) == sorted(map(float, told))
    assert Decimal(str(round(fsum(rows.column("amount").tolist()), 6))) == sum(told, Decimal(0))
    assert set(rows.column("measured_share").tolist()) == {1.0}
    assert fsum(rows.column("cost").tolist()) == pytest.approx(float(sum(told, Decimal(0)) / 2), rel=1e-12)
    return rows


def heat(folder: Path, table: Path) -> dict[str, float]:
    """Heat by meter [GJ], and that it is the difference of each register."""
    registers: dict[str, list[tuple[str, float]]] = defaultdict(list)
    with table.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            registers[row["meter_id"]].append((row["time_rounded"], float(row["energy_heat_kwh"]) * 3.6 / 1000))
    last = max(time for told in registers.values() for time, _ in told)[:10] + "T23:59:00Z"
    park = HEAT + "".join(f"  - {{id: '{meter}', carrier: heat}}\n" for meter in registers)
    rows = accounted(folder, park, table, HEAT_MAPPING, until=last)
    found = {}
    for meter, told in registers.items():
        mine = np.array([about.meter == meter for about in rows.abouts])[rows.about]
        found[meter] = sum(rows.column("amount")[mine].tolist())
        first, last = exact(np.array([min(told)[1], max(told)[1]]))
        assert found[meter] == last - first, meter
    assert (rows.column("amount") >= 0).all()
    return found


def test_quarter_hours_of_a_steel_works(tmp_path: Path):
    """Amounts of periods become rows as they are, and their cost follows."""
    steel(tmp_path, DATA / "steel.csv")


def test_registers_of_heat_meters(tmp_path: Path):
    """Registers are conserved to the last bit, gaps and hourly readings and all."""
    heat(tmp_path, DATA / "heat.csv")


@pytest.mark.skipif(not (METERED / "uci_steel").is_dir(), reason="the metered data are not here (PARKWATT_TEST_DATA)")
def test_a_year_of_a_steel_works(tmp_path: Path):
    """The year's quarter-hours add up to 959,636.71 kWh, to the last digit."""
    rows = steel(tmp_path, METERED / "uci_steel" / "Steel_industry_data.csv")
    assert len(rows) == 35_040
    assert round(fsum(rows.column("amount").tolist()), 6) == 959636.71


@pytest.mark.skipif(not (METERED / "danish_heat").is_dir(), reason="the metered data are not here (PARKWATT_TEST_DATA)")
def test_years_of_heat_meters(tmp_path: Path):
    """Every register of years of heat is conserved."""
    assert heat(tmp_path, METERED / "danish_heat" / "processed_final_data_sample.csv")
