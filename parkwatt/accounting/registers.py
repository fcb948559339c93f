"""The life of one register: which of its readings count, and what it measured between them.

A register only grows. Where it falls, or rises by more than its meter can carry, something happened to it. What the
park file declares tells what; where it declares nothing, the readings around may leave no doubt (a dip, a spike, a
rollover); the rest is an open question, and what was used there is not known until someone decides. Each is an event.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.declared import Joint, Placed, joint, placed, rewritten
from parkwatt.accounting.happenings import Basis, Happening, RegisterEvent
from parkwatt.accounting.life import UNDECLARED, Declared, Life
from parkwatt.accounting.rollover import rolled_over, widths
from parkwatt.accounting.transients import LONGEST_DIP, without_transients
from parkwatt.park.events import EventKind
from parkwatt.readings import Millis
from parkwatt.store import Edges

MAX_GAP: Millis = 30 * 60_000
"""Readings further apart than this say how much was used, but not when [ms]: two accounting intervals."""
QUANTUM = 2.0**-24
"""Registers are taken to the nearest multiple of this [unit of the register], so that amounts add up exactly."""
_AT_ONCE: Millis = 15 * 60_000
"""A register may count in one step what its meter carries in this time [ms]: some count in large steps."""
_LIKE_NEW = 0.001
"""A register that is at less than this share of its other side was at zero, and is not another register."""
_SUDDEN = 1000.0
"""A register that stood at zero for as long as a dip may last, and shows more than this at once, did not count it."""
_HOUR: Millis = 3_600_000


@dataclass(frozen=True, slots=True)
class Segments:
    """A register's readings that count, and what it measured between neighbours.

    Where a register was exchanged, the last value of the old one and the first of the new one stand among the readings,
    at one time.

    Attributes:
        time: of the readings [ms], never falling.
        value: of the readings [unit of the register], multiples of `QUANTUM`.
        rise: per pair of neighbours: what was used between them [unit of the register], never negative.
        known: per pair: whether that is known.
        spread: per pair: whether it is known how much was used, and not when: a gap, or an exchange without its values.
        events: what happened, in order of time.
    """

    time: NDArray[np.int64]
    value: NDArray[np.float64]
    rise: NDArray[np.float64]
    known: NDArray[np.bool_]
    spread: NDArray[np.bool_]
    events: tuple[RegisterEvent, ...]


def readings_of(edges: Edges) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """First and last reading of every period, in order of time, each once: times [ms] and values."""
    time = np.column_stack((edges.first_time, edges.last_time)).ravel()
    value = np.column_stack((edges.first, edges.last)).ravel()
    keep = np.ones(len(time), dtype=np.bool_)
    keep[1:] = time[1:] > time[:-1]
    return time[keep], value[keep]


def exact(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values as multiples of `QUANTUM`: sums and differences of them are exact up to 5e8 units, in any order."""
    rounded: NDArray[np.float64] = np.round(value / QUANTUM) * QUANTUM
    return rounded


def segments(
    time: NDArray[np.int64],
    value: NDArray[np.float64],
    *,
    life: Life = UNDECLARED,
    max_gap: Millis = MAX_GAP,
) -> Segments:
    """Clean a register's readings, and tell what it measured between them.

    Args:
        time: of the readings [ms], growing, each once.
        value: of the readings [unit of the register].
        life: what is declared of the register.
        max_gap: readings further apart do not say when something was used; those around a spike are nearer [ms].
    """
    time, value, events = rewritten(time, exact(value), life.events)
    places, _ = placed(time, _odd(time, value, life.limit), life.events)
    time, value, places = _without_leftovers(time, value, places)
    cleaned = without_transients(time, value, explained=_explained(time, life.events, places), max_gap=max_gap)
    events += cleaned.events
    if not cleaned.keep.all():
        time, value = time[cleaned.keep], value[cleaned.keep]
        places, _ = placed(time, _odd(time, value, life.limit), life.events)
    told = _Told(time, value, life, max_gap)
    for place in places:
        told.declared(place)
    told.undeclared()
    return told.segments(events)


def _odd(time: NDArray[np.int64], value: NDArray[np.float64], limit: float | None) -> NDArray[np.bool_]:
    """Per pair of neighbours, whether the register falls, or rises more than it can."""
    rise = np.diff(value)
    odd: NDArray[np.bool_] = rise < 0
    if limit is not None:
        odd |= rise > limit * np.maximum(np.diff(time), _AT_ONCE) / _HOUR
    for pair in np.flatnonzero((value[:-1] == 0) & (rise > _SUDDEN) & (np.diff(time) <= MAX_GAP)).tolist():
        stood = int(np.searchsorted(time, time[pair] - LONGEST_DIP, side="right")) - 1
        odd[pair] |= 0 <= stood < pair - 1 and not value[stood:pair].any()
    return odd


def _explained(time: NDArray[np.int64], events: Sequence[Declared], places: Sequence[Placed]) -> NDArray[np.bool_]:
    """Per pair of neighbours, whether something declared says what happened there."""
    explained = np.zeros(max(len(time) - 1, 0), np.bool_)
    explained[[place.pair for place in places]] = True
    for event in events:
        if event.kind is EventKind.RATIO and len(explained):
            first, last = sorted((event.time, event.applied))
            explained |= (time[1:] >= first) & (time[:-1] < last)
    return explained


