"""The habits of a meter: what it usually uses at which time of the week, so that a gap is spread as it probably was.

The habits at a gap are those of the four weeks before it, from what was measured then: the same quarter-hour of the
same weekday; where that was never measured, the same quarter-hour of other workdays or free days, then of any day.
Without any of it a gap is spread evenly.
"""

from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.periods import QUARTER, slots_of_the_week
from parkwatt.accounting.registers import Segments
from parkwatt.readings import Millis

HABITS: Millis = 28 * 86_400_000
"""How long before a gap a meter's habits are looked for [ms]."""
_DAY = 96
"""Quarter-hours of a day."""
_WORKDAYS = 5

Floats = NDArray[np.float64]


class Habits:
    """What one register usually counts at which time of the week."""

    def __init__(self, register: Segments, zone: ZoneInfo) -> None:
        """Of a register, by the wall clock of a place."""
        self._register = register
        self._zone = zone
        self._found: dict[Millis, Floats | None] = {}

    def share(self, pair: int, at: NDArray[np.int64]) -> Floats | None:
        """How much of what was counted between two readings was counted until some moments between them (0 to 1).

        Args:
            pair: index of the first reading.
            at: moments between both [ms].

        Returns:
            None where nothing is known of the meter's habits.
        """
        start, end = int(self._register.time[pair]), int(self._register.time[pair + 1])
        usual = self._usual(start // QUARTER * QUARTER)
        if usual is None:
            return None
        quarters = np.arange(start // QUARTER * QUARTER, end, QUARTER, dtype=np.int64)
        weight = usual[slots_of_the_week(quarters, self._zone)]
        inside = np.minimum(quarters + QUARTER, end) - np.maximum(quarters, start)
        until = np.concatenate(([0.0], np.cumsum(weight * (inside / QUARTER))))
        if until[-1] <= 0:
            return None
        number = np.minimum((at - quarters[0]) // QUARTER, len(quarters) - 1)
        part = (at - np.maximum(quarters[number], start)) / QUARTER
        share: Floats = (until[number] + weight[number] * part) / until[-1]
        return np.clip(share, 0.0, 1.0)

    def _usual(self, end: Millis) -> Floats | None:
        """Usual amount per quarter-hour of the week, from the four weeks until `end`; None if nothing was measured."""
        if end not in self._found:
            self._found[end] = self._looked_up(end)
        return self._found[end]

    def _looked_up(self, end: Millis) -> Floats | None:
        borders = np.arange(end - HABITS, end + 1, QUARTER, dtype=np.int64)
        first, last = np.searchsorted(self._register.time, (borders[0], end))
        if not self._plain[max(int(first) - 1, 0) : int(last)].any():
            return None
        amount = self._measured(borders)
        known = ~np.isnan(amount)
        if not known.any():
            return None
        slot = slots_of_the_week(borders[:-1][known], self._zone)
        total, count = np.zeros((7, _DAY)), np.zeros((7, _DAY))
        np.add.at(total, (slot // _DAY, slot % _DAY), amount[known])
        np.add.at(count, (slot // _DAY, slot % _DAY), 1.0)
        return _filled(total, count).ravel()

    @cached_property
    def _plain(self) -> NDArray[np.bool_]:
        """Per pair of readings, whether what is between them was measured."""
        plain: NDArray[np.bool_] = self._register.known & ~self._register.spread
        return plain

    def _measured(self, borders: NDArray[np.int64]) -> Floats:
        """Amounts of quarter-hours that were measured as a whole; NaN for the others."""
        time, value, rise = self._register.time, self._register.value, self._register.rise
        reading = np.searchsorted(time, borders, side="right") - 1
        inside = (reading >= 0) & (reading < len(rise))
        at = np.clip(reading, 0, len(rise) - 1)
        plain = inside & self._plain[at]
        span = np.maximum(np.diff(time)[at], 1)
        register = np.where(plain, value[at] + rise[at] * ((borders - time[at]) / span), np.nan)
        unbroken = np.concatenate(([0], np.cumsum(~self._plain | (value[:-1] + rise != value[1:]))))
        broken = unbroken[at[1:]] - unbroken[at[:-1]]
        amount: Floats = np.where(broken == 0, np.diff(register), np.nan)
        return amount


def _filled(total: Floats, count: Floats) -> Floats:
    """Means per weekday and quarter-hour; where there is none, that of like days, else of all days, else of all."""
    days = np.arange(7)
    like = [np.flatnonzero((days < _WORKDAYS) == (day < _WORKDAYS)) for day in days]
    found = np.full((7, _DAY), np.nan)
    for day in range(7):
        for members in (days[day : day + 1], like[day], days):
            with np.errstate(divide="ignore", invalid="ignore"):
                mean = total[members].sum(axis=0) / count[members].sum(axis=0)
            found[day] = np.where(np.isnan(found[day]), mean, found[day])
    overall = total.sum() / count.sum()
    return np.where(np.isnan(found), overall, found)
