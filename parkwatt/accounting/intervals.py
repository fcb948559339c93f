"""Consumption per interval from one register: interpolated at the borders, a gap marked, never negative.

Between two readings that are close together a register is taken to grow evenly, and what is between them is measured.
Over a longer gap the amount is known from both ends, and only spread, by the meter's own habits where they are known:
so it is estimated. Before the first reading, after the last and across what nobody knows, time is missing and adds
nothing. Amounts are multiples of `QUANTUM`: they add up to the difference of the register exactly, in any order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.happenings import RegisterEvent
from parkwatt.accounting.life import UNDECLARED, Life
from parkwatt.accounting.registers import MAX_GAP, Segments, exact, readings_of, segments
from parkwatt.accounting.spreading import Habits
from parkwatt.readings import Millis
from parkwatt.store import Edges

Floats = NDArray[np.float64]


class Coverage(IntEnum):
    """How an interval's amount is known."""

    MEASURED = 0
    ESTIMATED = 1
    """A part of it at least lies in a gap that both ends are known of."""
    MISSING = 2
    """Nothing of it is known."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Amounts of one register, or of several added up, per interval.

    Attributes:
        border: borders of the intervals [ms]; one more than there are intervals.
        amount: used in the interval, as far as known [unit of the register]; NaN where nothing is.
        measured: share of the interval's time that is measured (0 to 1).
        estimated: share of the interval's time that is estimated (0 to 1).
        events: falls of the register.
        counted: how many registers are in the amount.
        registers: how many there are.
    """

    border: NDArray[np.int64]
    amount: Floats
    measured: Floats
    estimated: Floats
    events: tuple[RegisterEvent, ...]
    counted: NDArray[np.int64]
    registers: int = 1

    @property
    def start(self) -> NDArray[np.int64]:
        """Starts of the intervals [ms]."""
        return self.border[:-1]

    @property
    def length(self) -> NDArray[np.int64]:
        """Lengths of the intervals [ms]."""
        return np.diff(self.border)

    @property
    def missing(self) -> Floats:
        """Share of the interval's time that is missing (0 to 1)."""
        return np.clip(1.0 - self.measured - self.estimated, 0.0, 1.0)

    @property
    def coverage(self) -> NDArray[np.int8]:
        """One `Coverage` per interval."""
        known = np.where(self.estimated > 0, Coverage.ESTIMATED, Coverage.MEASURED)
        return np.where(np.isnan(self.amount), Coverage.MISSING, known).astype(np.int8)

    def mean_rate(self, *, least_known: float = 0.0) -> Floats:
        """Amount per hour [kW from kWh], over the part of the time that is known.

        A register that is missing for the whole interval adds nothing, and is not taken to be like the others.

        Args:
            least_known: NaN where less of the time is known of the registers that are counted (0 to 1).
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            known = (self.measured + self.estimated) * self.registers / self.counted
            rate = self.amount / (known * self.length / 3_600_000)
        return np.where((self.counted > 0) & (known >= least_known), rate, np.nan)


def consumption(
    edges: Edges,
    borders: NDArray[np.int64],
    *,
    life: Life = UNDECLARED,
    zone: ZoneInfo | None = None,
    max_gap: Millis = MAX_GAP,
) -> Intervals:
    """Consumption of one register series from its first and last reading per bucket.

    Args:
        edges: of the series, in order of time, at least as fine as the borders.
        borders: of the intervals [ms], growing.
        life: what is declared of the register.
        zone: whose clock the meter's habits follow; None spreads gaps evenly.
        max_gap: readings further apart make what is between them estimated [ms].
    """
    time, value = readings_of(edges)
    return between(segments(time, value, life=life, max_gap=max_gap), borders, zone=zone)


def between(register: Segments, borders: NDArray[np.int64], *, zone: ZoneInfo | None = None) -> Intervals:
    """Consumption between borders [ms] of a register whose life is resolved.

    An interval's amount depends, to the last bit, on the readings in it and the nearest on either side, and where it
    lies in a gap on what the meter did in the four weeks before that, so that any part of the time can be computed
    again by itself.
    """
    if len(register.time) < 2:
        return missing(borders, events=register.events)
    length = np.diff(borders)
    time_measured = _time_within(register.time, register.known & ~register.spread, borders)
    time_estimated = _time_within(register.time, register.known & register.spread, borders)
    known = time_measured + time_estimated > 0
    return Intervals(
        border=borders,
        amount=np.where(known, _used(register, borders, zone), np.nan),
        measured=time_measured / length,
        estimated=time_estimated / length,
        events=register.events,
        counted=known.astype(np.int64),
    )


def missing(borders: NDArray[np.int64], *, events: tuple[RegisterEvent, ...] = ()) -> Intervals:
    """Intervals of a register that nothing is known of."""
    count = len(borders) - 1
    nothing = np.zeros(count)
    return Intervals(borders, np.full(count, np.nan), nothing, nothing, events, np.zeros(count, np.int64))


def net(forward: Intervals, backward: Intervals) -> Intervals:
    """One meter's amounts in one direction less those in the other; known where both are."""
    known = np.minimum(forward.measured + forward.estimated, backward.measured + backward.estimated)
    estimated = np.minimum(known, np.maximum(forward.estimated, backward.estimated))
    return Intervals(
        border=forward.border,
        amount=forward.amount - backward.amount,
        measured=known - estimated,
        estimated=estimated,
        events=forward.events + backward.events,
        counted=np.minimum(forward.counted, backward.counted),
        registers=forward.registers,
    )


