"""Readings around a stretch of time: as many on either side as tell everything that happened in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.amounts import period_borders
from parkwatt.accounting.life import Lives
from parkwatt.accounting.meters import Found, registers_of
from parkwatt.accounting.periods import QUARTER
from parkwatt.accounting.power import SAMPLED
from parkwatt.accounting.reach import missing_after, missing_before
from parkwatt.accounting.registers import MAX_GAP, readings_of
from parkwatt.accounting.spreading import HABITS
from parkwatt.flags import QUALITY_BITS, SUSPECT_BITS
from parkwatt.park import Meter
from parkwatt.quantities import Kind
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Edges, Query, Store
from parkwatt.store.derived import Stretch

DAY: Millis = 86_400_000
MARGIN: Millis = 6 * 3_600_000
"""How far beyond a stretch readings are looked for first: the longest dip and what it is judged by [ms]."""
_MARGINS: tuple[Millis, ...] = (MARGIN, DAY, 8 * DAY, 64 * DAY, 512 * DAY)
"""The same until there are enough; after the last: everywhere [ms]."""
_EARLIEST: Millis = -(2**53)

Times = NDArray[np.int64]


class Seen(NamedTuple):
    """The newest reading of a series.

    Attributes:
        time: when it was [ms]; now for one that is not yet.
        kind: how values of the series belong together.
    """

    time: Millis
    kind: Kind


Newest = Mapping[SeriesKey, Seen]
"""What a store has at all."""


def counted(meter: Meter, newest: Newest) -> list[SeriesKey]:
    """The series of a meter's consumption that a store has."""
    keys = (SeriesKey(meter.id, quantity, None) for quantity in registers_of([meter]))
    return [key for key in keys if key in newest]


def heard(meter: Meter, newest: Newest) -> list[SeriesKey]:
    """The series that a meter is accounted from: its registers, or what flows where it has none."""
    flow = SeriesKey(meter.id, meter.medium.flow, None)
    return counted(meter, newest) or [key for key in (flow,) if key in newest]


def times(found: Found, keys: Iterable[SeriesKey]) -> list[Times]:
    """Times of the readings that count, and borders of the periods whose amounts do, per series [ms]."""
    return [_times(found, key) for key in keys]


