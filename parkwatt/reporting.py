"""Leaves word in the store of how a collector is doing, for those who look at many of them from one place."""

import logging
import threading
from collections.abc import Callable, Mapping

from parkwatt.readings import Millis
from parkwatt.status import Status, StatusSource
from parkwatt.store import Store, StoreError

logger = logging.getLogger(__name__)

PERIOD = 15.0
"""How often it does so [s]."""


class Reporting:
    """Writes a point of figures now and then; what cannot be written is left out."""

    def __init__(self, store: Store, status: StatusSource, *, clock: Callable[[], Millis]) -> None:
        self._store, self._status, self._clock = store, status, clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporting", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._store.note(figures(self._status()), at=self._clock())
            except StoreError as error:
                logger.debug("no word was left in the store: %s", error)
            if self._stopping.wait(PERIOD):
                return


def figures(status: Status) -> Mapping[str, float]:
    """What a status says, as numbers by name."""
    return {
        "connected": float(status.connected),
        "messages_waiting": status.waiting,
        "spooled_readings": status.spooled,
        "spool_bytes": status.spool_bytes,
        "store_problem": float(any(p.code in {"spooling", "spool_full", "store_down"} for p in status.problems)),
        "problems": len(status.problems),
        **status.totals._asdict(),
    }
