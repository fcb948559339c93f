"""From what meters took in to the rows that others read: energy, standard coal and CO2 beside the amount.

Generators and batteries have an amount and kWh only: the CO2 of what they give out is counted where the energy for it
came in. There is no ledger of contracts and certificates yet, so no market-based CO2, and no prices, so no cost.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from parkwatt.accounting import emissions
from parkwatt.accounting.emissions import Conversion
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import day_start, local_date
from parkwatt.park import Meter, Park, Role
from parkwatt.readings import Millis
from parkwatt.store.derived import FIELDS, About, Consumption, Limit

_GIVE_OUT = frozenset({Role.GENERATION, Role.STORAGE})
KG_PER_T = 1000.0


def consumption(park: Park, used: Mapping[str, Intervals]) -> Consumption:
    """A row per meter and interval of which anything is known, with the factors that it rests on.

    Args:
        park: that the meters belong to.
        used: what they took in, by their ids.
    """
    rows = []
    for meter_id, amounts in used.items():
        meter = park.meter_by_id[meter_id]
        conversions = _conversions(meter, park.grid_region)
        known = ~np.isnan(amounts.amount)
        amount = amounts.amount[known]
        numbers = np.full((len(amount), len(FIELDS)), np.nan)
        columns = {
            "amount": amount,
            "measured_share": amounts.measured[known],
            "estimated_share": amounts.estimated[known],
        }
        columns |= {name: amount * conversion.per_unit for name, conversion in conversions.items()}
        for name, column in columns.items():
            numbers[:, FIELDS.index(name)] = column
        ids = {factor.id for conversion in conversions.values() for factor in conversion.factors}
        about = About(meter_id, meter.enterprise, meter.carrier, ";".join(sorted(ids)))
        rows.append((about, amounts.start[known], numbers))
    return Consumption.of(rows)


def _conversions(meter: Meter, region: str | None) -> dict[str, Conversion]:
    """What one unit of a meter's amount stands for, by field, in the field's unit."""
    found = {"kwh": emissions.energy(meter.carrier)}
    if meter.role not in _GIVE_OUT:
        co2 = emissions.co2(meter.carrier, region)
        found["tce"] = emissions.coal(meter.carrier)
        found["co2_location_kg"] = None if co2 is None else Conversion(co2.per_unit * KG_PER_T, co2.factors)
    return {name: conversion for name, conversion in found.items() if conversion is not None}


def limits(park: Park, start: Millis, end: Millis) -> list[Limit]:
    """Contracted demands as the park file says them, on every local day that begins from `start` until `end`."""
    contracts = [(None, park.contracted_demand), *((e.id, e.contracted_demand) for e in park.enterprises)]
    found: list[Limit] = []
    day = local_date(start, park.zone)
    while (begins := day_start(day, park.zone)) < end:
        if begins >= start:
            found += [Limit(owner, begins, demand) for owner, demand in contracts if demand is not None]
        day += timedelta(days=1)
    return found
