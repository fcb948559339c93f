"""Accounting beside everything else in one process."""

import logging
import threading
from collections.abc import Callable

from parkwatt.account import Accountant
from parkwatt.account_follower import Follower
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.status import Problem
from parkwatt.store import Store
from parkwatt.store.open_derived import open_derived

EVERY = 2.0
"""Seconds between rounds: what comes late is accounted within five."""

logger = logging.getLogger(__name__)


class AccountingService:
    """A follower in a thread of its own."""

    def __init__(self, store: Store, park: Park, *, clock: Callable[[], Millis]) -> None:
        """Of a park, over the store of this process; nothing is done before `start`."""
        self._store, self._park, self._clock = store, park, clock
        self._follower: Follower | None = None
        self._stopping = threading.Event()
        self._defect = ""
        self._thread = threading.Thread(target=self._run, name="accounting", daemon=True)

    def start(self) -> None:
        """Follow; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round at hand."""
        self._stopping.set()
        self._thread.join()

    def use(self, park: Park) -> None:
        """From the next round on account this state of the park."""
        self._park = park
        if self._follower is not None:
            self._follower.use(park)

    def problems(self) -> list[Problem]:
        """What stands in the way now."""
        if self._defect:
            return [Problem("accounting", self._defect)]
        return [] if self._follower is None else self._follower.problems()

    def _run(self) -> None:
        home = open_derived(self._store)
        follower = Follower(Accountant(self._store, home, self._park, clock=self._clock), home, clock=self._clock)
        self._follower = follower
        follower.use(self._park)
        while not self._stopping.is_set():
            try:
                follower.run(every=EVERY, stop=self._stopping, progress=self._go_on)
            except _StoppedError:
                return
            except Exception as error:  # a mistake of ours: said, and tried again; collecting must go on
                logger.exception("accounting failed")
                self._defect = f"a defect in Parkwatt: {error!r:.200}"
                self._stopping.wait(60)
            else:
                self._defect = ""

    def _go_on(self, _done: int, _total: int) -> None:
        """Leave off in the middle when told to stop: the next start goes on where this one was."""
        if self._stopping.is_set():
            raise _StoppedError


class _StoppedError(Exception):
    """Told to stop in the middle of a round."""
