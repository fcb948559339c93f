"""Whether a register that fell came to the end of its digits."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.happenings import Basis
from parkwatt.accounting.life import Life

_ZONE = 0.1
"""Share of a declared width, at the top and at the bottom, within which a fall is a rollover."""
_NARROW_ZONE = 0.01
"""The same for a width that is not declared."""
_FEWEST_DIGITS = 4
"""A register with fewer digits is not taken to have rolled over unless its width is declared."""
_NEIGHBOURS = 3
"""Pairs on either side whose rises say what is usual."""
_USUAL = 20.0
"""How many times faster than the fastest of those it may have counted across the rollover."""
_HOUR = 3_600_000


class Rolled(NamedTuple):
    """A rollover.

    Attributes:
        used: what was counted across it [unit of the register].
        basis: whether its width is declared, or the readings show it.
    """

    used: float
    basis: Basis


def widths(before: float, life: Life) -> tuple[float, ...]:
    """Widths that a register may have that stood at a value: not below it [unit of the register].

    A display of so many digits holds as many times more as a unit on it stands for, where readings are stored times the
    ratio of the transformers; where the device multiplies itself, its own digits count.
    """
    found = []
    for ratio in {1.0, life.ratio, *(r for event in life.events for r in (event.ratio_before, event.ratio_after))}:
        digits = len(str(int(before / ratio))) if life.digits is None else life.digits
        if before <= ratio * 10.0**digits:
            found.append(ratio * 10.0**digits)
    return tuple(sorted(found))


def rolled_over(time: NDArray[np.int64], value: NDArray[np.float64], pair: int, life: Life) -> Rolled | None:
    """What a register counted across a fall, if that is a rollover; None if it is not.

    A declared width decides. Without one, a fall from the last hundredth of a full number of digits into the first is
    a rollover if the register did not count much faster than it did around it, nor more than its meter can carry.
    """
    before, after = float(value[pair]), float(value[pair + 1])
    zone, least = (_NARROW_ZONE, 10.0**_FEWEST_DIGITS) if life.digits is None else (_ZONE, 0.0)
    fitting = [w for w in widths(before, life) if before >= w * (1 - zone) and after <= w * zone and w >= least]
    if not fitting:
        return None
    used = min(fitting) - before + after
    if life.digits is not None:
        return Rolled(used, Basis.EVIDENCE)
    hours = float(time[pair + 1] - time[pair]) / _HOUR
    around = np.r_[max(pair - _NEIGHBOURS, 0) : pair, pair + 1 : min(pair + 1 + _NEIGHBOURS, len(value) - 1)]
    rise, span = np.diff(value)[around], np.diff(time)[around]
    fastest = float(np.max(rise / span * _HOUR, initial=0.0))
    fast = used > _USUAL * fastest * hours or (life.limit is not None and used > life.limit * max(hours, 0.25))
    return None if fast else Rolled(used, Basis.EVIDENCE)
