"""Deletes what is older than it needs to be, once an hour."""

import logging
import threading
from collections.abc import Callable

from parkwatt.readings import Millis
from parkwatt.store import Store, StoreError

logger = logging.getLogger(__name__)

_HOUR = 3600.0
_DAY_MS = 86_400_000


class Housekeeping:
    """Keeps the store to the days that are wanted."""

    def __init__(self, store: Store, *, retention_days: float, clock: Callable[[], Millis]) -> None:
        self._store, self._retention_days, self._clock = store, retention_days, clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Tidy up now and then once an hour."""
        self._thread.start()

    def stop(self) -> None:
        """End; waits for a deletion that is under way."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        wait = 0.0
        while not self._stopping.wait(wait):
            wait = _HOUR
            try:
                gone = self._store.prune(before=self._clock() - round(self._retention_days * _DAY_MS))
            except StoreError as error:
                logger.warning("old readings could not be deleted: %s", error)
            else:
                logger.info("deleted %d readings older than %g days", gone, self._retention_days)
