"""Consumption per interval from one register: interpolated at the borders, a gap marked, never negative.

Between two readings a register is taken to grow evenly. Readings close together make the energy between them measured;
over a longer gap the energy is known from both ends and only spread, so it is estimated. Before the first reading,
after the last and across a reset nothing is known: that time is missing and adds nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.registers import MAX_GAP, RegisterEvent, Segments, readings_of, segments
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
    edges: Edges, borders: NDArray[np.int64], *, digits: int | None = None, max_gap: Millis = MAX_GAP
) -> Intervals:
    """Consumption of one register series from its first and last reading per bucket.

    Args:
        edges: of the series, in order of time, at least as fine as the borders.
        borders: of the intervals [ms], growing.
        digits: digits before the register rolls over; None if it is not declared.
        max_gap: readings further apart make what is between them estimated [ms].
    """
    time, value = readings_of(edges)
    return between(segments(time, value, digits=digits, max_gap=max_gap), borders, max_gap=max_gap)


def between(register: Segments, borders: NDArray[np.int64], *, max_gap: Millis = MAX_GAP) -> Intervals:
    """Consumption between borders [ms] of a register whose falls are resolved.

    An interval's amount depends, to the last bit, on the readings in it and the nearest on either side and on nothing
    else, so that any part of the time can be computed again by itself.
    """
    if len(register.time) < 2:
        return missing(borders, events=register.events)
    span = np.diff(register.time)
    estimated = register.known & (span > max_gap)
    measured = register.known & ~estimated
    length = np.diff(borders)
    time_measured = _time_within(register.time, measured, borders)
    time_estimated = _time_within(register.time, estimated, borders)
    known = time_measured + time_estimated > 0
    return Intervals(
        border=borders,
        amount=np.where(known, _used(register, borders), np.nan),
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


def _used(register: Segments, borders: NDArray[np.int64]) -> Floats:
    """What a register counted between borders; a fall counts where its second reading is."""
    reading, since = _before(register.time, borders)
    rise, span = np.append(register.rise, 0.0), np.append(np.diff(register.time), 1)
    used: Floats = np.diff(register.value[reading] + rise[reading] * (since / span[reading]))
    falls = np.flatnonzero(np.diff(register.value) < 0)
    interval = np.searchsorted(reading, falls, side="right") - 1
    crossed = (interval >= 0) & (interval < len(used))
    lost = register.value[falls] + register.rise[falls] - register.value[falls + 1]
    np.add.at(used, interval[crossed], lost[crossed])
    floored: Floats = np.maximum(used, 0.0)  # rounding may leave a fall of the last digit
    return floored


def _time_within(time: NDArray[np.int64], spans: NDArray[np.bool_], borders: NDArray[np.int64]) -> NDArray[np.int64]:
    """How much of the chosen spans between neighbouring times lies in each interval [ms]."""
    reading, since = _before(time, borders)
    until = np.concatenate(([0], np.cumsum(np.diff(time) * spans)))
    within: NDArray[np.int64] = np.diff(until[reading] + since * np.append(spans, False)[reading])
    return within
