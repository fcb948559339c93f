"""The state of the park this second, in memory: collectors write it, any number of pages read it.

It only repeats what the store has on disk, so nothing is lost with it; after a restart it is filled again
from `Store.latest`.
"""

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from parkwatt.readings import Millis, Reading, SeriesKey
from parkwatt.store import Latest

RAW_KEPT = 5
"""Raw messages kept per meter for the engineer who looks at it."""


class RawMessage(NamedTuple):
    """A message as it came."""

    topic: str
    payload: bytes
    arrived: Millis


class Live:
    """Latest readings, when each meter was last heard, its last raw messages, and which nodes said goodbye.

    Attributes:
        latest: newest reading of every series.
        heard: when the last message of each meter arrived.
        raw: last raw messages of each meter, newest last.
        stale: meters whose gateway announced that it is gone, and when.
        version: grows with every change; whoever saw it knows whether to look again.
    """

    def __init__(self, latest: Mapping[SeriesKey, Latest] | None = None) -> None:
        """Begin with what a store has."""
        self.latest: dict[SeriesKey, Latest] = dict(latest or {})
        self.heard: dict[str, Millis] = {}
        self.raw: dict[str, deque[RawMessage]] = {}
        self.stale: dict[str, Millis] = {}
        self.version = 0
        self._lock = threading.Lock()
        for key, value in self.latest.items():
            self.heard[key.meter] = max(value.arrived, self.heard.get(key.meter, 0))

    def update(self, readings: Iterable[Reading], arrived: Millis) -> None:
        """Take stored readings; a series never goes back in time."""
        latest = self.latest
        with self._lock:
            for r in readings:
                key = SeriesKey(r.meter, r.quantity, r.phase)
                known = latest.get(key)
                if known is None or r.time >= known.time:
                    latest[key] = Latest(r.time, r.value, arrived, r.kind, r.time_source, r.quality)
                if arrived > self.heard.get(r.meter, 0):
                    self.heard[r.meter] = arrived
                    self.stale.pop(r.meter, None)
            self.version += 1

    def keep_raw(self, meter: str, message: RawMessage) -> None:
        """Remember a raw message of a meter."""
        kept = self.raw.get(meter)
        if kept is None:
            kept = self.raw[meter] = deque(maxlen=RAW_KEPT)
        kept.append(message)

    def mark_stale(self, meters: Iterable[str], at: Millis) -> None:
        """Note that a gateway said goodbye: what its meters showed is no longer current."""
        with self._lock:
            for meter in meters:
                self.stale[meter] = at
            self.version += 1
