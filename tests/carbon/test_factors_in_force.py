"""Which factor counts for a reporting year, and what a unit stands for by it."""

import csv
from importlib.resources import files

import pytest

from parkwatt.accounting.conversions import conversions, of_carrier
from parkwatt.accounting.factors import ANNEX_4, AVERAGE, RESIDUAL, FactorBook
from parkwatt.park import Meter, Role
from parkwatt.park.carbon import OwnFactor


def own(factor_id: str, value: float, **said: object) -> OwnFactor:
    return OwnFactor.model_validate(
        {"id": factor_id, "value": value, "unit": "kgCO2/kWh", "source": "letter 7", "reason": "supplier", **said}
    )


@pytest.mark.parametrize(
    ("year", "value"), [(2019, 0.4715), (2021, 0.4715), (2022, 0.4403), (2023, 0.4419), (2026, 0.4419)]
)
def test_a_year_has_the_newest_data_that_are_not_after_it(year, value):
    """A reporting year keeps its factor when newer data come out; one before all data has the earliest."""
    assert FactorBook().electricity(AVERAGE, "广东", year=year).value == value


def test_a_region_without_a_factor_has_the_countrys():
    """The country stands in for a region of which nothing is known in any year."""
    assert FactorBook().electricity(AVERAGE, "nowhere", year=2023).id == "electricity_cn/average/全国/2023"
    assert FactorBook().electricity(AVERAGE, None, year=2022).value == 0.5366
    assert FactorBook().electricity(RESIDUAL, "广东", year=2026).value == 0.6096
    assert FactorBook().electricity(ANNEX_4, "广东", year=2026).value == 0.8325


def test_the_parks_own_factor_takes_the_place_while_it_is_valid():
    """A factor of the park's own replaces the one of its id in its years, and says why; of several the newest."""
    book = FactorBook(
        [
            own("electricity_cn/average/广东", 0.30, valid_from="2024", valid_until="2024"),
            own("electricity_cn/average/广东", 0.25, valid_from="2025-07", version="2"),
            own("fuels_cn/天然气/co2", 21.0),
        ]
    )
    found = {year: book.electricity(AVERAGE, "广东", year=year) for year in (2023, 2024, 2025, 2026)}
    assert [factor.value for factor in found.values()] == [0.4419, 0.30, 0.25, 0.25]
    assert (found[2026].version, found[2026].source) == ("2", "letter 7 (supplier)")
    assert book.get("fuels_cn/天然气/co2", year=2020).value == 21.0
    with pytest.raises(LookupError, match="there is no factor 'fuels_cn/hay/co2'"):
        book.get("fuels_cn/hay/co2", year=2020)


def test_fuels_follow_from_their_own_columns():
    """CO2 of every shipped fuel is calorific value x carbon x oxidation x 44/12, to the digits of the table."""
    table = files("parkwatt.accounting.factors").joinpath("fuels_cn.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(table.splitlines()) if row["carbon_tc_per_gj"]]
    assert len(rows) == 16
    for row in rows:
        computed = float(row["ncv_gj_per_unit"]) * float(row["carbon_tc_per_gj"]) * float(row["oxidation"]) * 44 / 12
        assert computed == pytest.approx(float(row["tco2_per_unit"]), abs=1.01e-4), row["fuel"]


def test_electricity_by_two_bases_and_three_methods():
    """One MWh in Guangdong in 2026: coal by both bases, CO2 by location, market and Annex 4, side by side."""
    found = of_carrier(FactorBook(), "electricity", "广东", year=2026)
    assert {field: each.per_unit * 1000 for field, each in found.items()} == pytest.approx(
        {
            "kwh": 1000.0,
            "tce": 0.1229,
            "tce_equal": 0.28078,
            "co2_location_kg": 441.9,
            "co2_market_kg": 609.6,
            "co2_annex4_kg": 832.5,
        }
    )


def test_fuels_and_heat_are_the_same_by_every_method():
    """A thousand cubic metres of gas, and a tonne of steam."""
    gas = of_carrier(FactorBook(), "gas", None, year=2026)
    assert gas["kwh"].per_unit == pytest.approx(38.931 / 3.6)
    assert gas["tce"].per_unit * 1000 == pytest.approx(38.931 / 29.3076)
    steam = of_carrier(FactorBook(), "steam", None, year=2026)
    assert steam["co2_location_kg"].per_unit == pytest.approx(2.7 * 110)
    for found in (gas, steam):
        assert found["tce"] == found["tce_equal"]
        assert found["co2_location_kg"] == found["co2_market_kg"] == found["co2_annex4_kg"]
    assert of_carrier(FactorBook(), "water", None, year=2026) == {}


@pytest.mark.parametrize("role", [Role.GENERATION, Role.STORAGE])
def test_what_is_given_out_has_energy_only(role):
    """Coal and CO2 of what a generator makes and a battery gives back count where the energy came in."""
    assert conversions(FactorBook(), Meter(id="m", role=role), "广东", year=2026).keys() == {"kwh"}
