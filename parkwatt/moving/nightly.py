"""A backup every night from inside the process that has the store open; the last of them are kept."""

import logging
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as wall
from pathlib import Path

from parkwatt.accounting.periods import local_date
from parkwatt.moving.backing_up import back_up
from parkwatt.moving.days import Day
from parkwatt.moving.manifest import BackupError
from parkwatt.park import Park
from parkwatt.readings import Millis, to_millis
from parkwatt.status import Problem
from parkwatt.store import Store, StoreError

logger = logging.getLogger(__name__)

AT = wall(2, 30)
"""On the park's wall clock: after the last quarter of the day has come in, before the morning's load."""

RETRY_SECONDS = 1800.0
"""After one that failed."""

_LOOK_EVERY = 20.0


class StoppedError(Exception):
    """The process ends."""


class NightlyBackup:
    """Makes a backup after 02:30 local time, and at the start where the last night's is not there."""

    def __init__(  # noqa: PLR0913 - what is kept, where, and how much of it
        self,
        store: Store,
        *,
        park: Callable[[], Park],
        park_path: Path,
        folder: Path,
        keep: int,
        clock: Callable[[], Millis],
    ) -> None:
        """Prepare; nothing starts before `start`.

        Args:
            store: what to keep.
            park: the park as it is now.
            park_path: the park file.
            folder: where backups are.
            keep: how many of them.
            clock: now.
        """
        self._store, self._park, self._park_path = store, park, park_path
        self._folder, self._keep, self._clock = folder, keep, clock
        self._failure: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backup", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; a backup under way is given up, the next start makes it."""
        self._stopping.set()
        self._thread.join()

    def problems(self) -> tuple[Problem, ...]:
        """Why the last backup failed, until one succeeds."""
        failure = self._failure
        return () if failure is None else (Problem("backup_failed", failure, {"folder": str(self._folder)}),)

    def due(self) -> date | None:
        """The night whose backup is to be made; None if it is there."""
        park = self._park()
        night = local_date(self._clock(), park.zone)
        if self._clock() < to_millis(datetime.combine(night, AT, park.zone)):
            night -= timedelta(days=1)
        return None if self._path(night).exists() else night

    def _path(self, night: date) -> Path:
        return self._folder / f"{self._park().id}-{night.isoformat()}.zip"

    def _run(self) -> None:
        wait = 0.0
        while not self._stopping.wait(wait):
            night = self.due()
            if night is not None:
                self._make(night)
            wait = _LOOK_EVERY if self._failure is None else RETRY_SECONDS

    def _make(self, night: date) -> None:
        path = self._path(night)
        try:
            made = back_up(
                self._store,
                park=self._park(),
                park_path=self._park_path,
                out=path,
                at=self._clock(),
                told=self._go_on,
            )
            self._remove_old()
        except StoppedError:
            return
        except (StoreError, BackupError, OSError) as error:
            self._failure = f"{path}: {error}"
            logger.warning("the backup of the night failed, the next try is in half an hour: %s", self._failure)
        else:
            self._failure = None
            logger.info("backup %s: %d readings, %.1f MB", path, made.readings, path.stat().st_size / 1e6)

    def _go_on(self, _day: Day, _readings: int) -> None:
        if self._stopping.wait(0.001):  # lets waiting threads run: live messages come first
            raise StoppedError

    def _remove_old(self) -> None:
        """Keep the newest backups of this park; other files are left alone."""
        digits = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
        for path in sorted(self._folder.glob(f"{self._park().id}-{digits}.zip"))[: -self._keep]:
            path.unlink()
            logger.info("removed the backup %s: the newest %d are kept", path, self._keep)
