"""Factors, what carriers stand for, and the tariff's periods."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from parkwatt.accounting.emissions import co2, energy, register_per_flow_hour
from parkwatt.accounting.factors import fuel_co2, grid_co2, heat_co2, steam_energy, time_of_use
from parkwatt.accounting.periods import HOUR, day_start
from parkwatt.accounting.tariff import Period, stretches
from parkwatt.park import CARRIERS

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def test_the_newest_factor_of_a_region_is_taken():
    """Guangdong's newest grid factor is that of 2023, with its source and how sure it is."""
    factor = grid_co2("广东")
    assert (factor.value, factor.unit, factor.year) == (0.4419, "kgCO2/kWh", 2023)
    assert factor.id == "electricity_cn/average/广东/2023"
    assert factor.source
    assert factor.checked == "two sources"


def test_a_factor_of_an_earlier_year_can_be_asked_for():
    """A re-statement of 2022 uses the factor of 2022."""
    assert grid_co2("广东", year=2022).value == 0.4403


@pytest.mark.parametrize("region", [None, "Atlantis"])
def test_a_region_without_factor_takes_the_country(region):
    """Where a region has none, the national average stands in, and its id says so."""
    assert grid_co2(region).id == "electricity_cn/average/全国/2023"


def test_no_factor_at_all_is_an_error():
    """A year before all tables has no factor, rather than zero."""
    with pytest.raises(LookupError, match="1990"):
        grid_co2("广东", year=1990)


def test_gas_is_converted_from_ten_thousand_cubic_metres():
    """A cubic metre of natural gas makes 2.16 kg of CO2 and holds 10.8 kWh."""
    carbon, content = co2("gas", "广东"), energy("gas")
    assert carbon is not None
    assert content is not None
    assert carbon.per_unit == pytest.approx(0.00216219)
    assert content.per_unit == pytest.approx(38.931 / 3.6)
    assert carbon.factors == (fuel_co2("天然气"),)


def test_steam_names_the_assumption_it_rests_on():
    """A tonne of steam counts as 2.7 GJ of heat, and the assumption is among its factors, unverified."""
    carbon = co2("steam", None)
    assert carbon is not None
    assert carbon.per_unit == pytest.approx(2.7 * 0.11)
    assert carbon.factors == (heat_co2(), steam_energy())
    assert steam_energy().checked == "unverified"


def test_electricity_counts_by_the_grid_of_the_park():
    """Location-based: a MWh in Guangdong makes 0.4419 t."""
    carbon = co2("electricity", "广东")
    assert carbon is not None
    assert carbon.per_unit * 1000 == pytest.approx(0.4419)


@pytest.mark.parametrize("carrier", ["water", "compressed_air", "cooling"])
def test_what_electricity_makes_has_no_factor_of_its_own(carrier):
    """Water, compressed air and cooling are not counted again."""
    assert co2(carrier, "广东") is None


@pytest.mark.parametrize("carrier", sorted(CARRIERS))
def test_flow_and_register_of_a_carrier_agree(carrier):
    """A carrier that is energy by its flow in kW has the same energy by its register."""
    content = energy(carrier)
    if CARRIERS[carrier].energy:
        assert content is not None
        assert content.per_unit * register_per_flow_hour(carrier) == pytest.approx(1.0)


def test_a_summer_day_has_sharp_hours():
    """In July sharp hours cut the peak; in January there are none."""
    july = {band.period for band in stretches(time_of_use(), date(2026, 7, 15), SHANGHAI)}
    january = {band.period for band in stretches(time_of_use(), date(2026, 1, 15), SHANGHAI)}
    assert july == set(Period)
    assert january == set(Period) - {Period.SHARP}


def test_a_hot_day_known_afterwards_becomes_sharp():
    """A day in May turns sharp once it is known to have been hot."""
    day = date(2026, 5, 20)
    assert Period.SHARP in {b.period for b in stretches(time_of_use(), day, SHANGHAI, frozenset({day}))}
    assert Period.SHARP not in {b.period for b in stretches(time_of_use(), day, SHANGHAI)}


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [(SHANGHAI, date(2026, 7, 1), 24), (BERLIN, date(2026, 3, 29), 23), (BERLIN, date(2026, 10, 25), 25)],
)
def test_periods_fill_the_day(zone, day, hours):
    """From midnight to midnight on the wall clock, without hole and without overlap."""
    bands = stretches(time_of_use(), day, zone)
    assert bands[0].start == day_start(day, zone)
    assert bands[-1].end - bands[0].start == hours * HOUR
    assert all(before.end == after.start for before, after in pairwise(bands))
    assert all(before.period is not after.period for before, after in pairwise(bands))


def test_valley_ends_at_eight():
    """Guangdong's valley is from midnight until 8:00."""
    first = stretches(time_of_use(), date(2026, 1, 15), SHANGHAI)[0]
    assert (first.period, first.end - first.start) == (Period.VALLEY, 8 * HOUR)
