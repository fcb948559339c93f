"""CO2, energy content and standard coal of a carrier: what one unit of it stands for, and the factors that say so.

Location-based, energy only. Gas is taken for natural gas, coal for bituminous coal, oil for diesel. Purchased heat and
steam count with the default for purchased heat. Water, cooling and compressed air have no factor here: the electricity
that makes them is counted where it enters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from parkwatt.accounting.factors import Factor, fuel_co2, fuel_energy, grid_co2, heat_co2, standard_coal, steam_energy

GJ_PER_KWH = 0.0036
"""Exact by definition [GJ/kWh]."""
GJ_PER_TCE = 29.3076
"""Net calorific value of standard coal [GJ/tce], by definition (GB/T 2589)."""
M3_PER_TABLE_UNIT = 10_000.0
"""Fuel tables count gas in 1e4 Nm3; a meter's m3 is taken for a normal one."""
_FUELS: Mapping[str, tuple[str, float]] = {
    "gas": ("天然气", M3_PER_TABLE_UNIT),
    "coal": ("一般烟煤", 1.0),
    "oil": ("柴油", 1.0),
}
"""Carrier -> fuel in the table, and how many of the carrier's units its unit is."""
_HEAT = frozenset({"heat", "steam"})


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one unit of a carrier's register stands for.

    Attributes:
        per_unit: [t CO2], [kWh] or [tce] per unit of the register (kWh, m3, t, GJ).
        factors: what it rests on.
    """

    per_unit: float
    factors: tuple[Factor, ...]


class Supplied(NamedTuple):
    """CO2 of a kWh of electricity [kg] where contracts and certificates cover a part of what came in.

    Attributes:
        market: by market: what is covered by its own factor, the rest by the residual one.
        annex4: by Annex 4 of the zero-carbon parks: what is covered by zero-carbon electricity is taken off.
    """

    market: Conversion
    annex4: Conversion


@cache
def co2(carrier: str, region: str | None, *, year: int | None = None) -> Conversion | None:
    """CO2 of a carrier [t per unit of its register]; None for a carrier that has no factor.

    Args:
        carrier: a name in `CARRIERS`.
        region: of the grid, for example 广东.
        year: the newest data year that may be used; None for the newest there is.
    """
    if carrier == "electricity":
        grid = grid_co2(region, year=year)
        return Conversion(grid.value / 1000, (grid,))
    if carrier in _FUELS:
        fuel, units = _FUELS[carrier]
        factor = fuel_co2(fuel)
        return Conversion(factor.value / units, (factor,))
    if carrier in _HEAT:
        energy = (steam_energy(),) if carrier == "steam" else ()
        factor = heat_co2()
        return Conversion(factor.value * (energy[0].value if energy else 1.0), (factor, *energy))
    return None


@cache
def energy(carrier: str) -> Conversion | None:
    """Energy content of a carrier [kWh per unit of its register]; None for a carrier that is no energy."""
    if carrier == "electricity":
        return Conversion(1.0, ())
    if carrier in _FUELS:
        fuel, units = _FUELS[carrier]
        factor = fuel_energy(fuel)
        return Conversion(factor.value / units / GJ_PER_KWH, (factor,))
    if carrier == "steam":
        factor = steam_energy()
        return Conversion(factor.value / GJ_PER_KWH, (factor,))
    if carrier in {"heat", "cooling"}:
        return Conversion(1.0 / GJ_PER_KWH, ())
    return None


@cache
def coal(carrier: str) -> Conversion | None:
    """Standard coal of a carrier, equivalent value [tce per unit of its register]; None for one that is not counted.

    Fuels by their net calorific value. Cooling, water and compressed air are not counted, as with CO2.
    """
    if carrier == "electricity":
        factor = standard_coal("电力(当量)")
        return Conversion(factor.value / 1000, (factor,))
    if carrier in _FUELS:
        fuel, units = _FUELS[carrier]
        factor = fuel_energy(fuel)
        return Conversion(factor.value / units / GJ_PER_TCE, (factor,))
    if carrier in _HEAT:
        brings = (steam_energy(),) if carrier == "steam" else ()
        factor = standard_coal("热力")
        return Conversion(factor.value / 1000 * (brings[0].value if brings else 1.0), (factor, *brings))
    return None


def register_per_flow_hour(carrier: str) -> float:
    """Units of the carrier's register that one unit of its flow makes in an hour: 1, and 0.0036 GJ per kWh of heat."""
    return GJ_PER_KWH if carrier in {"heat", "cooling"} else 1.0
