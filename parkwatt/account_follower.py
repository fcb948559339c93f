"""Accounting that follows a store: what was never accounted, every minute what is new, now and then what is late."""

import logging
import threading
from collections.abc import Callable, Sequence

from parkwatt.account import DAY, METERS_AT_ONCE, Accountant, Job, Progress, unseen
from parkwatt.accounting import derived
from parkwatt.accounting.periods import day_of
from parkwatt.park import Meter, Park
from parkwatt.readings import Millis
from parkwatt.status import Problem
from parkwatt.store import StoreUnavailableError
from parkwatt.store.derived import Changed, DerivedStore, Stretch
from parkwatt.surroundings import Newest, heard

LATE: Millis = 2 * DAY
"""How long after its time a reading is taken up by itself [ms]."""
_LATE_ROUNDS = 10
"""Rounds after which late readings are looked for."""

logger = logging.getLogger(__name__)


class Follower:
    """Keeps derived data up to date.

    A round accounts the meters that closed an interval since they were accounted last, and those of which the store
    tells that something came late. In every tenth round, and when the store cannot tell what came, the last two days of
    all meters are computed again, and what is otherwise now is written. A meter that is seen for the first time is
    accounted from two days before its newest row on, or from its first reading if it has no row.
    """

    def __init__(self, accountant: Accountant, home: DerivedStore, *, clock: Callable[[], Millis]) -> None:
        """Nothing is done yet."""
        self._accountant = accountant
        self._home = home
        self._clock = clock
        self._done: dict[str, Millis] = {}
        self._round = 0
        self._trouble = ""
        self._park = accountant.park

    def use(self, park: Park) -> None:
        """From the next round on account this state of the park."""
        self._park = park

    def run(self, *, every: float, stop: threading.Event, progress: Progress = unseen) -> None:
        """Go round every so many seconds until told to stop; while the store cannot be asked, try again."""
        while not stop.is_set():
            try:
                changed = self.go_round(progress=progress)
            except StoreUnavailableError as error:
                if not self._trouble:
                    logger.warning("not accounted, tried again every %g s: %s", every, error)
                self._trouble = str(error)
            else:
                if self._trouble or any(changed):
                    logger.info("accounted: %d intervals written, %d removed", *changed)
                self._trouble = ""
            stop.wait(every)

    def problems(self) -> list[Problem]:
        """What stands in the way now."""
        return [Problem("store_down", self._trouble)] if self._trouble else []

    def go_round(self, *, progress: Progress = unseen) -> Changed:
        """Account what is new; in every tenth round, the first included, what came late as well."""
        self._accountant.park = self._park
        self._hear()
        newest = self._accountant.newest()
        last = self._last(newest)
        strangers = [meter for meter in self._accountant.park.meters if meter.id in last and meter.id not in self._done]
        jobs = [*self._catching_up(strangers), *self._following(last)]
        if self._round == 0:
            since = Stretch(self._accountant.finished - LATE, self._accountant.finished)
            jobs.append(Job([m for m in self._accountant.park.meters if last.get(m.id, 0) >= since.start], since))
            self._note_limits(min(job.stretch.start for job in jobs))
        changed = self._accountant.account(jobs, newest, progress=progress)
        self._done |= {meter.id: last[meter.id] for job in jobs for meter in job.meters}
        self._round = (self._round + 1) % _LATE_ROUNDS
        return changed

    def _hear(self) -> None:
        """Note from when on meters are to be accounted again, where something came late."""
        earliest = self._accountant.news()
        if earliest is None:
            self._round = 0
            return
        for meter, time in earliest.items():
            if meter in self._done:
                self._done[meter] = min(self._done[meter], time - 1)

    def _last(self, newest: Newest) -> dict[str, Millis]:
        """The newest reading that every meter is accounted from."""
        times = {meter.id: [newest[key].time for key in heard(meter, newest)] for meter in self._accountant.park.meters}
        return {meter: max(found) for meter, found in times.items() if found}

    def _catching_up(self, meters: Sequence[Meter]) -> list[Job]:
        """What is not there yet of meters that are seen for the first time."""
        if not meters:
            return []
        there = self._home.newest()
        known = sorted((meter for meter in meters if meter.id in there), key=lambda meter: there[meter.id])
        jobs = [Job(group, Stretch(there[group[0].id] - LATE, self._accountant.finished)) for group in _groups(known)]
        for group in _groups([meter for meter in meters if meter.id not in there]):
            first = self._accountant.first_reading(group)
            if first is not None:
                jobs.append(Job(group, Stretch(first, self._accountant.finished)))
        return jobs

    def _following(self, last: dict[str, Millis]) -> list[Job]:
        """Meters that said something since, and may have closed an interval by it; those of one time together."""
        finished = self._accountant.finished
        due = [
            meter
            for meter in self._accountant.park.meters
            if meter.id in self._done and self._done[meter.id] < min(finished, last.get(meter.id, 0))
        ]
        due.sort(key=lambda meter: self._done[meter.id])
        silent = [meter for meter in due if self._done[meter.id] < finished - DAY]
        together = [meter for meter in due if self._done[meter.id] >= finished - DAY]
        groups = [*([meter] for meter in silent), *_groups(together)]
        return [Job(group, Stretch(self._done[group[0].id], finished)) for group in groups]

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


def _groups(meters: Sequence[Meter]) -> list[Sequence[Meter]]:
    """Meters in groups that are accounted together."""
    return [meters[n : n + METERS_AT_ONCE] for n in range(0, len(meters), METERS_AT_ONCE)]
