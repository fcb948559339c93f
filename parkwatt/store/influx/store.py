"""A home for readings that several processes share: InfluxDB 1.8, 2.x or 3.x, one server or a cluster.

A process knows the newest reading of every series; a reading that is newer than all of its point is new without asking.
Only late ones are compared with what stands. One process at a time writes a meter; the counts of a process are its own.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from parkwatt.columns import Columns, SeriesIndex
from parkwatt.park import Park
from parkwatt.readings import Millis, Rejection, SeriesKey
from parkwatt.store.base import Batch, Buckets, Changes, Edges, Latest, Page, Query, StoreError, Totals, Written
from parkwatt.store.influx import rejecting
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.buckets import prepare
from parkwatt.store.influx.connection import Connection
from parkwatt.store.influx.counts import NOTHING_NEW, Change, Counts, News
from parkwatt.store.influx.layout import PIPELINE, READINGS, REJECTIONS, Labels, head
from parkwatt.store.influx.plan import Plan, added, exchanged
from parkwatt.store.influx.points import joined, points
from parkwatt.store.influx.queries import Questions
from parkwatt.store.influx.rewriting import Journal, Renaming
from parkwatt.store.influx.standing import standing
from parkwatt.store.newest import NEVER, Newest
from parkwatt.store.replacement import Arrived, Replaced, Replacement, renumbered

_MS = 1_000_000
_DAY = 86_400_000


class InfluxStore:
    """Readings of one park in InfluxDB; see `parkwatt.store.base.Store` for what the methods promise.

    Nothing is asked of the server before it has to be, so a collector can begin while it is away.

    Attributes:
        connection: to the server.
        park: id of the park whose readings these are; a bucket may hold several parks.
        writer: whose counts we keep.
    """

    def __init__(self, address: InfluxAddress, *, park: Park, writer: str) -> None:
        """Remember where readings go."""
        self.connection, self.park, self.writer = Connection(address), park.id, writer
        self._labels = Labels(park)
        self._questions = Questions(self.connection, park.id)
        self._counts = Counts(self.connection, park.id, writer)
        self._journal = Journal(self.connection, park.id, writer)
        self._lock = threading.RLock()
        self._ready = threading.Event()
        self._index = SeriesIndex()
        self._newest = Newest(self._index)
        self._news = News()  # heard of, and not read yet

    def __str__(self) -> str:
        """The store's URL."""
        return str(self.connection.address)

    def open(self) -> None:
        """See to buckets and learn what is there, once; done by itself when something is first asked.

        Raises:
            StoreUnavailableError: if the server cannot be asked now, or does not let us.
        """
        if self._ready.is_set():
            return  # without waiting for whoever writes
        with self._lock:
            if self._ready.is_set():
                return
            prepare(self.connection)
            for meter, to in self._journal.finish():
                self._move(meter, to)
            self._counts.load()  # first: what is written meanwhile is told again, and not missed
            self._learn_newest()
            self._ready.set()

    def write(self, batch: Batch) -> Written:
        """Make a batch durable; when it fails a part of it may have been, which does no harm when it comes again."""
        with self._lock:
            self.open()
            known = len(self._index)
            rows = batch.readings.numbered_by(self._index).last_of_each_identity()
            arrived = Arrived(rows, np.full(len(rows), batch.arrived, np.int64))
            try:
                plan = self._plan(arrived, late=batch.late)
                counts = plan.counts
                written = Written(counts.stored, len(batch.readings) - counts.stored, counts.corrected)
                totals = self._counts.own.after(batch, written)
                lines = rejecting.lines(batch.rejections, park=self.park, writer=self.writer)
                self._carry_out(plan, lines, totals)
            except StoreError:
                self._index.forget_from(known)
                raise
            self._newest.update(plan.stands.readings, batch.arrived)
            return written

    def replace(self, replacement: Replacement) -> Replaced:
        """Put what messages say now in place of what they said."""
        with self._lock:
            self.open()
            known = len(self._index)
            try:
                plan = self._exchange(replacement)
                said = rejecting.exchange(self.connection, self.park, replacement)
                counts = plan.counts._replace(rejected=len(said.new), resolved=len(said.resolved))
                own = self._counts.own
                totals = own._replace(stored=own.stored + counts.stored, corrected=own.corrected + counts.corrected)
                self._carry_out(plan, rejecting.lines(said.new, park=self.park, writer=self.writer), totals)
                rejecting.remove(self.connection, self.park, said.resolved)
            except StoreError:
                self._index.forget_from(known)
                raise
            if counts.removed or counts.corrected:
                self._learn_newest()
            else:
                self._newest.update(plan.stands.readings, plan.stands.arrived)
            return counts

    def compare(self, replacement: Replacement) -> Replaced:
        """What `replace` would do."""
        with self._lock:
            self.open()
            known = len(self._index)
            try:
                plan = self._exchange(replacement)
                said = rejecting.exchange(self.connection, self.park, replacement)
            finally:
                self._index.forget_from(known)
            return plan.counts._replace(rejected=len(said.new), resolved=len(said.resolved))

    def _plan(self, rows: Arrived, *, late: bool) -> Plan:
        """What is written for rows of our index, each identity once."""
        old = self._may_be_there(rows.readings)
        asked = rows.take(old)
        known = standing(self.connection, self._labels, asked.readings)
        return added(rows.take(~old), asked, known, late=late)

    def _exchange(self, replacement: Replacement) -> Plan:
        """What a replacement changes."""
        before = renumbered(replacement.before, self._index)
        now = Arrived(replacement.now.readings.numbered_by(self._index), replacement.now.arrived)
        old = self._may_be_there(now.readings)
        asked = joined((before, now.take(old)), self._index)
        known = standing(self.connection, self._labels, asked.readings)
        return exchanged(now.take(~old), before, now.take(old), known)

    def _carry_out(self, plan: Plan, lines: Iterable[str], totals: Totals) -> None:
        """Make a plan durable, with other lines and the counts after it."""
        removals = list(plan.known.removals())
        if removals:
            with self._opened_again_after_a_failure():
                self._journal.carry_out(removals)
        new = (point.line(self.park) for point in points(plan.new, self._labels))
        more = (point.line(self.park, fields) for point, fields in plan.known.additions())
        self.connection.write(chain(new, more, lines))
        # Whoever sees the count looks for the readings at once: it goes when they are there.
        self.connection.write([self._counts.line(totals, plan.change)])
        self._counts.own = totals

    @contextmanager
    def _opened_again_after_a_failure(self) -> Iterator[None]:
        """What fails in between is completed before anything else is asked or written."""
        self._ready.clear()
        yield
        self._ready.set()

    def _may_be_there(self, rows: Columns) -> NDArray[np.bool_]:
        """Which rows are not newer than everything that is known of their point: the same meter and phase."""
        self._newest.grow()
        spots: dict[tuple[str, str | None], int] = {}
        spot_of = np.array([spots.setdefault((k.meter, k.phase), len(spots)) for k in self._index.keys], np.int64)
        newest = np.full(len(spots), NEVER, np.int64)
        np.maximum.at(newest, spot_of, self._newest.time[: len(spot_of)])
        return rows.time <= newest[spot_of[rows.series]] if len(rows) else np.zeros(0, np.bool_)

    def _learn_newest(self) -> None:
        """Ask for the newest reading of every series."""
        self._index = SeriesIndex()
        self._newest = Newest(self._index)
        found = self._questions.latest(self._index)
        self._newest.update(found.readings, found.arrived)

    def latest(self) -> Mapping[SeriesKey, Latest]:
        """The newest reading of every series."""
        with self._lock:
            self.open()
            return self._newest.copy()

    def news(self) -> Sequence[Arrived] | None:
        """What other processes wrote since this was asked last."""
        with self._lock:
            self.open()
            news = self._news = News.of((self._news, self._counts.news()))
            if news.earliest is None:
                return ()
            if news.removed or news.earliest < time.time_ns() // _MS - _DAY:
                self._learn_newest()
                self._news = News()
                return None
            found = self._questions.since(news.earliest, SeriesIndex(), arrived=news.arrived)
            self._newest.update(found.readings.numbered_by(self._index), found.arrived)
            self._news = News()
            return (found,)

    def changes(self, since: int) -> Changes:
        """Which meters' readings became otherwise since a moment [ns]; after a removal all since its earliest time."""
        self.open()
        mark, news = self._counts.written_since(since)
        if news.earliest is None or news.earliest == NOTHING_NEW:
            return Changes(mark, {})
        if news.removed:
            return Changes(mark, dict.fromkeys({key.meter for key in self.latest()}, news.earliest))
        return Changes(mark, self._questions.earliest(news.earliest, arrived=news.arrived))

    def readings(self, query: Query, *, limit: int, after: str | None = None) -> Page:
        """Readings in order of time, then of the names of their series."""
        self.open()
        return self._questions.readings(query, limit=limit, after=after)

    def scan(self, query: Query) -> Iterator[Arrived]:
        """Readings in order of time, in pieces that are asked for one after the other."""
        self.open()
        return self._questions.scan(query)

    def edges(self, query: Query, *, every: Millis, origin: Millis = 0) -> dict[SeriesKey, Edges]:
        """First and last reading per series and period; suspect readings are left out."""
        self.open()
        return self._questions.edges(query, every=every, origin=origin)

    def buckets(self, query: Query, *, every: Millis, origin: Millis = 0) -> dict[SeriesKey, Buckets]:
        """Readings per series and period; suspect readings are left out."""
        self.open()
        return self._questions.buckets(query, every=every, origin=origin)

    def sums(
        self, group_of: Mapping[str, str], query: Query, *, every: Millis | None = None
    ) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Totals added up per group of meters and period."""
        self.open()
        return self._questions.sums(group_of, query, every=every)

    def rejections(self, *, limit: int, before: Millis | None = None) -> list[Rejection]:
        """The newest rejections first."""
        self.open()
        found = rejecting.newest(self.connection, self.park, limit=limit, before=before)
        return [kept.rejection for kept in found]

    def totals(self) -> Totals:
        """Counts over the life of the store, of all that write it as far as they are known here."""
        return self._counts.totals

    def rename_meter(self, meter: str, *, to: str) -> int:
        """Write everything of a meter again under another id, then delete what was: it takes as long as there is much.

        Raises:
            StoreUnavailableError: it was not all done; it is completed when the store is opened the next time.
            StoreError: nothing was renamed, the other meter has readings of its own, or the server cannot delete.
        """
        with self._lock:
            self.open()
            if any(key.meter == to for key in self._newest):
                message = f"meter {to!r} has readings of its own; those of {meter!r} stay apart"
                raise StoreError(message)
            if not self.connection.deletes:
                message = f"InfluxDB {self.connection.version()} cannot delete, so {meter!r} cannot become {to!r}"
                raise StoreError(message)
            with self._opened_again_after_a_failure(), self._journal.renaming(Renaming(meter, to)):
                self._move(meter, to)
            self._newest.grow()
            moved = self._index.exchange(meter, to)
            self.connection.write([self._counts.line(self._counts.own, Change(NOTHING_NEW, 0, removed=moved))])
            return moved

    def _move(self, meter: str, to: str) -> None:
        """Write all that is there of a meter under another id, and delete it then; again, it goes on."""
        last = -1
        for rows in self._questions.scan(Query((meter,))):
            found = Arrived(_renamed(rows.readings, meter, to), rows.arrived)
            self.connection.write(point.line(self.park) for point in points(found, self._labels))
            last = int(rows.readings.time.max())
        # What a collector writes meanwhile is newer: it stays where it is, and is not lost.
        ours = {"park": self.park, "meter": meter}
        self.connection.delete(READINGS, ours, first=0, last=last * _MS + _MS - 1)

    @property
    def givers(self) -> Mapping[str, str]:
        """Enterprises that hand on through meters of others, by these meters."""
        return self._labels.givers

    def label_with(self, park: Park) -> None:
        """From now on note what this park says of its meters; what was written before stays as it is."""
        with self._lock:
            self._labels = Labels(park)

    def note(self, figures: Mapping[str, float], *, at: Millis) -> None:
        """Keep how this process is doing, for those who look at the whole."""
        self.open()
        said = ",".join(f"{name}={float(value)!r}" for name, value in figures.items())
        self.connection.write([f"{head(PIPELINE, {'park': self.park, 'writer': self.writer})} {said} {at * _MS}"])

    def prune(self, *, before: Millis) -> int:
        """Delete what is older than `before`."""
        with self._lock:
            self.open()
            gone = self._questions.count(Query(end=before))
            for measurement in (READINGS, REJECTIONS):
                self.connection.delete(measurement, {"park": self.park}, first=0, last=before * _MS - 1)
            return gone

    def size(self) -> int:
        """0: InfluxDB does not say what a bucket takes."""
        return 0

    def close(self) -> None:
        """Let go of the server."""
        self.connection.close()


def _renamed(columns: Columns, meter: str, to: str) -> Columns:
    index = SeriesIndex()
    numbers = [index.add(key._replace(meter=to) if key.meter == meter else key) for key in columns.index.keys]
    series = np.array(numbers, np.int32)[columns.series]
    return Columns(index, series, columns.time, columns.value, columns.flags)
