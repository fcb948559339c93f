"""Factors as data: every number with its source, the year of its data and how sure it is."""

from parkwatt.accounting.factors.book import ANNEX_4, AVERAGE, RESIDUAL, FactorBook
from parkwatt.accounting.factors.library import (
    Factor,
    fuel_co2,
    fuel_energy,
    grid_co2,
    heat_co2,
    power_factor_adjustment,
    standard_coal,
    steam_energy,
    time_of_use,
)

__all__ = [
    "ANNEX_4",
    "AVERAGE",
    "RESIDUAL",
    "Factor",
    "FactorBook",
    "fuel_co2",
    "fuel_energy",
    "grid_co2",
    "heat_co2",
    "power_factor_adjustment",
    "standard_coal",
    "steam_energy",
    "time_of_use",
]
