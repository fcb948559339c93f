"""Accounting that follows a store: what was never accounted, every minute what is new, now and then what is late."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from parkwatt.account import DAY, METERS_AT_ONCE, Accountant, Job, Progress, unseen
from parkwatt.account_market import market
from parkwatt.accounting import derived
from parkwatt.accounting.periods import QUARTER, day_of, month_start
from parkwatt.accounting.rules import Rules
from parkwatt.bill_closed import BillKeeper
from parkwatt.park import Meter, Park
from parkwatt.readings import Millis
from parkwatt.status import Problem
from parkwatt.store import StoreUnavailableError
from parkwatt.store.derived import Changed, DerivedStore, Stretch
from parkwatt.surroundings import Newest, heard

logger = logging.getLogger(__name__)
T = TypeVar("T")
_BILLS_AGAIN: Millis = 3_600_000
"""A closed month that is not over or not accounted is looked at again after this long [ms]."""
_TOLD_EVERY: Millis = 60_000
"""A late meter changes something in every round; the log need not follow [ms]."""


class Follower:
    """Keeps derived data up to date.

    A round accounts the meters that closed an interval since they were accounted last, and those of which the store
    tells that something came, changed or went, however late. How far it heard is kept with the rows, so that nothing is
    missed while nobody accounts. A meter that has no rows yet is accounted from its first reading on.
    """

    def __init__(self, accountant: Accountant, home: DerivedStore, *, clock: Callable[[], Millis]) -> None:
        """Nothing is done yet."""
        self._accountant = accountant
        self._home = home
        self._clock = clock
        self._done: dict[str, Millis] = {}
        self._touched: dict[str, Millis] = {}
        self._mark: int | None = None
        self._limits_noted: tuple[Park, Millis] | None = None
        self._trouble = ""
        self._park = accountant.park
        self._ruled: tuple[Park, Millis] | None = None
        self._keeper: BillKeeper | None = None
        self._looked: Millis | None = None

    def use(self, park: Park) -> None:
        """From the next round on account this state of the park."""
        self._park = park

    def run(self, *, every: float, stop: threading.Event, progress: Progress = unseen) -> None:
        """Go round every so many seconds until told to stop; while the store cannot be asked, try again."""
        told = _Told(self._clock)
        while not stop.is_set():
            before = self._accountant.park
            try:
                changed = self.go_round(progress=progress)
            except StoreUnavailableError as error:
                if not self._trouble:
                    logger.warning("not accounted, tried again every %g s: %s", every, error)
                self._trouble = str(error)
            else:
                told.tell(changed, at_once=bool(self._trouble) or self._accountant.park is not before)
                self._trouble = ""
            stop.wait(every)

    def problems(self) -> list[Problem]:
        """What stands in the way now."""
        return [Problem("store_down", self._trouble)] if self._trouble else []

    def go_round(self, *, progress: Progress = unseen) -> Changed:
        """Account what is new, and what came late."""
        stale = self._by_the_rules()
        mark = self._hear()
        newest = self._accountant.newest()
        last = self._last(newest)
        strangers = [meter for meter in self._accountant.park.meters if meter.id in last and meter.id not in self._done]
        jobs = [*self._catching_up(strangers), *self._following(last), *stale]
        today = day_of(self._clock(), self._accountant.park.zone)[0]
        if jobs or self._limits_noted != (self._accountant.park, today):
            self._note_limits(min((job.stretch.start for job in jobs), default=today))
            self._limits_noted = self._accountant.park, today
        changed = self._accountant.account(jobs, newest, progress=progress)
        self._done |= {m.id: last.get(m.id, job.stretch.end) for job in jobs if job not in stale for m in job.meters}
        self._touched.clear()
        self._ruled = self._accountant.park, today
        if mark != self._mark or self._mark is None:
            self._home.note_mark(mark)
            self._mark = mark
        self._keep_bills()
        return changed

    def _by_the_rules(self) -> list[Job]:
        """Take up another park file, and each day what contracts cover; what rests on other rules than these."""
        today = day_of(self._clock(), self._park.zone)[0]
        if (self._park, today) == self._ruled:
            return []
        month = month_start(today, self._park.zone)
        contracts = market(self._park, self._home, finished=month) if self._park.green_supply else {}
        self._accountant.use(Rules(self._park, market=contracts))
        self._keeper = BillKeeper(self._accountant.store, self._home, self._park, clock=self._clock)
        self._looked = None
        return self._accountant.stale()

    def _keep_bills(self) -> None:
        """Put down bills of closed months, now that their rows are there; a few in every round."""
        keeper, now = self._keeper, self._clock()
        if keeper is None:
            return
        if self._looked is None or (keeper.waits and now >= self._looked + _BILLS_AGAIN):
            keeper.look(finished=self._accountant.finished)
            self._looked = now
        keeper.go_on()

    def _hear(self) -> int:
        """Note from when on meters are to be accounted again, where something came; how far that goes."""
        if self._mark is None:
            self._mark = self._home.mark() or None
            there = self._home.newest() if self._mark else {}
            self._done |= {meter: start + QUARTER for meter, start in there.items()}
        changes = self._accountant.changes(self._mark or 0)
        for meter, time in changes.earliest.items():
            self._touched[meter] = min(time, self._touched.get(meter, time))
        return changes.mark

    def _last(self, newest: Newest) -> dict[str, Millis]:
        """The newest reading that every meter is accounted from."""
        times = {meter.id: [newest[key].time for key in heard(meter, newest)] for meter in self._accountant.park.meters}
        return {meter: max(found) for meter, found in times.items() if found}

    def _catching_up(self, meters: Sequence[Meter]) -> list[Job]:
        """What is not there yet of meters that are seen for the first time."""
        jobs = []
        for group in _groups(meters):
            first = self._accountant.first_reading(group)
            if first is not None:
                jobs.append(Job(group, Stretch(first, self._accountant.finished)))
        return jobs

    def _following(self, last: dict[str, Millis]) -> list[Job]:
        """Meters that closed an interval by what they said, or whose past is otherwise now; like ones together."""
        finished = self._accountant.finished
        since: list[tuple[Millis, Meter]] = []
        for meter in self._accountant.park.meters:
            done = self._done.get(meter.id)
            if done is not None:
                closes = [done] if done < min(finished, last.get(meter.id, done)) else []
                touched = [self._touched[meter.id] - 1] if self._touched.get(meter.id, finished) < finished else []
                since += [(time, meter) for time in sorted(closes + touched)[:1]]
        since.sort(key=lambda each: each[0])
        silent = [[each] for each in since if each[0] < finished - DAY]
        together = [each for each in since if each[0] >= finished - DAY]
        return [
            Job([meter for _, meter in group], Stretch(group[0][0], finished), removed=True)
            for group in [*silent, *_groups(together)]
        ]

    def _note_limits(self, since: Millis) -> None:
        """Note contracted demands of days that have none yet, and of today."""
        park = self._accountant.park
        today = Stretch(*day_of(self._clock(), park.zone))
        before = Stretch(day_of(since, park.zone)[0], today.start)
        there = self._home.limits(start=before.start, end=before.end)
        days = {limit.start for limit in there}
        new = [limit for limit in derived.limits(park, *before) if limit.start not in days]
        if new:
            self._home.replace_limits(before, [*there, *new])
        self._home.replace_limits(today, derived.limits(park, *today))


class _Told:
    """Says what was accounted, once a minute at most; every round on its own is for those who look for a fault."""

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self._last: Millis | None = None
        self._sum = Changed()

    def tell(self, changed: Changed, *, at_once: bool) -> None:
        """Of a round, and of those before it that were not told yet."""
        if any(changed):
            logger.debug("round: %d intervals written, %d removed", *changed)
        self._sum = self._sum.plus(changed)
        now = self._clock()
        if at_once or (any(self._sum) and (self._last is None or now >= self._last + _TOLD_EVERY)):
            logger.info("accounted: %d intervals written, %d removed", *self._sum)
            self._last, self._sum = now, Changed()


def _groups(meters: Sequence[T]) -> list[Sequence[T]]:
    """Meters in groups that are accounted together."""
    return [meters[n : n + METERS_AT_ONCE] for n in range(0, len(meters), METERS_AT_ONCE)]
