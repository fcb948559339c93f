"""The state of the park this second, in memory: collectors write it, any number of pages read it.

It only repeats what the store has on disk, so nothing is lost with it; after a restart it is filled again
from `Store.latest`.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

import numpy as np

from parkwatt.columns import Columns
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Arrived, Latest
from parkwatt.store.newest import Newest

T = TypeVar("T")

RAW_KEPT = 5
"""Raw messages kept per meter for the engineer who looks at it."""


_METERS_WITH_SEVERAL = 10_000

RAW_BYTES_KEPT = 16_384
"""Bytes kept of each."""


class RawMessage(NamedTuple):
    """A message as it came."""

    topic: str
    payload: bytes
    arrived: Millis


class Live:
    """Latest readings, when each meter was last heard, its last raw messages, and which nodes said goodbye.

    Attributes:
        heard: when the last message of each meter arrived.
        raw: last raw messages of each meter, newest last.
        stale: meters whose gateway announced that it is gone, and when.
        version: grows with every change; whoever saw it knows whether to look again.
    """

    def __init__(self, latest: Mapping[SeriesKey, Latest] | None = None) -> None:
        """Begin with what a store has."""
        self._newest = Newest.of(latest or {})
        self.heard = _heard(self._newest.copy())
        self.raw: dict[str, tuple[RawMessage, ...]] = {}
        self.stale: dict[str, Millis] = {}
        self.version = 0
        self._lock = threading.Lock()

    @property
    def latest(self) -> Mapping[SeriesKey, Latest]:
        """Newest reading of every series, as they are now."""
        return self._newest

    def update(self, readings: Columns, arrived: Millis) -> None:
        """Take stored readings, in order of arrival; a series never goes back in time."""
        with self._lock:
            self._newest.update(readings.numbered_by(self._newest.index), arrived)
            for meter in readings.meters():
                if arrived > self.heard.get(meter, 0):
                    self.heard[meter] = arrived
                    self.stale.pop(meter, None)
            self.version += 1

    def take(self, rows: Arrived) -> None:
        """Take readings that others stored, each with its arrival."""
        with self._lock:
            columns = rows.readings.numbered_by(self._newest.index)
            self._newest.update(columns, rows.arrived)
            latest = np.zeros(len(self._newest.index), np.int64)
            np.maximum.at(latest, columns.series, rows.arrived)
            for number in np.unique(columns.series).tolist():
                meter, arrived = self._newest.index.keys[number].meter, int(latest[number])
                if arrived > self.heard.get(meter, 0):
                    self.heard[meter] = arrived
                    self.stale.pop(meter, None)
            self.version += 1

    def refresh(self, latest: Callable[[], Mapping[SeriesKey, Latest]]) -> None:
        """Show what a store has after readings were replaced or removed; meters that have none left were never heard.

        Args:
            latest: asks the store. It is asked while nobody else may show anything: what is written after that is shown
                after that.
        """
        with self._lock:
            known = latest()
            self._newest = Newest.of(known)
            self.heard = _heard(known)
            for of_meters in (self.raw, self.stale):
                for meter in set(of_meters) - set(self.heard):
                    of_meters.pop(meter, None)
            self.version += 1

    def keep_raw(self, meter: str, message: RawMessage) -> None:
        """Remember a raw message of a meter."""
        # In a very large park the last one has to do.
        before = self.raw.get(meter, ())[1 - RAW_KEPT :] if len(self.raw) <= _METERS_WITH_SEVERAL else ()
        self.raw[meter] = (*before, message)

    def rename_meter(self, meter: str, *, to: str) -> None:
        """Show under another id what a meter said; the other must not have spoken."""
        with self._lock:
            self._newest.index.exchange(meter, to)
            self._rename(self.heard, meter, to)
            self._rename(self.raw, meter, to)
            self._rename(self.stale, meter, to)
            self.version += 1

    @staticmethod
    def _rename(of: dict[str, T], meter: str, to: str) -> None:
        if meter in of:
            of[to] = of.pop(meter)

    def mark_stale(self, meters: Iterable[str], at: Millis) -> None:
        """Note that a gateway said goodbye: what its meters showed is no longer current."""
        with self._lock:
            for meter in meters:
                self.stale[meter] = at
            self.version += 1


def _heard(latest: Mapping[SeriesKey, Latest]) -> dict[str, Millis]:
    """When each meter was last heard, as far as its newest readings tell."""
    heard: dict[str, Millis] = {}
    for key, value in latest.items():
        heard[key.meter] = max(value.arrived, heard.get(key.meter, 0))
    return heard