class Surroundings:
    """Reads what is around stretches of time."""

    def __init__(self, store: Store, *, clock: Callable[[], Millis]) -> None:
        """From a store; what is not yet by the clock is not there."""
        self._store = store
        self._clock = clock

    def around(self, meters: Sequence[Meter], part: Stretch, newest: Newest, lives: Lives) -> Found:
        """Readings of consumption in a stretch, and enough on either side; habits where there are gaps."""
        part = Stretch(*lives.moved_into(meters, *part))
        found = self._read(meters, Stretch(part.start - MARGIN, part.end + MARGIN), newest)
        lacking, edge = meters, part.start - MARGIN
        for earlier in (*(part.start - margin for margin in _MARGINS[1:]), _EARLIEST):
            lacking = [m for m in lacking if missing_before(times(found, counted(m, newest)), part.start)]
            if not lacking:
                break
            found = _put_together(self._read(lacking, Stretch(earlier, edge), newest), found)
            edge = earlier
        lacking, edge = meters, part.end + MARGIN
        for later in (*(part.end + margin for margin in _MARGINS[1:]), self._clock()):
            ahead = [(m, [key for key in counted(m, newest) if newest[key].time >= edge]) for m in lacking]
            lacking = [m for m, keys in ahead if missing_after(times(found, keys), part.end)]
            if not lacking:
                break
            found = _put_together(found, self._read(lacking, Stretch(edge, later), newest))
            edge = later
        return self._with_habits(meters, part, found, newest)

    def flows(self, meters: Sequence[Meter], part: Stretch) -> dict[SeriesKey, Edges]:
        """What flowed through meters, from sample to sample."""
        quantities = tuple(sorted({meter.medium.flow for meter in meters}))
        end = min(part.end + MAX_GAP, self._clock())
        query = Query(tuple(meter.id for meter in meters), quantities, part.start - MAX_GAP, end)
        found = self._store.edges(query, every=SAMPLED) if meters else {}
        return {key: edges for key, edges in found.items() if key.phase is None}

    def gaps_after(self, meters: Sequence[Meter], end: Millis, newest: Newest) -> dict[str, Millis]:
        """Quarters in which the last gaps end that are spread by what meters did before a time, by meter [ms]."""
        until = min(end + HABITS + QUARTER, self._clock())
        if until <= end + MARGIN:
            return {}
        found = self._read(meters, Stretch(end, until), newest)
        ends: dict[str, Millis] = {}
        for meter in meters:
            for time in times(found, counted(meter, newest)):
                long = np.flatnonzero(np.diff(time) > MAX_GAP)
                if len(long):
                    closed = -(-int(time[long[-1] + 1]) // QUARTER) * QUARTER
                    ends[meter.id] = max(ends.get(meter.id, closed), closed)
        return ends

    def _with_habits(self, meters: Sequence[Meter], part: Stretch, found: Found, newest: Newest) -> Found:
        """With what meters did in the weeks before their gaps."""
        for meter in meters:
            starts = []
            for key in counted(meter, newest):
                if key in found.registers:
                    time = _times(found, key)
                    long = (
                        (np.diff(time) > MAX_GAP) & (time[1:] > part.start - MARGIN) & (time[:-1] < part.end + MARGIN)
                    )
                    starts += time[:-1][long][:1].tolist()
            first = min((int(time[0]) for time in times(found, counted(meter, newest)) if len(time)), default=None)
            if starts and first is not None:
                before = Stretch(min(starts) - HABITS - MARGIN, min(first, part.start - MARGIN))
                found = _put_together(self._read([meter], before, newest), found)
        return found

    def _read(self, meters: Sequence[Meter], stretch: Stretch, newest: Newest) -> Found:
        """Readings of a stretch; none that is not yet."""
        end = min(stretch.end, (self._clock() // QUARTER + 1) * QUARTER)
        keys = [key for meter in meters for key in counted(meter, newest)]
        counting = [key for key in keys if newest[key].kind is not Kind.INTERVAL]
        if end <= stretch.start or not keys:
            return Found()
        stretch = Stretch(stretch.start, end)
        edges = self._store.edges(_query(counting, stretch), every=QUARTER) if counting else {}
        wanted = set(counting)
        return Found(
            registers={key: found for key, found in edges.items() if key in wanted},
            amounts=self._amounts([key for key in keys if key not in wanted], stretch),
        )

    def _amounts(
        self, keys: Sequence[SeriesKey], stretch: Stretch
    ) -> dict[SeriesKey, tuple[Times, NDArray[np.float64]]]:
        """Every reading of series that say amounts of periods."""
        if not keys:
            return {}
        wanted, parts = set(keys), dict[SeriesKey, list[tuple[Times, NDArray[np.float64]]]]()
        for piece in self._store.scan(_query(keys, stretch)):
            rows = piece.readings
            good = (rows.flags & QUALITY_BITS) != SUSPECT_BITS
            for number in np.unique(rows.series[good]).tolist():
                key = rows.index.keys[number]
                if key in wanted:
                    its = good & (rows.series == number)
                    parts.setdefault(key, []).append((rows.time[its], rows.value[its]))
        return {key: _joined(found) for key, found in parts.items()}


def _query(keys: Iterable[SeriesKey], stretch: Stretch) -> Query:
    meters, quantities = sorted({key.meter for key in keys}), sorted({key.quantity for key in keys})
    start = None if stretch.start == _EARLIEST else stretch.start
    return Query(tuple(meters), tuple(quantities), start, stretch.end)


def _times(found: Found, key: SeriesKey) -> Times:
    if key in found.amounts:
        return period_borders(found.amounts[key][0])
    return readings_of(found.registers[key])[0] if key in found.registers else np.empty(0, np.int64)


def _joined(parts: Sequence[tuple[Times, NDArray[np.float64]]]) -> tuple[Times, NDArray[np.float64]]:
    return np.concatenate([time for time, _ in parts]), np.concatenate([value for _, value in parts])


def _put_together(earlier: Found, later: Found) -> Found:
    """Readings of two stretches that follow on each other."""
    return Found(
        registers={
            key: _concatenated([part.registers[key] for part in (earlier, later) if key in part.registers])
            for key in {**earlier.registers, **later.registers}
        },
        amounts={
            key: _joined([part.amounts[key] for part in (earlier, later) if key in part.amounts])
            for key in {**earlier.amounts, **later.amounts}
        },
    )


def _concatenated(parts: Sequence[Edges]) -> Edges:
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Edges)}
    return Edges(**columns)
