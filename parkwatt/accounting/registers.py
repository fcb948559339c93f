"""The life of one register: which of its readings count, and what it measured between them.

A register only grows. Where it falls, one of four things happened, told apart by declared facts first:

- rollover: its width is declared and it fell from near the top to near the bottom; counting goes on;
- dip: the next readings are where they were before; what is between them is suspect and left out;
- spike: one reading stands above both its neighbours; it is suspect and left out;
- reset: anything else; a new segment begins, and what was used across the fall is not known.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from parkwatt.readings import Millis
from parkwatt.store import Edges

MAX_GAP: Millis = 30 * 60_000
"""Readings further apart than this say how much was used, but not when [ms]: two accounting intervals."""
_LONGEST_DIP = 2
"""Readings in a row that may be a dip or a spike."""
_ROLLOVER_ZONE = 0.1
"""Share of a register's width, at the top and at the bottom, within which a fall is a rollover."""


class Fall(StrEnum):
    """Why a register's value fell."""

    ROLLOVER = "rollover"
    RESET = "reset"
    DIP = "dip"
    SPIKE = "spike"


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """A fall of a register.

    Attributes:
        kind: what it was taken for.
        time: of the first reading after it (of the suspect reading for dip and spike).
        before, after: values on both sides of the fall [unit of the register].
    """

    kind: Fall
    time: Millis
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Segments:
    """A register's readings that count, and what it measured between neighbours.

    Attributes:
        time: of the readings [ms], growing.
        value: of the readings [unit of the register], as they came.
        rise: per pair of neighbours: what was used between them [unit of the register], never negative.
        known: per pair: whether that is known; false across a reset.
        events: falls, in order of time.
    """

    time: NDArray[np.int64]
    value: NDArray[np.float64]
    rise: NDArray[np.float64]
    known: NDArray[np.bool_]
    events: tuple[RegisterEvent, ...]


def readings_of(edges: Edges) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """First and last reading of every period, in order of time, each once: times [ms] and values."""
    time = np.column_stack((edges.first_time, edges.last_time)).ravel()
    value = np.column_stack((edges.first, edges.last)).ravel()
    keep = np.ones(len(time), dtype=np.bool_)
    keep[1:] = time[1:] > time[:-1]
    return time[keep], value[keep]


def segments(
    time: NDArray[np.int64], value: NDArray[np.float64], *, digits: int | None = None, max_gap: Millis = MAX_GAP
) -> Segments:
    """Clean a register's readings.

    Args:
        time: of the readings [ms], growing, each once.
        value: of the readings [unit of the register].
        digits: digits before the register rolls over; None if it is not declared.
        max_gap: a spike's neighbours are no further apart than this [ms].
    """
    keep, events = _without_transients(time, value, max_gap)
    time, value = time[keep], value[keep]
    rise = np.diff(value)
    known = np.ones(len(rise), dtype=np.bool_)
    for i in np.flatnonzero(rise < 0).tolist():
        before, after = float(value[i]), float(value[i + 1])
        width = _rolled_over(before, after, digits)
        known[i] = width is not None
        rise[i] = 0.0 if width is None else width - before + after
        kind = Fall.RESET if width is None else Fall.ROLLOVER
        events.append(RegisterEvent(kind, int(time[i + 1]), before, after))
    return Segments(time, value, rise, known, tuple(sorted(events, key=lambda event: event.time)))


def _rolled_over(before: float, after: float, digits: int | None) -> float | None:
    """Width of the register if a fall is a rollover, None if it is not."""
    if digits is None:
        return None
    width = 10.0**digits
    near_the_top = width * (1 - _ROLLOVER_ZONE) <= before <= width
    return width if near_the_top and after <= width * _ROLLOVER_ZONE else None


def _without_transients(
    time: NDArray[np.int64], value: NDArray[np.float64], max_gap: Millis
) -> tuple[NDArray[np.bool_], list[RegisterEvent]]:
    """Which readings are no dip and no spike, and the events that the others are."""
    keep = np.ones(len(value), dtype=np.bool_)
    events: list[RegisterEvent] = []
    for i in (np.flatnonzero(np.diff(value) < 0) + 1).tolist():
        if not (keep[i] and keep[i - 1]):
            continue
        before = float(value[i - 1])
        back = next((k for k in range(i + 1, i + 1 + _LONGEST_DIP) if k < len(value) and value[k] >= before), None)
        if back is not None:
            keep[i:back] = False
            events.append(RegisterEvent(Fall.DIP, int(time[i]), before, float(value[i])))
            continue
        level = next((k for k in range(i - 2, i - 2 - _LONGEST_DIP, -1) if k >= 0 and value[k] <= value[i]), None)
        if level is not None and keep[level:i].all() and time[i] - time[level] <= max_gap:
            keep[level + 1 : i] = False
            events.append(RegisterEvent(Fall.SPIKE, int(time[i - 1]), before, float(value[i])))
    return keep, events
