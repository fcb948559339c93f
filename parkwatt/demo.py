"""The demo: a simulated park beside the real pipeline, its past filled in while its present already runs."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

from ingest.backfill import Backfill
from ingest.formats import Message
from ingest.simulate.history import expected, messages
from parkwatt.accounting.periods import QUARTER, day_start, local_date
from parkwatt.installation import Installation, now
from parkwatt.park import Role
from parkwatt.readings import Millis
from parkwatt.store import Query, StoreError

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Told how many messages of how many are stored."""

_FILLED = 0.9


class Past:
    """Fills the days before now, the newest first, as far as they are not filled already."""

    def __init__(self, installation: Installation, *, days: int, progress: Progress) -> None:
        """Prepare.

        Args:
            installation: whose store is filled.
            days: how many local days before today.
            progress: told after every batch.
        """
        self._installation, self._days, self._progress = installation, days, progress
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="past", daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch at hand."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._fill()
        except StoreError as error:
            logger.warning("the past could not be filled: %s", error)
        finally:
            if self._installation.pipeline is not None:
                self._installation.pipeline.history = None

    def _fill(self) -> None:
        at = now()
        days = [day for day in self._local_days(at) if not self._is_filled(*day)]
        total = sum(expected(self._installation.park, start=start, end=end, every=QUARTER) for start, end in days)
        done = 0
        backfill = Backfill(
            decoder=self._installation.new_decoder(), store=self._installation.store, live=self._installation.live
        )

        def progress(count: int) -> None:
            nonlocal done
            done += count
            self._progress(done, total)
            if self._installation.pipeline is not None:
                self._installation.pipeline.history = done / total if total else None

        for start, end in days:
            backfill.run(self._messages(start, end), progress=progress, stop=self._stopping)
            if self._stopping.is_set():
                return

    def _messages(self, start: Millis, end: Millis) -> Iterator[Message]:
        return messages(self._installation.park, start=start, end=end, every=QUARTER)

    def _local_days(self, at: Millis) -> Iterator[tuple[Millis, Millis]]:
        """Today until now, and the days before it."""
        zone = self._installation.park.zone
        day, end = local_date(at, zone), at
        for _ in range(self._days + 1):
            start = day_start(day, zone)
            yield start, end
            day, end = day - timedelta(days=1), start

    def _is_filled(self, start: Millis, end: Millis) -> bool:
        """Whether the park's first supply meter has the day already, from an earlier run."""
        supply = next((m for m in self._installation.park.meters if m.role is Role.SUPPLY), None)
        if supply is None:
            return False
        query = Query((supply.id,), (supply.medium.register,), start, end)
        found = sum(len(b.start) for b in self._installation.store.edges(query, every=QUARTER).values())
        return found >= _FILLED * (end - start) / QUARTER
