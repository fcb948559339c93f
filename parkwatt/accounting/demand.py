"""Demand: the mean power of 15 minutes, and the highest of a period."""

from dataclasses import dataclass

import numpy as np

from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.readings import Millis

LEAST_KNOWN = 0.9
"""Share of the 15 minutes that must be known; the rest is taken to be like it."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """The highest demand of a period.

    Attributes:
        value: [kW].
        start: start of its 15 minutes.
        estimated: whether a part of it is energy spread over a gap; the true maximum may be higher.
    """

    value: float
    start: Millis
    estimated: bool


def mean_demand(energy: Intervals) -> Floats:
    """Mean demand per interval [kW] from energy [kWh]; NaN where too little of the interval is known."""
    complete = energy.counted == energy.registers
    return np.where(complete, energy.mean_rate(least_known=LEAST_KNOWN), np.nan)


def maximum(energy: Intervals) -> Maximum | None:
    """The highest mean demand, the earliest of equals; None where no interval is known.

    An interval that lacks a meter does not count: a part of the sum says nothing about its maximum.
    """
    demand = mean_demand(energy)
    if np.isnan(demand).all():
        return None
    at = int(np.nanargmax(demand))
    return Maximum(float(demand[at]), int(energy.start[at]), bool(energy.estimated[at] > 0))
