"""How much of a load was carbon-free, hour by hour, and how much came directly; shares of energy on one basis.

A yearly balance lets the sun of noon pay for the night; matching counts only what was there while it was used.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import Shares, ratio, shares_of, total, whole
from parkwatt.accounting.periods import HOUR
from parkwatt.readings import Millis


@dataclass(frozen=True, slots=True)
class Matching:
    """A load and the carbon-free supply at the same time, over the periods that are known of both.

    Attributes:
        load: [kWh].
        carbon_free: supplied, whether or not it was used [kWh].
        matched: of the load, supplied in the same period [kWh].
        every: length of a period [ms].
        shares: how the time is known.
    """

    load: float
    carbon_free: float
    matched: float
    every: Millis
    shares: Shares

    @property
    def score(self) -> float | None:
        """Share of the load that was matched (0 to 1); None where there was no load."""
        return ratio(self.matched, self.load)

    @property
    def volume(self) -> float | None:
        """Share of the load if it did not matter when (0 to 1); what a yearly balance would say."""
        return ratio(min(self.carbon_free, self.load), self.load)


def matching(load: Intervals, carbon_free: Intervals, *, every: Millis = HOUR) -> Matching | None:
    """Match a load with carbon-free supply; None where no period is known of both.

    Args:
        load: what was used [kWh]; what is negative counts as nothing.
        carbon_free: what was supplied without CO2 [kWh], of the same intervals.
        every: length of a period, counted from the first border [ms].
    """
    period = (load.start - load.start[0]) // every
    used, supplied = (_by_period(whole(part), period) for part in (load, carbon_free))
    known = ~np.isnan(used) & ~np.isnan(supplied)
    if not known.any():
        return None
    used, supplied = np.maximum(used[known], 0.0), np.maximum(supplied[known], 0.0)
    return Matching(
        load=math.fsum(used.tolist()),
        carbon_free=math.fsum(supplied.tolist()),
        matched=math.fsum(np.minimum(used, supplied).tolist()),
        every=every,
        shares=shares_of([load, carbon_free]),
    )


def direct_share(self_consumed: Floats, use: Intervals) -> float | None:
    """Share of own carbon-free generation that stayed in what was used at the same time (0 to 1).

    Args:
        self_consumed: of own generation, stayed [kWh].
        use: of the site [kWh].
    """
    used = whole(use)
    known = ~np.isnan(used) & ~np.isnan(self_consumed)
    return ratio(total(np.minimum(self_consumed, np.maximum(used, 0.0))[known]), total(np.maximum(used, 0.0)[known]))


@dataclass(frozen=True, slots=True)
class EnergyShares:
    """Shares of the final energy of a stretch of time, all in kWh of energy content (equivalent value, 当量).

    Attributes:
        energy: of all carriers [kWh].
        electrification: share of electricity.
        non_fossil: share of own carbon-free generation that was used, and of green electricity that was claimed.
        clean: the same with natural gas.
    """

    energy: float
    electrification: float
    non_fossil: float
    clean: float


def energy_shares(by_carrier: Mapping[str, float], *, green: float) -> EnergyShares | None:
    """Shares on one basis; None where no energy was used.

    What the grid's mix holds of non-fossil electricity is not counted: it is claimed by nobody here.

    Args:
        by_carrier: final energy [kWh of energy content]; media that are made inside are left out.
        green: electricity that is carbon-free, by own generation and by the ledger [kWh].
    """
    energy = math.fsum(by_carrier.values())
    if energy <= 0:
        return None
    electricity = by_carrier.get("electricity", 0.0)
    carbon_free = min(max(green, 0.0), max(electricity, 0.0))
    return EnergyShares(
        energy=energy,
        electrification=electricity / energy,
        non_fossil=carbon_free / energy,
        clean=(carbon_free + by_carrier.get("gas", 0.0)) / energy,
    )


def _by_period(amounts: Floats, period: NDArray[np.int64]) -> Floats:
    """Sums per period; NaN where one of its intervals is not known."""
    sums = np.bincount(period, weights=np.nan_to_num(amounts)).astype(np.float64)
    lacking = np.bincount(period, weights=np.isnan(amounts)) > 0
    return np.where(lacking, np.nan, sums)
