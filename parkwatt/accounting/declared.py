"""What is declared of a register, brought to its readings: which are moved or ignored, and where it was exchanged."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.happenings import Basis, Happening, RegisterEvent
from parkwatt.accounting.life import Declared
from parkwatt.park.events import EventKind
from parkwatt.readings import Millis

TOLERANCE: Millis = 2 * 3_600_000
"""How far from the declared time the readings may show what was declared [ms]: people note the hour, not the second."""
_STRETCHES = frozenset({EventKind.IGNORE, EventKind.CLOCK})
"""Kinds that mean a stretch of time, and not what happened between two readings."""
_EPSILON = 1e-6
"""Rounding that is no contradiction [unit of the register]."""


class Placed(NamedTuple):
    """Something declared, and the pair of neighbouring readings between which it happened (index of the first)."""

    event: Declared
    pair: int


def rewritten(
    time: NDArray[np.int64], value: NDArray[np.float64], events: Sequence[Declared]
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[RegisterEvent]]:
    """Readings as they are after wrong clocks are put right and what counts for nothing is left out."""
    found: list[RegisterEvent] = []
    for event in events:
        if event.kind not in _STRETCHES:
            continue
        meant = np.flatnonzero((time >= event.time) & (time < event.until))
        if not len(meant):
            continue
        first, last = int(meant[0]), int(meant[-1])
        ends = float(value[first]), float(value[last])
        found.append(RegisterEvent(Happening(event.kind), int(time[first]), *ends, Basis.DECLARED, reason=event.reason))
        if event.kind is EventKind.IGNORE:
            time, value = np.delete(time, meant), np.delete(value, meant)
        else:
            time = time.copy()
            time[meant] += event.shift
            order = np.argsort(time, kind="stable")
            time, value = time[order], value[order]
            once = np.append(np.diff(time) > 0, True)  # of two at one time the later one in its own order stands
            time, value = time[once], value[once]
    return time, value, found


def placed(
    time: NDArray[np.int64], odd: NDArray[np.bool_], events: Sequence[Declared]
) -> tuple[list[Placed], list[Declared]]:
    """The pair of readings between which each event happened, and the events that are outside of the readings.

    Args:
        time: of the readings [ms], growing.
        odd: per pair of neighbours, whether the register falls there or rises more than it can.
        events: what is declared.
    """
    found, outside = [], []
    strange = np.flatnonzero(odd)
    for event in events:
        if event.kind in _STRETCHES:
            continue
        pair = int(np.searchsorted(time, event.time)) - 1
        if len(time) < 2 or not -1 <= pair < len(time) or event.time <= time[0] - TOLERANCE:
            outside.append(event)
            continue
        within = 0 <= pair < len(odd)
        if event.kind is not EventKind.RATIO and not (within and odd[pair]) and len(strange):
            away = np.maximum(0, np.maximum(time[strange] - event.time, event.time - time[strange + 1]))
            nearest = int(np.argmin(away))
            if away[nearest] <= TOLERANCE:
                pair, within = int(strange[nearest]), True
        if within:
            found.append(Placed(event, pair))
        else:
            outside.append(event)
    return found, outside


class Joint(NamedTuple):
    """A register that was exchanged or set back between two readings.

    Attributes:
        pair: index of the reading before it.
        time: when [ms].
        old: last value of the register before it.
        new: first value after it.
        sure: whether both were declared.
    """

    pair: int
    time: Millis
    old: float
    new: float
    sure: bool


def joint(time: NDArray[np.int64], value: NDArray[np.float64], place: Placed) -> Joint | None:
    """Where a register was exchanged or set back; None if the readings contradict what is declared."""
    event, pair = place
    before, after = float(value[pair]), float(value[pair + 1])
    old = before if event.old_final is None else event.old_final
    from_zero = 0.0 if event.kind is EventKind.RESET else after
    new = from_zero if event.new_initial is None else event.new_initial
    if old < before - _EPSILON or new > after + _EPSILON:
        return None
    at = min(max(event.time, int(time[pair])), int(time[pair + 1]))
    sure = event.old_final is not None and (event.new_initial is not None or event.kind is EventKind.RESET)
    return Joint(pair, at, max(old, before), min(new, after), sure)
