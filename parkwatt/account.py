"""Accounting over a store: reads the registers around a stretch of time, and puts what they say into derived data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting import derived
from parkwatt.accounting.meters import consumed, registers_of
from parkwatt.accounting.periods import QUARTER, borders, quarter_of
from parkwatt.accounting.reach import missing_after, missing_before, reached
from parkwatt.accounting.registers import readings_of
from parkwatt.park import Meter, Park
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Edges, Query, Store
from parkwatt.store.derived import Changed, Consumption, DerivedStore, Stretch, joined

DAY: Millis = 86_400_000
METERS_AT_ONCE = 50
"""Meters that are read and written together."""
_LONGEST: Millis = 31 * DAY
"""Most that is read of a group of meters at once [ms]."""
_MARGINS: tuple[Millis, ...] = (3 * 3_600_000, DAY, 8 * DAY, 64 * DAY, 512 * DAY)
"""How far beyond a stretch readings are looked for, until there are enough; after the last: everywhere [ms]."""
_EARLIEST: Millis = -(2**53)

Newest = Mapping[SeriesKey, Millis]
"""Time of the newest reading of every series of a store [ms]."""
Found = dict[SeriesKey, Edges]
Progress = Callable[[int, int], None]
"""Told how many parts of the work are done, and how many there are."""


def unseen(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


class Job(NamedTuple):
    """Meters, and the stretch in which their readings may be otherwise than they were."""

    meters: Sequence[Meter]
    stretch: Stretch

    def parts(self, until: Millis) -> Iterator["Job"]:
        """Pieces that fit into memory, whole quarter-hours, none after `until`."""
        start = self.stretch.start // QUARTER * QUARTER
        end = min(-(-self.stretch.end // QUARTER) * QUARTER, until)
        for since in range(start, end, _LONGEST):
            for n in range(0, len(self.meters), METERS_AT_ONCE):
                yield Job(self.meters[n : n + METERS_AT_ONCE], Stretch(since, min(since + _LONGEST, end)))


class Accountant:
    """Accounts meters of a park from one store into derived data.

    Attributes:
        park: as its file says it now; may be exchanged for another state of the same park.
    """

    def __init__(self, store: Store, home: DerivedStore, park: Park, *, clock: Callable[[], Millis]) -> None:
        """Of a park, from a store, into a home of derived data."""
        self.park = park
        self._store = store
        self._home = home
        self._clock = clock

    @property
    def finished(self) -> Millis:
        """The border up to which intervals are over."""
        return quarter_of(self._clock(), self.park.zone)

    def newest(self) -> Newest:
        """Newest readings, as far as news were asked for; a time that is not yet counts as now."""
        now = self._clock()
        return {key: min(latest.time, now) for key, latest in self._store.latest().items()}

    def news(self) -> dict[str, Millis] | None:
        """The earliest time of registers that came since this was asked last, per meter; None: anything may have come.

        A store that nobody else writes has none, whatever comes through this process.
        """
        pieces = self._store.news()
        if pieces is None:
            return None
        known = {meter.id: set(registers_of([meter])) for meter in self.park.meters}
        found: dict[str, Millis] = {}
        for piece in pieces:
            rows = piece.readings
            earliest = np.full(len(rows.index), np.iinfo(np.int64).max)
            np.minimum.at(earliest, rows.series, rows.time)
            for key, time in zip(rows.index.keys, earliest.tolist(), strict=True):
                if key.phase is None and key.quantity in known.get(key.meter, ()):
                    found[key.meter] = min(time, found.get(key.meter, time))
        return found

    def registers(self, meter: Meter, newest: Newest) -> list[SeriesKey]:
        """The registers of a meter that the store has."""
        keys = (SeriesKey(meter.id, quantity, None) for quantity in registers_of([meter]))
        return [key for key in keys if key in newest]

    def first_reading(self, meters: Sequence[Meter]) -> Millis | None:
        """The earliest reading of registers of some meters; None if there is none."""
        ids = tuple(meter.id for meter in meters)
        page = self._store.readings(Query(ids, registers_of(meters)), limit=1) if ids else None
        return page.readings[0].time if page and page.readings else None

    def account(self, jobs: Sequence[Job], newest: Newest, *, progress: Progress = unseen) -> Changed:
        """Put right every interval that readings in some stretches have to do with, as far as intervals are over.

        The result is the same, to the last bit, in whatever parts the time is accounted.
        """
        changed, until = Changed(), self.finished
        parts = [part for job in jobs for part in job.parts(until)]
        for done, part in enumerate(parts):
            progress(done, len(parts))
            changed = changed.plus(self._account(part.meters, part.stretch, newest))
        progress(len(parts), len(parts))
        return changed

    def rows(self, meters: Sequence[Meter], stretch: Stretch) -> Consumption:
        """What registers say of a stretch now, as far as intervals are over; nothing is written."""
        newest = self.newest()
        parts = []
        for part in Job(meters, stretch).parts(self.finished):
            used = consumed(
                self._around(part.meters, part.stretch, newest), part.meters, borders(*part.stretch), known=newest
            )
            parts.append(derived.consumption(self.park, used))
        return joined(parts)

    def account_span(self, stretch: Stretch, *, progress: Progress = unseen) -> Changed:
        """Account a span of time of all meters; its contracted demands become what the park file says now."""
        changed = self.account([Job(self.park.meters, stretch)], self.newest(), progress=progress)
        self._home.replace_limits(stretch, derived.limits(self.park, *stretch))
        return changed

    def _account(self, meters: Sequence[Meter], part: Stretch, newest: Newest) -> Changed:
        found = self._around(meters, part, newest)
        until = self.finished
        stretches: dict[str, Stretch] = {}
        rows: list[Consumption] = []
        for meter in meters:
            times = _times(found, self.registers(meter, newest))
            start, end = reached(times, *part)
            stretches[meter.id] = Stretch(start, min(end, until))
            used = consumed(found, [meter], borders(*stretches[meter.id]), known=newest)
            rows.append(derived.consumption(self.park, used))
        near = {meter: s for meter, s in stretches.items() if s.start > part.start - DAY and s.end < part.end + DAY}
        changed = self._home.replace_consumption(near, joined(rows))
        for far in sorted(stretches.keys() - near.keys()):  # over a long gap, where others need not be looked at
            changed = changed.plus(self._home.replace_consumption({far: stretches[far]}, joined(rows)))
        return changed

    def _around(self, meters: Sequence[Meter], part: Stretch, newest: Newest) -> Found:
        """Registers in a stretch, and enough readings on either side to tell what happened in it."""
        margin = _MARGINS[0]
        found = self._read(meters, part.start - margin, part.end + margin)
        lacking, edge = meters, part.start - margin
        for earlier in (*(part.start - margin for margin in _MARGINS[1:]), _EARLIEST):
            lacking = [m for m in lacking if missing_before(_times(found, self.registers(m, newest)), part.start)]
            if not lacking:
                break
            found = _put_together(self._read(lacking, earlier, edge), found)
            edge = earlier
        lacking, edge = meters, part.end + margin
        for later in (*(part.end + margin for margin in _MARGINS[1:]), self._clock()):
            ahead = [(m, [key for key in self.registers(m, newest) if newest[key] >= edge]) for m in lacking]
            lacking = [m for m, keys in ahead if missing_after(_times(found, keys), part.end)]
            if not lacking:
                break
            found = _put_together(found, self._read(lacking, edge, later))
            edge = later
        return found

    def _read(self, meters: Sequence[Meter], start: Millis, end: Millis) -> Found:
        """First and last readings of quarters; none that is not yet."""
        end = min(end, (self._clock() // QUARTER + 1) * QUARTER)
        if end <= start:
            return {}
        ids = tuple(meter.id for meter in meters)
        query = Query(ids, registers_of(meters), None if start == _EARLIEST else start, end)
        found = self._store.edges(query, every=QUARTER)
        return {key: buckets for key, buckets in found.items() if key.phase is None}


def _times(found: Found, keys: Sequence[SeriesKey]) -> list[NDArray[np.int64]]:
    """Times of the readings that count, per register."""
    return [readings_of(found[key])[0] if key in found else np.empty(0, np.int64) for key in keys]


def _put_together(earlier: Found, later: Found) -> Found:
    """Readings of two stretches that follow on each other."""
    return {key: _concatenated([part[key] for part in (earlier, later) if key in part]) for key in earlier | later}


def _concatenated(parts: Sequence[Edges]) -> Edges:
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Edges)}
    return Edges(**columns)