def _without_leftovers(
    time: NDArray[np.int64], value: NDArray[np.float64], places: list[Placed]
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[Placed]]:
    """Without what a new meter said before it had its first value: zeros while it was being mounted."""
    keep = np.ones(len(time), np.bool_)
    for event, pair in places:
        if event.new_initial is not None:
            end = int(np.searchsorted(time, time[pair] + LONGEST_DIP, side="right"))
            low = np.flatnonzero(value[pair + 1 : end] >= event.new_initial)
            keep[pair + 1 : pair + 1 + (int(low[0]) if len(low) else 0)] = False
    if keep.all():
        return time, value, places
    number = np.cumsum(keep) - 1
    return time[keep], value[keep], [Placed(event, int(number[pair])) for event, pair in places]


class _Told:
    """What is told, pair by pair, of what happened to a register."""

    def __init__(self, time: NDArray[np.int64], value: NDArray[np.float64], life: Life, max_gap: Millis) -> None:
        self._time, self._value, self._life = time, value, life
        self._rise = np.diff(value)
        self._odd = _odd(time, value, life.limit)
        self._known = np.ones(len(self._rise), np.bool_)
        self._spread = np.diff(time) > max_gap
        self._joints: list[Joint] = []
        self._settled = np.zeros(len(self._rise), np.bool_)
        self._events: list[RegisterEvent] = []

    def declared(self, place: Placed) -> None:
        """Apply something declared, or say that the readings contradict it."""
        event, pair = place
        match event.kind:
            case EventKind.RATIO:
                self._ratio(event)
            case EventKind.RESET | EventKind.REPLACEMENT:
                found = None if self._settled[pair] else joint(self._time, self._value, place)
                if found is None:
                    self._misfit(place)
                else:
                    used = (found.old - self._value[pair]) + (self._value[pair + 1] - found.new)
                    self._joints.append(found)
                    self._settle(place, used=float(used))
            case EventKind.ROLLOVER:
                width = min(widths(float(self._value[pair]), self._life), default=None)
                if self._rise[pair] >= 0 or width is None:
                    self._misfit(place)
                else:
                    self._settle(place, used=float(width + self._rise[pair]))
            case EventKind.ACCEPT if self._rise[pair] >= 0:
                self._settle(place, used=float(self._rise[pair]))
            case EventKind.UNKNOWN:
                self._settle(place, used=None)
            case _:
                self._misfit(place)

    def undeclared(self) -> None:
        """Tell what happened where nothing is declared."""
        for pair in np.flatnonzero(self._odd & ~self._settled).tolist():
            before, after = float(self._value[pair]), float(self._value[pair + 1])
            if after >= before:
                self._set(pair, None, Happening.JUMP, Basis.OPEN)
                continue
            rolled = rolled_over(self._time, self._value, pair, self._life)
            if rolled is not None:
                self._set(pair, rolled.used, Happening.ROLLOVER, rolled.basis)
            else:
                kind = Happening.RESET if after <= max(_LIKE_NEW * before, 1.0) else Happening.REPLACEMENT
                self._set(pair, None, kind, Basis.OPEN)

    def segments(self, events: Sequence[RegisterEvent]) -> Segments:
        """Everything together; the values at a joint come in between."""
        time, value, rise, known, spread = self._time, self._value, self._rise, self._known, self._spread
        for found in sorted(self._joints, reverse=True):
            pair, at = found.pair, found.pair + 1
            old, new = exact(np.array([found.old, found.new]))
            sides = np.array([old - value[pair], 0.0, value[at] - new])
            lengths = np.array([found.time - time[pair], 0, time[at] - found.time])
            apart = np.array([spread[pair], False, spread[pair]])
            rise = np.concatenate([rise[:pair], np.maximum(sides, 0.0), rise[at:]])
            known = np.concatenate([known[:pair], np.ones(3, np.bool_), known[at:]])
            spread = np.concatenate([spread[:pair], apart | (not found.sure) & (lengths > 0), spread[at:]])
            time = np.insert(time, at, [found.time, found.time])
            value = np.insert(value, at, [old, new])
        happened = sorted([*events, *self._events], key=lambda event: event.time)
        return Segments(time, value, rise, known, spread, tuple(happened))

    def _ratio(self, event: Declared) -> None:
        """A ratio that changed: the display goes on, and what a unit of it stands for is another from then on."""
        first, last = sorted((event.time, event.applied))
        pairs = np.flatnonzero((self._time[1:] >= first) & (self._time[:-1] < last + (first == last)))
        for pair in pairs.tolist():
            start, end = int(self._time[pair]), int(self._time[pair + 1])
            if first == last and not start < first <= end:
                continue
            shown = [
                float(self._value[at]) / (event.ratio_before if self._time[at] < event.applied else event.ratio_after)
                for at in (pair, pair + 1)
            ]
            earlier = min(max((event.time - start) / (end - start), 0.0), 1.0)
            used = (shown[1] - shown[0]) * (event.ratio_before * earlier + event.ratio_after * (1 - earlier))
            if used < 0:
                self._misfit(Placed(event, pair))
            else:
                self._settle(Placed(event, pair), used=used)

    def _settle(self, place: Placed, *, used: float | None) -> None:
        self._set(place.pair, used, Happening(place.event.kind), Basis.DECLARED, place.event.reason)

    def _misfit(self, place: Placed) -> None:
        self._event(place.pair, None, Happening.MISFIT, Basis.OPEN, place.event.reason)

    def _set(self, pair: int, used: float | None, kind: Happening, basis: Basis, reason: str = "") -> None:
        self._event(pair, used, kind, basis, reason)
        self._settled[pair] = True
        self._known[pair] = used is not None
        self._rise[pair] = 0.0 if used is None else exact(np.array([used]))[0]

    def _event(self, pair: int, used: float | None, kind: Happening, basis: Basis, reason: str) -> None:
        time, before, after = (self._time[pair + 1], self._value[pair], self._value[pair + 1])
        self._events.append(RegisterEvent(kind, int(time), float(before), float(after), basis, used, reason))
