"""Waiting for a condition, with a bound, instead of sleeping for luck."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], *, seconds: float = 20.0) -> T:
    """What a condition gives once it is true.

    Raises:
        AssertionError: if it does not become true in time.
    """
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            message = f"not within {seconds:g} s: {condition}"
            raise AssertionError(message)
        time.sleep(0.01)
