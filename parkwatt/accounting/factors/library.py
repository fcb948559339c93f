"""Reads the factor tables of this package, once, and finds the factor that fits."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from parkwatt.accounting.tariff import Minutes, Period, TimeOfUse

COUNTRY = "全国"
"""The region that stands in where a region has no factor of its own."""
HEAT = "外购热力"
"""The row of purchased heat in the table of fuels."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A number to multiply with.

    Attributes:
        id: table, what, and where it has them region and year; the same for as long as the number stands.
        value: the number.
        unit: what it turns into what, for example kgCO2/kWh.
        year: the year its data describe; None where the table says none.
        region: where it holds; None where that makes no difference.
        source: who says so.
        checked: how sure it is, in the words of the table.
        version: its edition; the number of a factor that ships changes with its id only.
    """

    id: str
    value: float
    unit: str
    year: int | None
    region: str | None
    source: str
    checked: str
    version: str = "1"


def grid_co2(region: str | None, *, year: int | None = None) -> Factor:
    """Average grid factor [kgCO2/kWh] of a region, of the newest year not after `year`; the country's if it has none.

    Args:
        region: as in the table, for example 广东; None for the country.
        year: the newest data year that may be used; None for the newest there is.
    """
    for name in (region, COUNTRY):
        fitting = [f for f in _average() if f.region == name and (year is None or (f.year or 0) <= year)]
        if fitting:
            return max(fitting, key=lambda factor: factor.year or 0)
    message = f"no grid factor for {region} or {COUNTRY} up to {year}"
    raise LookupError(message)


def fuel_co2(fuel: str) -> Factor:
    """CO2 of burning a fuel [tCO2 per unit of the table: t or 1e4 Nm3].

    Raises:
        KeyError: if the table has no such fuel.
    """
    return _fuels()[f"fuels_cn/{fuel}/co2"]


def fuel_energy(fuel: str) -> Factor:
    """Net calorific value of a fuel [GJ per unit of the table: t or 1e4 Nm3].

    Raises:
        KeyError: if the table has no such fuel.
    """
    return _fuels()[f"fuels_cn/{fuel}/ncv"]


def heat_co2() -> Factor:
    """CO2 of purchased heat [tCO2/GJ]."""
    return _fuels()[f"fuels_cn/{HEAT}/co2"]


def steam_energy() -> Factor:
    """Energy that a tonne of steam brings [GJ/t]: an assumption, marked so."""
    return _listed("assumptions")["assumptions/steam_energy"]


def standard_coal(medium: str) -> Factor:
    """Standard coal that a unit of a medium stands for [kgce per kWh, GJ, t or m3], equivalent value where it has two.

    Raises:
        KeyError: if the table has no such medium, or a range instead of a number.
    """
    return _standard_coal()[f"standard_coal/{medium}"]


@cache
def time_of_use() -> TimeOfUse:
    """Guangdong's time-of-use periods."""
    table = json.loads(_text("tariff_guangdong.json"))
    hours = {period: tuple(_minutes(text) for text in table[period]) for period in ("peak", "flat", "valley")}
    return TimeOfUse(
        hours={Period(name): stretches for name, stretches in hours.items()},
        sharp_hours=tuple(_minutes(text) for text in table["sharp"]["hours"]),
        sharp_months=frozenset(table["sharp"]["months"]),
        ratio={Period(name): float(ratio) for name, ratio in table["ratio"].items()},
        source=table["source"],
    )


@cache
def shipped() -> Mapping[str, Factor]:
    """Every factor that ships, by its id."""
    return {**_electricity(), **_fuels(), **_standard_coal(), **_listed("assumptions"), **_listed("two_part")}


@cache
def power_factor_adjustment(standard: str) -> tuple[Mapping[Decimal, Decimal], Factor]:
    """What is put on a bill by its power factor, to two decimals [%], and the factor that names the table.

    Args:
        standard: power factor that the tariff asks for: 0.90, 0.85 or 0.80.
    """
    rows = list(_rows("power_factor_adjust.csv"))
    column = f"adj_pct_std{standard}"
    percent = {Decimal(row["pf"]).quantize(Decimal("0.01")): Decimal(row[column]) for row in rows}
    table_id = f"power_factor_adjust/{standard}"
    return percent, Factor(table_id, float(standard), "%", None, None, rows[0]["source"], rows[0]["checked"])


def _average() -> Iterator[Factor]:
    return (factor for factor in _electricity().values() if factor.id.startswith("electricity_cn/average/"))


@cache
def _electricity() -> dict[str, Factor]:
    found = (
        Factor(
            id=f"electricity_cn/{row['basis']}/{row['region']}/{row['data_year']}",
            value=float(row["kgco2_per_kwh"]),
            unit="kgCO2/kWh",
            year=int(row["data_year"]) if row["data_year"].isdigit() else None,
            region=row["region"],
            source=row["source"],
            checked=row["checked"],
        )
        for row in _rows("electricity_cn.csv")
    )
    return {factor.id: factor for factor in found}


@cache
def _fuels() -> dict[str, Factor]:
    found: dict[str, Factor] = {}
    for row in _rows("fuels_cn.csv"):
        for what, column, unit in (("co2", "tco2_per_unit", "tCO2"), ("ncv", "ncv_gj_per_unit", "GJ")):
            if row[column]:
                name = f"fuels_cn/{row['fuel']}/{what}"
                per = f"{unit}/{row['unit']}"
                found[name] = Factor(name, float(row[column]), per, None, None, row["note"], row["checked"])
    return found


@cache
def _standard_coal() -> dict[str, Factor]:
    return {
        f"standard_coal/{row['carrier']}": Factor(
            id=f"standard_coal/{row['carrier']}",
            value=float(row["kgce_per_unit"]),
            unit=f"kgce/{row['unit']}",
            year=None,
            region=None,
            source=row["note"],
            checked=row["checked"],
        )
        for row in _rows("standard_coal.csv")
        if "-" not in row["kgce_per_unit"]
    }


@cache
def _listed(table: str) -> dict[str, Factor]:
    """Factors of a table that has one number a line, each with its own id."""
    return {
        f"{table}/{row['id']}": Factor(
            id=f"{table}/{row['id']}",
            value=float(row["value"]),
            unit=row["unit"],
            year=int(row["data_year"]) if row["data_year"] else None,
            region=None,
            source=row["source"],
            checked=row["checked"],
        )
        for row in _rows(f"{table}.csv")
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(_text(name).splitlines()))


def _text(name: str) -> str:
    return files("parkwatt.accounting.factors").joinpath(name).read_text(encoding="utf-8")


def _minutes(text: str) -> Minutes:
    """Minutes of the day of "10:00-12:00"."""
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
    return start, end
