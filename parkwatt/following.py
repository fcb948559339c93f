"""Shows what other processes write into a store they share with this one."""

import logging
import threading

from parkwatt.live import Live
from parkwatt.status import Problem
from parkwatt.store import Store, StoreError

logger = logging.getLogger(__name__)

PERIOD = 1.0
"""How often the store is asked for news [s]."""

_LONGEST_WAIT = 10.0


class Following:
    """Keeps the live state level with a store; a store that cannot be asked is asked again until it answers."""

    def __init__(self, store: Store, live: Live) -> None:
        self._store, self._live = store, live
        self._problem: str | None = None
        self._behind = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    def catch_up(self) -> None:
        """Show all that the store has; where it cannot be asked now, as soon as it can."""
        try:
            self._live.refresh(self._store.latest)
        except StoreError as error:
            self._say_down(error)

    def start(self) -> None:
        """Follow; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()

    def problems(self) -> list[Problem]:
        """What stands in the way now."""
        return [] if self._problem is None else [Problem("store_away", self._problem)]

    def _run(self) -> None:
        wait = PERIOD
        while not self._stopping.wait(wait):
            try:
                self._follow()
            except StoreError as error:
                self._say_down(error)
                wait = min(wait * 2, _LONGEST_WAIT)
            except Exception as error:  # a mistake of ours: said, and tried again; the page must not stand still unseen
                logger.exception("the store could not be followed")
                self._problem, self._behind = f"a defect in Parkwatt: {error!r:.200}", True
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                self._problem, self._behind, wait = None, False, PERIOD

    def _follow(self) -> None:
        news = self._store.news()  # also after a failure: `latest` may be known without asking the server
        if news is None or self._behind:
            self._live.refresh(self._store.latest)
            return
        for rows in news:
            self._live.take(rows)

    def _say_down(self, error: StoreError) -> None:
        if self._problem is None:
            logger.warning("the store cannot be asked: %s", error)
        self._problem, self._behind = str(error), True
