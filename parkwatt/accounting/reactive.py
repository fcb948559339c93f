"""The power factor of a load in every 15 minutes, and of the whole time as the tariff takes it."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from parkwatt.accounting import power_factor
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import Shares, shares_of, total, whole


@dataclass(frozen=True, slots=True, eq=False)
class PowerFactor:
    """The power factor of a load that takes active and reactive energy.

    Attributes:
        by_interval: kWh / sqrt(kWh2 + kvarh2) of each interval (0 to 1); NaN where nothing was taken or is known.
        active: of the intervals that are known of both [kWh].
        reactive: of the same [kvarh].
        shares: how the time is known.
    """

    by_interval: Floats
    active: float
    reactive: float
    shares: Shares

    @property
    def mean(self) -> Decimal | None:
        """Of the whole time, with two decimals; None where nothing was taken."""
        return power_factor.power_factor(Decimal(repr(self.active)), Decimal(repr(self.reactive)))


def power_factors(active: Intervals, reactive: Intervals) -> PowerFactor | None:
    """The power factor of a load; None where the two are never known together.

    Args:
        active: energy taken in [kWh].
        reactive: reactive energy, what was taken and what was given back added up [kvarh], of the same intervals.
    """
    real, blind = whole(active), whole(reactive)
    known = ~np.isnan(real) & ~np.isnan(blind)
    if not known.any():
        return None
    taken, turned = (np.where(known, np.maximum(part, 0.0), np.nan) for part in (real, blind))
    apparent = np.hypot(taken, turned)
    return PowerFactor(
        by_interval=np.divide(taken, apparent, out=np.full(len(taken), np.nan), where=taken > 0),
        active=total(taken) or 0.0,
        reactive=total(turned) or 0.0,
        shares=shares_of([active, reactive]),
    )
