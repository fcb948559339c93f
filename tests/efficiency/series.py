"""Amounts per quarter-hour for tests."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import QUARTER
from parkwatt.readings import from_iso

MONDAY = from_iso("2026-03-02T00:00:00Z")
"""A Monday, midnight UTC."""
_AMOUNTS = st.integers(-10_000, 10_000).map(lambda hundredths: hundredths / 100)


def of(amount: Sequence[float], *, start: int = MONDAY, estimated: float = 0.0) -> Intervals:
    """Amounts of one meter; NaN is missing."""
    values = np.array(amount, np.float64)
    known = ~np.isnan(values)
    return Intervals(
        border=start + np.arange(len(values) + 1, dtype=np.int64) * QUARTER,
        amount=values,
        measured=np.where(known, 1.0 - estimated, 0.0),
        estimated=np.where(known, estimated, 0.0),
        events=(),
        counted=known.astype(np.int64),
    )


def amounts(*, least: float = -100.0, count: int = 24) -> st.SearchStrategy[list[float]]:
    """So many amounts, some of them missing."""
    return st.lists(_AMOUNTS.map(lambda a: max(a, least)) | st.just(float("nan")), min_size=count, max_size=count)


def week(of_slot: Sequence[float], *, weeks: int = 1) -> list[float]:
    """The same week, several times."""
    assert len(of_slot) == 7 * 96
    return [*of_slot] * weeks
