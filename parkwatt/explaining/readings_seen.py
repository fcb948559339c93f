"""Readings as the store has them, to be looked up by their time, each with the message that it came from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from parkwatt.accounting.life import Life
from parkwatt.accounting.registers import exact
from parkwatt.explaining.origins import Origin, Origins, Wanted
from parkwatt.flags import unpack
from parkwatt.park.events import EventKind
from parkwatt.readings import Millis, Quality, SeriesKey, TimeSource
from parkwatt.store import Query, Store


class Stored(NamedTuple):
    """A reading as it is stored.

    Attributes:
        key: its series.
        time: when it was measured [ms].
        value: [unit of the quantity].
        arrived: when the batch with it arrived [ms].
        quality: how far to trust it.
        time_source: who said when it was.
    """

    key: SeriesKey
    time: Millis
    value: float
    arrived: Millis
    quality: Quality
    time_source: TimeSource

    @property
    def wanted(self) -> Wanted:
        """What to look for among the kept messages."""
        return Wanted(self.key, self.time, self.value, self.arrived)


class ReadingsSeen:
    """Readings of one series at some times, with their messages."""

    def __init__(self, store: Store, key: SeriesKey, times: Sequence[Millis], life: Life) -> None:
        """Look them up.

        Args:
            store: where they are.
            key: the series.
            times: as accounting takes them, after wrong clocks are put right [ms].
            life: what is declared of the register.
        """
        self._shifts = tuple({event.shift for event in life.events if event.kind is EventKind.CLOCK} - {0})
        self._by_time = {one.time: one for one in _read(store, key, times, self._shifts)}
        self._origins: Mapping[Wanted, Origin] = {}

    def find(self, time: Millis, value: float) -> Stored | None:
        """The reading that accounting took at a time; None if none was stored with this value."""
        for moved in (0, *self._shifts):
            stored = self._by_time.get(time - moved)
            if stored is not None and value in {stored.value, float(exact(np.array([stored.value]))[0])}:
                return stored
        return None

    def trace(self, origins: Origins) -> None:
        """Look up the messages of all of them at once."""
        self._origins = origins.of([stored.wanted for stored in self._by_time.values()])

    def origin(self, stored: Stored) -> Origin | None:
        """The message that a reading came from; None where none is kept."""
        return self._origins.get(stored.wanted)


def _read(store: Store, key: SeriesKey, times: Sequence[Millis], shifts: tuple[Millis, ...]) -> Iterable[Stored]:
    told = {time - shift for time in times for shift in (0, *shifts)}
    if not told:
        return
    for start, end in _stretches(sorted(told)):
        for piece in store.scan(Query((key.meter,), (key.quantity,), start, end)):
            rows = piece.readings
            number = rows.index.find(key)
            if number is None:
                continue
            for row in np.flatnonzero((rows.series == number) & np.isin(rows.time, list(told))).tolist():
                _, quality, source, _ = unpack(int(rows.flags[row]))
                time, value = int(rows.time[row]), float(rows.value[row])
                yield Stored(key, time, value, int(piece.arrived[row]), quality, source)


_NEAR: Millis = 3_600_000
"""Times that are nearer than this are asked for together [ms]."""


def _stretches(times: Sequence[Millis]) -> list[tuple[Millis, Millis]]:
    """Stretches that have all of some times, in order."""
    found: list[tuple[Millis, Millis]] = []
    for time in times:
        if found and time - found[-1][1] < _NEAR:
            found[-1] = (found[-1][0], time + 1)
        else:
            found.append((time, time + 1))
    return found
