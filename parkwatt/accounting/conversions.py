"""What a unit of what flows through a meter stands for, in every field of derived data, for a reporting year.

Two bases of standard coal and three methods of carbon stand side by side and are never mixed. Electricity differs
between them; a fuel, heat and steam are the same in all.
"""

from collections.abc import Mapping

from parkwatt.accounting.emissions import GJ_PER_KWH, GJ_PER_TCE, M3_PER_TABLE_UNIT, Conversion, Supplied
from parkwatt.accounting.factors import ANNEX_4, AVERAGE, RESIDUAL, Factor, FactorBook
from parkwatt.accounting.factors.library import HEAT, shipped
from parkwatt.park import Meter, Role

KG_PER_T = 1000.0
_GIVE_OUT = frozenset({Role.GENERATION, Role.STORAGE})
_FUELS: Mapping[str, tuple[str, float]] = {
    "gas": ("天然气", M3_PER_TABLE_UNIT),
    "coal": ("一般烟煤", 1.0),
    "oil": ("柴油", 1.0),
}
"""Carrier -> fuel in the tables, and how many of the carrier's units its unit is."""


def conversions(
    book: FactorBook, meter: Meter, region: str | None, *, year: int, supplied: Supplied | None = None
) -> dict[str, Conversion]:
    """What one unit of a meter's amount stands for, by field of derived data, in the field's unit.

    What a generator makes and a battery gives back has energy only: coal and CO2 count where that energy came in.

    Args:
        book: the factors that count.
        meter: whose amounts.
        region: of the grid, for example 广东; None for the country.
        year: reporting year.
        supplied: CO2 of a kWh where contracts and certificates cover a part; None where nothing does.
    """
    found = of_carrier(book, meter.carrier, region, year=year, supplied=supplied)
    return {"kwh": found["kwh"]} if meter.role in _GIVE_OUT and "kwh" in found else found


def of_carrier(
    book: FactorBook, carrier: str, region: str | None, *, year: int, supplied: Supplied | None = None
) -> dict[str, Conversion]:
    """The same for a carrier; one that has no factor has no such field."""
    if carrier == "electricity":
        return _electricity(book, region, year, supplied)
    if carrier in _FUELS:
        return _fuel(book, *_FUELS[carrier], year)
    if carrier in {"heat", "steam"}:
        return _heat(book, year, steam=carrier == "steam")
    return {"kwh": Conversion(1.0 / GJ_PER_KWH, ())} if carrier == "cooling" else {}


def of_fuel(book: FactorBook, fuel: str, *, year: int) -> tuple[dict[str, Conversion], str]:
    """The same for a fuel of the table, and the unit that it is counted in: t or m3."""
    by_volume = shipped()[f"fuels_cn/{fuel}/ncv"].unit.endswith("1e4Nm3")
    return _fuel(book, fuel, M3_PER_TABLE_UNIT if by_volume else 1.0, year), "m3" if by_volume else "t"


def _electricity(book: FactorBook, region: str | None, year: int, supplied: Supplied | None) -> dict[str, Conversion]:
    equivalent = book.get("standard_coal/电力(当量)", year=year)
    equal = book.get("assumptions/electricity_equal_value", year=year)
    return {
        "kwh": Conversion(1.0, ()),
        "tce": Conversion(equivalent.value / KG_PER_T, (equivalent,)),
        "tce_equal": Conversion(equal.value / KG_PER_T, (equal,)),
        "co2_location_kg": _of(book.electricity(AVERAGE, region, year=year)),
        "co2_market_kg": supplied.market if supplied else _of(book.electricity(RESIDUAL, region, year=year)),
        "co2_annex4_kg": supplied.annex4 if supplied else _of(book.electricity(ANNEX_4, region, year=year)),
    }


def _fuel(book: FactorBook, fuel: str, units: float, year: int) -> dict[str, Conversion]:
    content, co2 = (book.get(f"fuels_cn/{fuel}/{what}", year=year) for what in ("ncv", "co2"))
    coal = Conversion(content.value / units / GJ_PER_TCE, (content,))
    return {
        "kwh": Conversion(content.value / units / GJ_PER_KWH, (content,)),
        "tce": coal,
        "tce_equal": coal,
        **_all_methods(Conversion(co2.value / units * KG_PER_T, (co2,))),
    }


def _heat(book: FactorBook, year: int, *, steam: bool) -> dict[str, Conversion]:
    coal, co2 = book.get("standard_coal/热力", year=year), book.get(f"fuels_cn/{HEAT}/co2", year=year)
    brings = (book.get("assumptions/steam_energy", year=year),) if steam else ()
    gj = brings[0].value if brings else 1.0
    standard = Conversion(coal.value / KG_PER_T * gj, (coal, *brings))
    return {
        "kwh": Conversion(gj / GJ_PER_KWH, brings),
        "tce": standard,
        "tce_equal": standard,
        **_all_methods(Conversion(co2.value * gj * KG_PER_T, (co2, *brings))),
    }


def _of(factor: Factor) -> Conversion:
    return Conversion(factor.value, (factor,))


def _all_methods(co2: Conversion) -> dict[str, Conversion]:
    return dict.fromkeys(("co2_location_kg", "co2_market_kg", "co2_annex4_kg"), co2)
