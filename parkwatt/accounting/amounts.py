"""Consumption from amounts of periods: what a meter used since its reading before, and not what it counted in its life.

Each reading is the amount of the period that ends at its time. How long that period is nobody says: it is taken to be
the distance to the nearer of the two neighbours, so that a reading after a gap does not stand for the gap.
"""

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.happenings import Basis, Happening, RegisterEvent
from parkwatt.accounting.intervals import Intervals, missing
from parkwatt.accounting.life import UNDECLARED, Life
from parkwatt.accounting.registers import MAX_GAP, exact
from parkwatt.park.events import EventKind
from parkwatt.readings import Millis

_HOUR: Millis = 3_600_000
_AT_ONCE: Millis = 15 * 60_000

Times = NDArray[np.int64]
Floats = NDArray[np.float64]


def from_amounts(time: Times, amount: Floats, borders: Times, *, life: Life = UNDECLARED) -> Intervals:
    """Consumption between borders from amounts of periods; an amount that lies in one interval stays as it is.

    Args:
        time: ends of the periods [ms], growing.
        amount: of the periods [unit of the quantity].
        borders: of the intervals [ms], growing.
        life: what is declared of the meter.
    """
    if len(time) < 2:
        return missing(borders)
    start = time - _periods(time)
    good, events = _believed(start, time, amount, life)
    start, end, amount = start[good], time[good], amount[good]
    count = len(borders) - 1
    used, measured, estimated = np.zeros(count), np.zeros(count, np.int64), np.zeros(count, np.int64)
    first = np.searchsorted(borders, start, side="right") - 1
    last = np.searchsorted(borders, end, side="left") - 1
    within = (first == last) & (first >= 0) & (first < count)
    np.add.at(used, first[within], amount[within])
    for number in np.flatnonzero((first != last) & (last >= 0) & (first < count)).tolist():
        touched = slice(max(int(first[number]), 0), min(int(last[number]), count - 1) + 1)
        reached = np.clip(borders[touched.start : touched.stop + 1], start[number], end[number]) - start[number]
        until = exact(amount[number] * (reached / (end[number] - start[number])))
        used[touched] += np.diff(np.where(reached == end[number] - start[number], amount[number], until))
    long = end - start > MAX_GAP
    for shares, chosen in ((measured, ~long), (estimated, long)):
        _cover(start[chosen], end[chosen], borders, shares)
    length = np.diff(borders)
    known = measured + estimated > 0
    return Intervals(
        border=borders,
        amount=np.where(known, used, np.nan),
        measured=measured / length,
        estimated=estimated / length,
        events=events,
        counted=known.astype(np.int64),
    )


def period_borders(time: Times) -> Times:
    """Starts and ends of the periods whose ends are given, in order of time, each once [ms]."""
    return np.union1d(time - _periods(time), time) if len(time) > 1 else time


def _periods(time: Times) -> Times:
    """How long the periods are [ms]."""
    step = np.diff(time)
    before, after = np.append(step[0], step), np.append(step, step[-1])
    period: Times = np.minimum(before, after)
    return period


def _believed(
    start: Times, end: Times, amount: Floats, life: Life
) -> tuple[NDArray[np.bool_], tuple[RegisterEvent, ...]]:
    """Which amounts count, and why the others do not."""
    accepted, ignored = np.zeros(len(end), np.bool_), np.zeros(len(end), np.bool_)
    for event in life.events:
        if event.kind is EventKind.ACCEPT:
            accepted |= (start < event.time) & (event.time <= end)
        elif event.kind is EventKind.IGNORE:
            ignored |= (end >= event.time) & (end < event.until)
        elif event.kind is EventKind.UNKNOWN:
            ignored |= (start < event.time) & (event.time <= end)
    too_much = np.zeros(len(end), np.bool_)
    if life.limit is not None:
        too_much = (amount > life.limit * np.maximum(end - start, _AT_ONCE) / _HOUR) & ~accepted
    bad = ignored | too_much | (amount < 0)
    events = []
    for number in np.flatnonzero(bad).tolist():
        kind = Happening.NEGATIVE if amount[number] < 0 else Happening.JUMP
        basis = Basis.OPEN
        if ignored[number]:
            kind, basis = Happening.IGNORE, Basis.DECLARED
        events.append(RegisterEvent(kind, int(end[number]), 0.0, float(amount[number]), basis))
    return ~bad, tuple(events)


def _cover(start: Times, end: Times, borders: Times, shares: Times) -> None:
    """Add the time of each period to the intervals that it touches [ms]."""
    if not len(start):
        return
    until = np.concatenate(([0], np.cumsum(end - start)))
    period = np.searchsorted(start, borders, side="right") - 1
    at = np.maximum(period, 0)
    inside = np.minimum(borders - start[at], (end - start)[at])
    shares += np.diff(np.where(period >= 0, until[at] + inside, 0))
