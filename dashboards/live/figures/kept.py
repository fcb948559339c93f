"""Figures that cost a look into the past: each is worked out once, kept for a while, and the newest of them only."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from parkwatt.readings import Millis

AGAIN: Millis = 300_000
"""Readings that came late are seen after this long [ms]."""

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Kept(Generic[K, T]):
    """The last figures by what was asked for; threads may ask at once."""

    def __init__(self, most: int) -> None:
        """Nothing is kept yet.

        Args:
            most: figures that are kept.
        """
        self._most = most
        self._found: dict[K, tuple[Millis, T]] = {}
        self._lock = Lock()

    def of(self, key: K, now: Millis, make: Callable[[], T], *, passing: Callable[[T], bool] = lambda _: False) -> T:
        """The figure, made now unless that was lately.

        Args:
            key: what is asked for.
            now: what time it is.
            make: works it out.
            passing: whether a figure is asked anew each time, because it says that there is nothing yet.
        """
        with self._lock:
            before = self._found.get(key)
        if before is None or passing(before[1]) or now - before[0] >= AGAIN:
            before = now, make()
        with self._lock:
            self._found.pop(key, None)
            self._found[key] = before
            while len(self._found) > self._most:
                del self._found[next(iter(self._found))]
        return before[1]
