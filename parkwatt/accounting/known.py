"""What of a series of intervals is known, and what it adds up to; nothing that is missing is taken for zero."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from parkwatt.accounting.intervals import Floats, Intervals

_WHOLE = 1 - 1e-9
"""Share of an interval that is all of it, after rounding."""


class Shares(NamedTuple):
    """Shares of a stretch of time (0 to 1); together they are 1.

    Attributes:
        measured: measured by every meter that counts.
        estimated: known of every meter, but estimated for one of them at least.
        missing: not known of one of them at least.
    """

    measured: float
    estimated: float
    missing: float


def whole(intervals: Intervals) -> Floats:
    """The amounts of the intervals that are known from end to end, of all their meters; NaN for the others."""
    known = (intervals.measured + intervals.estimated >= _WHOLE) & (intervals.counted == intervals.registers)
    return np.where(known, intervals.amount, np.nan)


def shares_of(parts: Sequence[Intervals]) -> Shares:
    """The shares of a result that needs all of some meters in every interval; all missing where there is none."""
    if not parts:
        return Shares(0.0, 0.0, 1.0)
    length = parts[0].length
    known = np.min([part.measured + part.estimated for part in parts], axis=0)
    measured = np.minimum(np.min([part.measured for part in parts], axis=0), known)
    all_time = float(length.sum())
    certain, at_all = (min(float((share * length).sum()) / all_time, 1.0) for share in (measured, known))
    return Shares(certain, max(at_all - certain, 0.0), 1.0 - max(at_all, certain))


def total(values: Floats) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = values[~np.isnan(values)]
    return math.fsum(known.tolist()) if len(known) else None


def ratio(part: float | None, of: float | None) -> float | None:
    """One number over another; None where one is not known, or there is nothing to divide by."""
    return None if part is None or of is None or of <= 0 else part / of