def scaled(intervals: Intervals, factor: float) -> Intervals:
    """The same with every amount multiplied: -1 turns a direction."""
    return Intervals(
        border=intervals.border,
        amount=intervals.amount * factor,
        measured=intervals.measured,
        estimated=intervals.estimated,
        events=intervals.events,
        counted=intervals.counted,
        registers=intervals.registers,
    )


def added(parts: Sequence[Intervals], borders: NDArray[np.int64]) -> Intervals:
    """Several meters added up: the amount of those that are known; shares are means over all of them."""
    if not parts:
        return missing(borders)
    registers = sum(part.registers for part in parts)
    weight = np.array([part.registers / registers for part in parts])[:, None]
    amounts = np.stack([part.amount for part in parts])
    known = ~np.isnan(amounts)
    return Intervals(
        border=borders,
        amount=np.where(known.any(axis=0), np.where(known, amounts, 0.0).sum(axis=0), np.nan),
        measured=(np.stack([part.measured for part in parts]) * weight).sum(axis=0),
        estimated=(np.stack([part.estimated for part in parts]) * weight).sum(axis=0),
        events=tuple(event for part in parts for event in part.events),
        counted=np.stack([part.counted for part in parts]).sum(axis=0),
        registers=registers,
    )


def _before(time: NDArray[np.int64], borders: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The reading at or before each border, and how long before [ms]; borders outside are moved to the nearest one."""
    inside = np.clip(borders, time[0], time[-1])
    reading = np.searchsorted(time, inside, side="right") - 1
    return reading, inside - time[reading]


def _used(register: Segments, borders: NDArray[np.int64], zone: ZoneInfo | None) -> Floats:
    """What a register counted between borders; what it lost by being exchanged or set back is put on again."""
    reading, since = _before(register.time, borders)
    rise, span = np.append(register.rise, 0.0), np.append(np.diff(register.time), 1)
    counted = exact(rise[reading] * (since / np.maximum(span[reading], 1)))
    if zone is not None:
        counted = _by_habit(register, borders, reading, counted, zone)
    used: Floats = np.diff(register.value[reading] + counted)
    lost = register.value[:-1] + register.rise - register.value[1:]
    broken = np.flatnonzero(lost)
    interval = np.searchsorted(reading, broken, side="right") - 1
    crossed = (interval >= 0) & (interval < len(used))
    np.add.at(used, interval[crossed], lost[broken[crossed]])
    return used


def _by_habit(
    register: Segments, borders: NDArray[np.int64], reading: NDArray[np.int64], counted: Floats, zone: ZoneInfo
) -> Floats:
    """What was counted since the reading before each border, in gaps as the meter's habits have it."""
    in_gap = np.append(register.known & register.spread & (register.rise > 0), False)[reading]
    if not in_gap.any():
        return counted
    habits, found = Habits(register, zone), counted.copy()
    for pair in np.unique(reading[in_gap]).tolist():
        here = in_gap & (reading == pair)
        share = habits.share(pair, np.clip(borders[here], register.time[pair], register.time[pair + 1]))
        if share is not None:
            found[here] = exact(register.rise[pair] * share)
    return found


def _time_within(time: NDArray[np.int64], spans: NDArray[np.bool_], borders: NDArray[np.int64]) -> NDArray[np.int64]:
    """How much of the chosen spans between neighbouring times lies in each interval [ms]."""
    reading, since = _before(time, borders)
    until = np.concatenate(([0], np.cumsum(np.diff(time) * spans)))
    within: NDArray[np.int64] = np.diff(until[reading] + since * np.append(spans, False)[reading])
    return within
