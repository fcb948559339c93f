"""How long something took, counted into fixed buckets: enough for a histogram, cheap enough for every message."""

import threading
from bisect import bisect_left
from typing import NamedTuple

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets [s], each included in its bucket; what is longer comes after the last."""


class Distribution(NamedTuple):
    """Durations as counted so far.

    Attributes:
        counts: how many fell into each bucket, then how many were longer than all.
        seconds: the sum of them all [s].
    """

    counts: tuple[int, ...]
    seconds: float


NOTHING_YET = Distribution((0,) * (len(BUCKETS) + 1), 0.0)
"""No duration was counted."""


class Durations:
    """Counts durations; any thread may add, any may ask."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0
        self._access = threading.Lock()

    def add(self, seconds: float, times: int = 1) -> None:
        """Count a duration [s] that was seen so many times; one below zero, of a clock that was set back, as zero."""
        seconds = max(seconds, 0.0)
        bucket = bisect_left(BUCKETS, seconds)
        with self._access:
            self._counts[bucket] += times
            self._seconds += seconds * times

    def distribution(self) -> Distribution:
        """What was counted so far."""
        with self._access:
            return Distribution(tuple(self._counts), self._seconds)
