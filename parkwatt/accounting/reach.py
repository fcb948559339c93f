"""How far a change of readings reaches: which intervals may be otherwise, and which readings tell what they are.

Whether a fall is a dip, a spike or a reset is told by the readings around it, and a gap by the readings at both its
ends. So a reading changes intervals up to some readings away, however long ago those are, and up to some hours away,
however many readings there are.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.declared import TOLERANCE
from parkwatt.accounting.periods import QUARTER
from parkwatt.accounting.transients import LONGEST_DIP
from parkwatt.readings import Millis

REACH = 10
"""A change is felt up to so many readings away: dips and spikes are two readings long, judged by three around them."""
NEEDED = 2 * REACH
"""Readings on either side of a stretch of changes that tell all of it."""
FELT: Millis = max(LONGEST_DIP, TOLERANCE)
"""And up to so long away [ms]: the longest dip; the distance from a declared event to what it explains."""


def reached(registers: Sequence[NDArray[np.int64]], start: Millis, end: Millis) -> tuple[Millis, Millis]:
    """The quarter-hours that readings from `start` until `end` may change.

    Args:
        registers: times of the readings of each register that a meter has, with `NEEDED` of them on either side.
        start: of the change [ms].
        end: of the change, excluded [ms].
    """
    first, last = start, end
    for time in registers:
        if len(time):
            nearest = np.searchsorted(time, (start, end))
            farthest = np.searchsorted(time, (start - FELT, end + FELT), side="right")
            before, after = min(nearest[0] - REACH, farthest[0] - 1), max(nearest[1] + REACH, farthest[1] + 1)
            first = min(first, int(time[max(before, 0)]))
            last = max(last, int(time[min(after, len(time)) - 1]))
    return first // QUARTER * QUARTER, -(-last // QUARTER) * QUARTER


def missing_before(registers: Sequence[NDArray[np.int64]], start: Millis) -> bool:
    """Whether there are too few readings before a stretch to tell all of it."""
    return any(np.searchsorted(time, start) < NEEDED for time in registers)


def missing_after(registers: Sequence[NDArray[np.int64]], end: Millis) -> bool:
    """Whether there are too few readings after a stretch to tell all of it."""
    return any(len(time) - np.searchsorted(time, end) < NEEDED for time in registers)
