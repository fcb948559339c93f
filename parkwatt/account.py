"""Accounting over a store: reads the registers around a stretch of time, and puts what they say into derived data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from parkwatt.accounting import derived
from parkwatt.accounting.life import Lives
from parkwatt.accounting.meters import Found, consumed, registers_of
from parkwatt.accounting.periods import QUARTER, borders, quarter_of
from parkwatt.accounting.reach import reached
from parkwatt.park import Meter, Park
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Changes, Query, Store
from parkwatt.store.derived import Changed, Consumption, DerivedStore, Stretch, joined
from parkwatt.surroundings import Newest, Seen, Surroundings, counted, times

DAY: Millis = 86_400_000
METERS_AT_ONCE = 50
"""Meters that are read and written together."""
_LONGEST: Millis = 31 * DAY
"""Most that is read of a group of meters at once [ms]."""

Progress = Callable[[int, int], None]
"""Told how many parts of the work are done, and how many there are."""


def unseen(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


class Job(NamedTuple):
    """Meters, and the stretch in which their readings may be otherwise than they were.

    Attributes:
        meters: which.
        stretch: of time [ms].
        last: whether nothing after it is accounted with it.
    """

    meters: Sequence[Meter]
    stretch: Stretch
    last: bool = True

    def parts(self, until: Millis) -> Iterator["Job"]:
        """Pieces that fit into memory, whole quarter-hours, none after `until`."""
        start = self.stretch.start // QUARTER * QUARTER
        end = min(-(-self.stretch.end // QUARTER) * QUARTER, until)
        for since in range(start, end, _LONGEST):
            for n in range(0, len(self.meters), METERS_AT_ONCE):
                part = Stretch(since, min(since + _LONGEST, end))
                yield Job(self.meters[n : n + METERS_AT_ONCE], part, last=part.end == end)


class Accountant:
    """Accounts meters of a park from one store into derived data."""

    def __init__(self, store: Store, home: DerivedStore, park: Park, *, clock: Callable[[], Millis]) -> None:
        """Of a park, from a store, into a home of derived data."""
        self._store = store
        self._surroundings = Surroundings(store, clock=clock)
        self._home = home
        self._clock = clock
        self.park = park

    @property
    def finished(self) -> Millis:
        """The border up to which intervals are over."""
        return quarter_of(self._clock(), self.park.zone)

    @property
    def park(self) -> Park:
        """As its file says it now; may be exchanged for another state of the same park."""
        return self._park

    @park.setter
    def park(self, park: Park) -> None:
        self._park = park
        self._lives = Lives(park)

    def newest(self) -> Newest:
        """What the store has, as far as news were asked for; a time that is not yet counts as now."""
        now = self._clock()
        return {key: Seen(min(latest.time, now), latest.kind) for key, latest in self._store.latest().items()}

    def changes(self, since: int) -> Changes:
        """What became otherwise in the store since a mark; what it has is up to date afterwards."""
        self._store.news()
        return self._store.changes(since)

    def first_reading(self, meters: Sequence[Meter]) -> Millis | None:
        """The earliest reading of consumption of some meters; None if there is none."""
        ids = tuple(meter.id for meter in meters)
        quantities = {*registers_of(meters), *(meter.medium.flow for meter in meters)}
        page = self._store.readings(Query(ids, tuple(sorted(quantities))), limit=1) if ids else None
        return page.readings[0].time if page and page.readings else None

    def account(self, jobs: Sequence[Job], newest: Newest, *, progress: Progress = unseen) -> Changed:
        """Put right every interval that readings in some stretches have to do with, as far as intervals are over.

        The result is the same, to the last bit, in whatever parts the time is accounted.
        """
        changed, until = Changed(), self.finished
        parts = [part for job in jobs for part in job.parts(until)]
        for done, part in enumerate(parts):
            progress(done, len(parts))
            changed = changed.plus(self._account(part, newest))
        progress(len(parts), len(parts))
        return changed

    def rows(self, meters: Sequence[Meter], stretch: Stretch) -> Consumption:
        """What registers say of a stretch now, as far as intervals are over; nothing is written."""
        newest = self.newest()
        parts = []
        for part in Job(meters, stretch).parts(self.finished):
            found = self._surroundings.around(part.meters, part.stretch, newest, self._lives)
            parts.append(self._rows(found, dict.fromkeys((meter.id for meter in part.meters), part.stretch), newest))
        return joined(parts)

    def account_span(self, stretch: Stretch, *, progress: Progress = unseen) -> Changed:
        """Account a span of time of all meters; its contracted demands become what the park file says now."""
        changed = self.account([Job(self.park.meters, stretch)], self.newest(), progress=progress)
        self._home.replace_limits(stretch, derived.limits(self.park, *stretch))
        return changed

    def _account(self, part: Job, newest: Newest) -> Changed:
        found = self._surroundings.around(part.meters, part.stretch, newest, self._lives)
        gaps = self._surroundings.gaps_after(part.meters, part.stretch.end, newest) if part.last else {}
        until = self.finished
        stretches: dict[str, Stretch] = {}
        for meter in part.meters:
            start, end = reached(times(found, counted(meter, newest)), *part.stretch)
            stretches[meter.id] = Stretch(start, min(max(end, gaps.get(meter.id, end)), until))
        far = {
            meter: s
            for meter, s in stretches.items()
            if s.start < part.stretch.start - DAY or s.end > part.stretch.end + DAY
        }
        near = {meter: s for meter, s in stretches.items() if meter not in far}
        changed = self._home.replace_consumption(near, self._rows(found, near, newest))
        for lone, stretch in sorted(far.items()):  # over a long gap, where others need not be looked at
            around = self._surroundings.around([self._park.meter_by_id[lone]], stretch, newest, self._lives)
            rows = self._rows(around, {lone: stretch}, newest)
            changed = changed.plus(self._home.replace_consumption({lone: stretch}, rows))
        return changed

    def _rows(self, found: Found, stretches: Mapping[str, Stretch], newest: Newest) -> Consumption:
        """What is known of meters in their stretches; power stands in where registers say nothing."""
        meters = [self._park.meter_by_id[meter] for meter in stretches]
        used = {
            meter.id: amounts
            for meter in meters
            for amounts in consumed(
                found, [meter], borders(*stretches[meter.id]), lives=self._lives, known=newest
            ).values()
        }
        lacking = [
            meter
            for meter in meters
            if SeriesKey(meter.id, meter.medium.flow, None) in newest
            and (meter.id not in used or np.isnan(used[meter.id].amount).any())
        ]
        if lacking:
            span = Stretch(min(stretches[m.id].start for m in lacking), max(stretches[m.id].end for m in lacking))
            found = replace(found, flows=self._surroundings.flows(lacking, span))
            for meter in lacking:
                used |= consumed(found, [meter], borders(*stretches[meter.id]), lives=self._lives, known=newest)
        return derived.consumption(self._park, used)
