"""Accounting over a store: reads the registers around a stretch of time, and puts what they say into derived data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from parkwatt.account_bases import Noted
from parkwatt.account_closed import Closed
from parkwatt.account_virtual import virtual
from parkwatt.accounting import derived
from parkwatt.accounting.charged import imported, virtual_imports
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.kept import kept_imports, kept_intervals
from parkwatt.accounting.meters import Found, consumed, registers_of
from parkwatt.accounting.periods import QUARTER, borders, quarter_of
from parkwatt.accounting.reach import reached
from parkwatt.accounting.rules import Rules
from parkwatt.accounting.virtual import real_terms, virtual_meters
from parkwatt.park import Meter, Park
from parkwatt.park.times import Span
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Changes, Query, Store
from parkwatt.store.derived import Changed, Consumption, DerivedStore, Happened, Stretch, joined
from parkwatt.surroundings import Newest, Seen, Surroundings, counted, heard, times

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
        at_once: most meters in a piece of it; `METERS_AT_ONCE` where it is left out.
        removed: whether readings may have been taken back: then rows before the first reading go as well. Else they
            stay: readings that got too old are deleted, and what they said is kept.
    """

    meters: Sequence[Meter]
    stretch: Stretch
    last: bool = True
    at_once: int | None = None
    removed: bool = False

    def parts(self, until: Millis) -> Iterator["Job"]:
        """Pieces that fit into memory, whole quarter-hours, none after `until`."""
        start, at_once = self.stretch.start // QUARTER * QUARTER, self.at_once or METERS_AT_ONCE
        end = min(-(-self.stretch.end // QUARTER) * QUARTER, until)
        for since in range(start, end, _LONGEST):
            for n in range(0, len(self.meters), at_once):
                part = Stretch(since, min(since + _LONGEST, end))
                yield self._replace(meters=self.meters[n : n + at_once], stretch=part, last=part.end == end)


class Accountant:
    """Accounts meters of a park from one store into derived data.

    Attributes:
        store: where readings are.
        rules: what rows rest on beside readings.
        closed: periods that are not written over.
    """

    def __init__(self, store: Store, home: DerivedStore, park: Park, *, clock: Callable[[], Millis]) -> None:
        """Of a park, from a store, into a home of derived data."""
        self.store = store
        self._surroundings = Surroundings(store, clock=clock)
        self._home = home
        self._clock = clock
        self.use(Rules(park))

    @property
    def finished(self) -> Millis:
        """The border up to which intervals are over."""
        return quarter_of(self._clock(), self.park.zone)

    @property
    def park(self) -> Park:
        """As its file says it now."""
        return self.rules.park

    def use(self, rules: Rules) -> None:
        """From now on account by other rules of the same park."""
        self.rules = rules
        self.closed = Closed(rules, self._home)

    def newest(self) -> Newest:
        """What the store has, as far as news were asked for; a time that is not yet counts as now."""
        now = self._clock()
        return {key: Seen(min(latest.time, now), latest.kind) for key, latest in self.store.latest().items()}

    def changes(self, since: int) -> Changes:
        """What became otherwise in the store since a mark; what it has is up to date afterwards."""
        self.store.news()
        return self.store.changes(since)

    def first_reading(self, meters: Sequence[Meter]) -> Millis | None:
        """The earliest reading of consumption of some meters; None if there is none."""
        ids = tuple(meter.id for meter in meters)
        quantities = {*registers_of(meters), *(meter.medium.flow for meter in meters)}
        page = self.store.readings(Query(ids, tuple(sorted(quantities))), limit=1) if ids else None
        return page.readings[0].time if page and page.readings else None

    def account(self, jobs: Sequence[Job], newest: Newest, *, progress: Progress = unseen) -> Changed:
        """Put right every interval that readings in some stretches have to do with, as far as intervals are over.

        The result is the same, to the last bit, in whatever parts the time is accounted.
        """
        changed, until = Changed(), self.finished
        touched: dict[str, Stretch] = {}
        parts = [part for job in jobs for part in job.parts(until)]
        for done, part in enumerate(parts):
            progress(done, len(parts))
            counts, stretches = self._account(part, newest)
            changed = changed.plus(counts)
            for meter, stretch in stretches.items():
                touched[meter] = _both(stretch, touched.get(meter, stretch))
        made = virtual(self.park, self._home, touched)
        changed = changed.plus(self._put(made.stretches, derived.consumption(self.rules, made.used, made.imported)))
        self._note_bases({**touched, **made.stretches})
        progress(len(parts), len(parts))
        return changed

    def rows(self, meters: Sequence[Meter], stretch: Stretch) -> Consumption:
        """What registers say of a stretch now, as far as intervals are over; nothing is written."""
        newest = self.newest()
        terms = {term for meter in meters for term in real_terms(self.park, meter.id)}
        real = [meter for meter in self.park.meters if meter.id in terms]
        parts = []
        for part in Job(real, stretch, at_once=max(len(real), 1)).parts(self.finished):
            found = self._surroundings.around(part.meters, part.stretch, newest, self.rules.lives)
            stretches = dict.fromkeys((meter.id for meter in real), part.stretch)
            used, inward = self._used(found, stretches, newest), self._imported(found, stretches, newest)
            inward |= virtual_imports(self.park, used, inward)
            used |= virtual_meters(self.park, used)
            wanted = {meter.id: used[meter.id] for meter in meters if meter.id in used}
            parts.append(derived.consumption(self.rules, wanted, inward))
        return joined(parts)

    def stale(self) -> list[Job]:
        """What rests on other rules than those of now: meters and the months that are to be accounted again."""
        months: dict[Span, set[str]] = {}
        known = self._home.bases()
        for (meter_id, begins), basis in known.items():
            meter = self.park.meter_by_id.get(meter_id)
            if meter is not None:
                for month, span in self.rules.months(begins, begins + 1):
                    closed = self.closed.overlaps(Stretch(*span))
                    if Noted.of(basis).is_stale(self.rules.basis(meter, month), closed=closed):
                        months.setdefault(span, set()).update(real_terms(self.park, meter_id))
        for meter_id in self.park.formulas.keys() - {meter for meter, _ in known}:
            terms = real_terms(self.park, meter_id).keys()
            for begins in {start for meter, start in known if meter in terms}:
                for _, span in self.rules.months(begins, begins + 1):
                    months.setdefault(span, set()).update(terms)
        by_id = self.park.meter_by_id
        return [Job([by_id[meter] for meter in sorted(some)], Stretch(*span)) for span, some in sorted(months.items())]

    def account_span(self, stretch: Stretch, *, progress: Progress = unseen) -> Changed:
        """Account a span of time of all meters; its contracted demands become what the park file says now."""
        changed = self.account([Job(self.park.meters, stretch)], self.newest(), progress=progress)
        self._home.replace_limits(stretch, derived.limits(self.park, *stretch))
        return changed

    def _account(self, part: Job, newest: Newest) -> tuple[Changed, dict[str, Stretch]]:
        """Account a part; what was written, and which stretches were looked at."""
        found = self._surroundings.around(part.meters, part.stretch, newest, self.rules.lives)
        gaps = self._surroundings.gaps_after(part.meters, part.stretch.end, newest) if part.last else {}
        stretches: dict[str, Stretch] = {}
        for meter in part.meters:
            if meter.id not in self.park.formulas:
                start, end = reached(times(found, counted(meter, newest)), *part.stretch)
                stretches[meter.id] = Stretch(start, min(max(end, gaps.get(meter.id, end)), self.finished))
        looked_at = dict(stretches)
        changed = Changed() if part.removed else self._renewed(stretches, found, newest)
        before, after = part.stretch.start - DAY, part.stretch.end + DAY
        near = {meter: s for meter, s in stretches.items() if s.start >= before and s.end <= after}
        # Over a long gap others need not be looked at.
        far = [{meter: s} for meter, s in sorted(stretches.items()) if meter not in near]
        for group in ([near] if near else []) + far:
            if group is not near:
                meters = [self.park.meter_by_id[meter] for meter in group]
                (stretch,) = group.values()
                found = self._surroundings.around(meters, stretch, newest, self.rules.lives)
            used, inward = self._used(found, group, newest), self._imported(found, group, newest)
            changed = changed.plus(self._put(group, derived.consumption(self.rules, used, inward)))
            self._home.replace_happenings(group, _happened(used, group))
        return changed, looked_at

    def _renewed(self, stretches: dict[str, Stretch], found: Found, newest: Newest) -> Changed:
        """Bring rows from before the first reading to the rules of now, by their amounts; the rest is left to do."""
        old: dict[str, Stretch] = {}
        for meter, (start, end) in list(stretches.items()):
            known = times(found, heard(self.park.meter_by_id[meter], newest))
            first = min((int(time[0]) // QUARTER * QUARTER for time in known if len(time)), default=None)
            if first is not None and start < first:
                stretches[meter], old[meter] = Stretch(min(first, end), end), Stretch(start, min(first, end))
        if not old:
            return Changed()
        span = Stretch(min(s.start for s in old.values()), max(s.end for s in old.values()))
        rows = self._home.consumption(sorted(old), start=span.start, end=span.end)
        used = kept_intervals(self.park, [rows], borders(*span)) if len(rows) else {}
        real = {meter: amounts for meter, amounts in used.items() if meter in old}
        inward = kept_imports(self.park, rows, borders(*span))
        return self._put(old, derived.consumption(self.rules, real, inward))

    def _put(self, stretches: Mapping[str, Stretch], rows: Consumption) -> Changed:
        """Put rows in place of what is there, except in closed periods."""
        changed = Changed()
        for part in self.closed.open(stretches):
            changed = changed.plus(self._home.replace_consumption(part, rows))
        self.closed.hold(stretches, rows)
        return changed

    def _note_bases(self, touched: Mapping[str, Stretch]) -> None:
        """Note what months rest on that were accounted for the first time, or as a whole; what is held back in them."""
        known, noted = self._home.bases() if touched else {}, {}
        for meter_id, stretch in touched.items():
            meter = self.park.meter_by_id[meter_id]
            for month, span in self.rules.months(*stretch):
                before = known.get((meter_id, span.start))
                whole = stretch.start <= span.start and min(span.end, self.finished) <= stretch.end
                held = self.closed.held(meter_id, Stretch(max(stretch.start, span.start), min(stretch.end, span.end)))
                earlier = None if before is None else Noted.of(before)
                if whole or earlier is None or held > earlier.held:
                    basis = self.rules.basis(meter, month)
                    now = str(Noted(earlier.rests_on, held, basis) if earlier and held else Noted(basis))
                    if now != before:
                        noted[meter_id, span.start] = now
        self._home.note_bases(noted)

    def _used(self, found: Found, stretches: Mapping[str, Stretch], newest: Newest) -> dict[str, Intervals]:
        """What is known of meters in their stretches; power stands in where registers say nothing."""
        used: dict[str, Intervals] = {}
        lives, meters = self.rules.lives, [self.park.meter_by_id[meter] for meter in stretches]
        for meter in meters:
            used |= consumed(found, [meter], borders(*stretches[meter.id]), lives=lives, known=newest)
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
                used |= consumed(found, [meter], borders(*stretches[meter.id]), lives=lives, known=newest)
        return used

    def _imported(self, found: Found, stretches: Mapping[str, Stretch], newest: Newest) -> dict[str, Floats]:
        """What import registers counted in the stretches of their meters, where what goes out is counted too."""
        inward: dict[str, Floats] = {}
        for meter, stretch in stretches.items():
            mine = [self.park.meter_by_id[meter]]
            inward |= imported(found, mine, borders(*stretch), lives=self.rules.lives, known=newest)
        return inward


def _both(one: Stretch, other: Stretch) -> Stretch:
    """The time from the start of the earlier to the end of the later one."""
    return Stretch(min(one.start, other.start), max(one.end, other.end))


def _happened(used: Mapping[str, Intervals], stretches: Mapping[str, Stretch]) -> list[Happened]:
    """What happened to registers in the stretches of their meters."""
    return [
        Happened(
            meter,
            event.quantity,
            event.time,
            event.kind,
            event.basis,
            event.before,
            event.after,
            event.used,
            event.reason,
        )
        for meter, intervals in used.items()
        for event in dict.fromkeys(intervals.events)
        if stretches[meter].start <= event.time < stretches[meter].end
    ]
