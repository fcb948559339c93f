"""Readings of a register that stand alone: a dip to zero and back, a spike, a clock that ran twice over one hour.

What is a transient depends on the readings near it and on nothing else, not even on what was decided before it: so any
part of the time can be looked at by itself.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.happenings import Happening, RegisterEvent
from parkwatt.readings import Millis

LONGEST_DIP: Millis = 2 * 3_600_000
"""How long a register may be lower until it is no dip any more [ms]."""
SHORT = 2
"""Readings in a row that are a dip, or a spike, however long they stand."""
_RETURN = 0.5
"""Share of its fall that a register takes back at once where a longer dip ends; a reset grows back slowly."""
_TWICE = 3
"""Dips in a row that mean that two clocks tell the same hours."""


class Cleaned(NamedTuple):
    """A register without its transients.

    Attributes:
        keep: per reading, whether it counts.
        events: what the others were.
    """

    keep: NDArray[np.bool_]
    events: list[RegisterEvent]


class _Run(NamedTuple):
    """Readings that are left out: from `first` until `end` (excluded), and what they are."""

    first: int
    end: int
    kind: Happening


def without_transients(
    time: NDArray[np.int64], value: NDArray[np.float64], *, explained: NDArray[np.bool_], max_gap: Millis
) -> Cleaned:
    """Tell dips and spikes from everything else.

    Args:
        time: of the readings [ms], growing.
        value: of the readings [unit of the register].
        explained: per pair of neighbours, whether somebody declared what happened there.
        max_gap: readings around a spike are no further apart [ms].
    """
    keep = np.ones(len(value), np.bool_)
    falls = np.flatnonzero((np.diff(value) < 0) & ~explained) + 1
    if not len(falls):
        return Cleaned(keep, [])
    dips = [run for i in falls.tolist() for run in _dip(time, value, i)]
    for run in dips:
        keep[run.first : run.end] = False
    kept = np.flatnonzero(keep)
    spikes = list(_spikes(time, value, kept, explained, max_gap))
    for run in spikes:
        keep[run.first : run.end] = False
    runs = [*_told_apart(_joined(dips), time, value), *_joined(spikes)]
    return Cleaned(keep, [_event(run, time, value) for run in runs])


def _dip(time: NDArray[np.int64], value: NDArray[np.float64], i: int) -> Iterator[_Run]:
    """The readings from a fall on until the register is back, if it comes back soon."""
    before = value[i - 1]
    last = max(i + SHORT + 1, int(np.searchsorted(time, time[i] + LONGEST_DIP, side="right")))
    back = np.flatnonzero(value[i + 1 : last] >= before)
    if len(back):
        k = i + 1 + int(back[0])
        if k <= i + SHORT or value[k] - value[k - 1] >= _RETURN * (before - value[i]):
            yield _Run(i, k, Happening.DIP)


def _spikes(
    time: NDArray[np.int64],
    value: NDArray[np.float64],
    kept: NDArray[np.intp],
    explained: NDArray[np.bool_],
    max_gap: Millis,
) -> Iterator[_Run]:
    """Readings before a fall that stand above both what follows and what came shortly before."""
    falls = np.flatnonzero(np.diff(value[kept]) < 0) + 1
    for at in falls.tolist():
        i = int(kept[at])
        if explained[kept[at - 1] : i].any():
            continue
        for back in range(2, SHORT + 2):
            k = int(kept[at - back]) if at >= back else i
            if k < i and value[k] <= value[i] and time[i] - time[k] <= max_gap:
                yield _Run(k + 1, i, Happening.SPIKE)
                break


def _joined(runs: list[_Run]) -> list[_Run]:
    """Runs that overlap as one."""
    found: list[_Run] = []
    for run in sorted(runs):
        if found and run.first < found[-1].end:
            found[-1] = found[-1]._replace(end=max(run.end, found[-1].end))
        else:
            found.append(run)
    return found


def _told_apart(dips: list[_Run], time: NDArray[np.int64], value: NDArray[np.float64]) -> Iterator[_Run]:
    """Dips, and in place of several in a row that grow as a register does: a clock that told the same hours twice."""
    row: list[_Run] = []
    for run, following in pairwise([*dips, None]):
        assert run is not None  # noqa: S101 - only the last is none
        row.append(run)
        near = following is not None and time[following.first] - time[run.first] <= LONGEST_DIP
        if near and following is not None and value[following.first] >= value[run.end - 1] > 0:
            continue
        if len(row) >= _TWICE:
            yield _Run(row[0].first, row[-1].end, Happening.CLOCK)
        else:
            yield from row
        row = []


def _event(run: _Run, time: NDArray[np.int64], value: NDArray[np.float64]) -> RegisterEvent:
    before, low = (run.first - 1, run.first) if run.kind is not Happening.SPIKE else (run.end - 1, run.end)
    return RegisterEvent(run.kind, int(time[run.first]), float(value[before]), float(value[low]))
