"""Register series for tests, as a store would sum them up."""

from collections.abc import Iterable

import numpy as np

from parkwatt.accounting.periods import QUARTER
from parkwatt.store import Buckets

MINUTE = 60_000


def buckets_of(readings: Iterable[tuple[int, float]], *, every: int = QUARTER) -> Buckets:
    """First and last reading per period, from readings (time [ms], value) in any order."""
    periods: dict[int, list[tuple[int, float]]] = {}
    for time, value in sorted(readings):
        periods.setdefault(time // every * every, []).append((time, value))
    rows = sorted(periods.items())

    def integers(numbers: Iterable[int]) -> np.ndarray:
        return np.array(list(numbers), dtype=np.int64)

    def floats(numbers: Iterable[float]) -> np.ndarray:
        return np.array(list(numbers), dtype=np.float64)

    return Buckets(
        start=integers(start for start, _ in rows),
        first_time=integers(found[0][0] for _, found in rows),
        first=floats(found[0][1] for _, found in rows),
        last_time=integers(found[-1][0] for _, found in rows),
        last=floats(found[-1][1] for _, found in rows),
        mean=floats(sum(v for _, v in found) / len(found) for _, found in rows),
        low=floats(min(v for _, v in found) for _, found in rows),
        high=floats(max(v for _, v in found) for _, found in rows),
        count=integers(len(found) for _, found in rows),
    )
