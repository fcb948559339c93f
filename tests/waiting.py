"""Waiting for a condition, with a bound, instead of sleeping for luck."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
SOON, SELDOM, LONGEST = 0.01, 0.05, 0.5
"""Seconds between two looks: at first, after some seconds, and at most, after one that took long itself."""


def until(condition: Callable[[], T], *, seconds: float = 20.0) -> T:
    """What a condition gives once it is true.

    Looking costs those who are waited for: it takes half of the time at most, and is done more seldom as time goes by.

    Raises:
        AssertionError: if it does not become true in time.
    """
    start = time.monotonic()
    while True:
        began = time.monotonic()
        found = condition()
        if found:
            return found
        now = time.monotonic()
        if now > start + seconds:
            message = f"not within {seconds:g} s: {condition}"
            raise AssertionError(message)
        pause = min(max(SOON, (now - start) / 50), SELDOM)
        time.sleep(min(max(pause, now - began), LONGEST))
