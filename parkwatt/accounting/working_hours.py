"""Working hours as a load shows them: nobody declares them, so they are derived, and called so.

The rule. Base is the 5th and high the 95th percentile of the mean power of 15 minutes. A load whose high is less than
1.5 times its base runs around the clock: it has no hours outside. Otherwise a quarter-hour of a weekday is a working
one where the median of that quarter-hour over all such weekdays of the span lies above base + 30 % of (high - base).
A holiday looks like a working day that was idle; a span of less than two weeks says little of single weekdays.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Floats
from parkwatt.accounting.periods import slots_of_the_week

BASE, HIGH = 5.0, 95.0
"""Percentiles of the mean power of 15 minutes."""
_VARIES = 1.5
_ABOVE = 0.3
_SLOTS = 7 * 96
_DAY_SLOTS = 96


@dataclass(frozen=True, slots=True, eq=False)
class WorkingHours:
    """When a load works.

    Attributes:
        working: per quarter-hour of the week, Monday 00:00 first.
        round_the_clock: whether the load hardly varies; every quarter-hour is a working one then.
        base: 5th percentile of the mean power of 15 minutes [kW].
        high: 95th percentile [kW].
    """

    working: NDArray[np.bool_]
    round_the_clock: bool
    base: float
    high: float

    def at(self, start: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.bool_]:
        """Whether quarter-hours are working ones.

        Args:
            start: of the quarter-hours [ms].
            zone: whose wall clock counts.
        """
        return self.working[slots_of_the_week(start, zone)]

    def of_weekday(self, weekday: int) -> list[tuple[int, int]]:
        """From and until of the working hours of a weekday (Monday is 0) [minutes of the day]."""
        day = self.working[weekday * _DAY_SLOTS : (weekday + 1) * _DAY_SLOTS]
        edges = np.flatnonzero(np.diff(np.concatenate(([0], day.astype(np.int8), [0])))) * 15
        return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def working_hours(power: Floats, start: NDArray[np.int64], zone: ZoneInfo) -> WorkingHours | None:
    """Derive working hours; None where nothing is known of the load.

    Args:
        power: mean power of quarter-hours [kW]; NaN where it is not known.
        start: of the quarter-hours [ms].
        zone: whose wall clock counts.
    """
    known = ~np.isnan(power)
    if not known.any():
        return None
    base, high = (float(value) for value in np.percentile(power[known], (BASE, HIGH)))
    if high < _VARIES * base or high <= 0:
        return WorkingHours(np.ones(_SLOTS, np.bool_), round_the_clock=True, base=base, high=high)
    slot = slots_of_the_week(start, zone)[known]
    level = base + _ABOVE * (high - base)
    working = np.zeros(_SLOTS, np.bool_)
    order = np.argsort(slot, kind="stable")
    bounds = np.searchsorted(slot[order], np.arange(_SLOTS + 1))
    ordered = power[known][order]
    for number in np.unique(slot).tolist():
        working[number] = np.median(ordered[bounds[number] : bounds[number + 1]]) > level
    return WorkingHours(working, round_the_clock=False, base=base, high=high)
