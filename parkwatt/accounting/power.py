"""Consumption from power, for meters whose registers say nothing: an estimate, and marked so.

Power is taken to change evenly between two samples that are close together; across longer gaps nothing is known. It has
the sign of the park's rules already: what a generator makes and a battery gives back is negative.
"""

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Intervals, missing
from parkwatt.accounting.registers import MAX_GAP, exact, readings_of
from parkwatt.readings import Millis
from parkwatt.store import Edges

SAMPLED: Millis = 60_000
"""Samples are the first and the last of every minute [ms]."""
_HOUR: Millis = 3_600_000


def from_power(edges: Edges, borders: NDArray[np.int64], *, factor: float = 1.0) -> Intervals:
    """Amounts between borders from how much flows, all of them estimated.

    Args:
        edges: first and last sample per minute [kW; units per hour].
        borders: of the intervals [ms], growing.
        factor: units of the register that one unit of the flow makes in an hour.
    """
    time, power = readings_of(edges)
    if len(time) < 2:
        return missing(borders)
    inside = borders[(borders > time[0]) & (borders < time[-1])]
    grid = np.union1d(time, inside)
    flow = np.interp(grid, time, power)
    pair = np.searchsorted(time, grid[:-1], side="right") - 1
    close = (np.diff(time) <= MAX_GAP)[pair]
    interval = np.searchsorted(borders, grid[:-1], side="right") - 1
    counts = close & (interval >= 0) & (interval < len(borders) - 1)
    hours = np.diff(grid) / _HOUR
    area = (flow[:-1] + flow[1:]) / 2 * hours * factor
    used = np.bincount(interval[counts], weights=exact(area[counts]), minlength=len(borders) - 1)
    covered = np.bincount(interval[counts], weights=np.diff(grid)[counts], minlength=len(borders) - 1)
    known = covered > 0
    return Intervals(
        border=borders,
        amount=np.where(known, used, np.nan),
        measured=np.zeros(len(used)),
        estimated=covered / np.diff(borders),
        events=(),
        counted=known.astype(np.int64),
    )


def filled(registers: Intervals, estimate: Intervals) -> Intervals:
    """What registers say, and where they say nothing at all of an interval what the power says."""
    gap = np.isnan(registers.amount) & ~np.isnan(estimate.amount)
    return Intervals(
        border=registers.border,
        amount=np.where(gap, estimate.amount, registers.amount),
        measured=np.where(gap, 0.0, registers.measured),
        estimated=np.where(gap, estimate.estimated, registers.estimated),
        events=registers.events,
        counted=np.where(gap, estimate.counted, registers.counted),
        registers=registers.registers,
    )
