"""Generation on site: what of it is used there, what goes out, and how much of the supply it is.

All by the balance of 15 minutes: what went in and out within the same quarter-hour is set off. What goes out while
nothing is made comes from a battery, and is no generation.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import Shares, ratio, shares_of, total, whole
from parkwatt.accounting.told import Told, of_known


@dataclass(frozen=True, slots=True, eq=False)
class Generation:
    """What generators made and where it went, per interval; NaN where generation or border is not known whole.

    Attributes:
        border: of the intervals [ms].
        made: by generators [kWh].
        exported: of it, gone out over the border [kWh].
        self_consumed: of it, stayed [kWh]; with `exported` it is `made`.
        imported: came in over the border [kWh].
        shares: how the time is known.
    """

    border: NDArray[np.int64]
    made: Floats
    exported: Floats
    self_consumed: Floats
    imported: Floats
    shares: Shares

    @property
    def self_consumption(self) -> float | None:
        """Share of what was made that stayed (0 to 1); None where nothing was made."""
        return ratio(total(self.self_consumed), total(self.made))

    @property
    def self_sufficiency(self) -> float | None:
        """Share of own generation in all that was supplied: it and what came in (0 to 1)."""
        own, came = total(self.self_consumed), total(self.imported)
        return None if own is None or came is None else ratio(own, own + came)


def generation(made: Intervals, net: Intervals) -> Generation:
    """Where generation went.

    Args:
        made: by generators, positive [kWh]; what they take in at night is none of it.
        net: what came in over the border less what went out [kWh], of the same intervals.
    """
    makes, comes = whole(made), whole(net)
    known = ~np.isnan(makes) & ~np.isnan(comes)
    makes = np.where(known, np.maximum(makes, 0.0), np.nan)
    exported = np.minimum(np.maximum(-comes, 0.0), makes)
    return Generation(
        border=made.border,
        made=makes,
        exported=exported,
        self_consumed=makes - exported,
        imported=np.where(known, np.maximum(comes, 0.0), np.nan),
        shares=shares_of([made, net]),
    )


def curtailed(available: Intervals, made: Intervals) -> Told:
    """Energy that could have been made and was not [kWh], of the intervals of which both are known.

    Args:
        available: what the sun or the wind would have given, as the generator says it [kWh].
        made: what was made, positive [kWh].
    """
    held_back = np.maximum(whole(available) - np.maximum(whole(made), 0.0), 0.0)
    return of_known(held_back, shares_of([available, made]))


def specific_yield(made: Generation, capacity: float | None) -> float | None:
    """Energy per capacity [kWh/kW]; None where the capacity [kW] or the energy is not known."""
    return ratio(total(made.made), capacity)
