"""Vehicles: what chargers took, apart from the rest of the building, and when they took most."""

from dataclasses import dataclass

import numpy as np

from parkwatt.accounting.demand import Maximum, maximum
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.known import Shares, ratio, shares_of, total, whole


@dataclass(frozen=True, slots=True)
class Charging:
    """What chargers took in a stretch of time.

    Attributes:
        energy: [kWh]; None where nothing is known.
        rest: what everything else used while both are known [kWh].
        share: of chargers in all that was used while both are known (0 to 1).
        peak: their highest demand.
        shares: how the time is known.
    """

    energy: float | None
    rest: float | None
    share: float | None
    peak: Maximum | None
    shares: Shares


def charging(chargers: Intervals, use: Intervals) -> Charging:
    """Chargers apart from the building.

    Args:
        chargers: what they took [kWh].
        use: of the whole site, chargers included [kWh].
    """
    taken, all_use = whole(chargers), whole(use)
    return Charging(
        energy=total(taken),
        rest=total(all_use - taken),
        share=ratio(
            total(np.where(np.isnan(all_use), np.nan, taken)), total(np.where(np.isnan(taken), np.nan, all_use))
        ),
        peak=maximum(chargers),
        shares=shares_of([chargers]),
    )
