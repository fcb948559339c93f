"""The heartbeat: a file in which a process that no one can ask says every few seconds how it is."""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from parkwatt.readings import Millis
from parkwatt.status import Problem

logger = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two beats."""

STALE = 30_000
"""Age from which a process counts as stuck [ms]."""


class Heartbeat:
    """Beats in a thread of its own from start to stop; the file is gone when the process has ended in order."""

    def __init__(
        self,
        file: Path,
        problems: Callable[[], Sequence[Problem]],
        *,
        clock: Callable[[], Millis],
        every: float = EVERY,
    ) -> None:
        """Prepare.

        Args:
            file: what is written; its folder is made.
            problems: what stands in the way now; asked at every beat, so a process that cannot answer stops beating.
            clock: the time now.
            every: seconds between two beats.
        """
        self._file, self._problems, self._clock, self._every = file, problems, clock, every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()
        self._file.unlink(missing_ok=True)

    def _run(self) -> None:
        while True:
            try:
                self._beat()
            except OSError as error:
                logger.warning("heartbeat %s: %s", self._file, error)
            if self._stopping.wait(self._every):
                return

    def _beat(self) -> None:
        stopping = [[problem.code, problem.detail] for problem in self._problems() if problem.stops_intake]
        written = self._file.with_name(self._file.name + ".new")
        written.write_text(json.dumps({"time": self._clock(), "problems": stopping}), encoding="utf-8")
        written.replace(self._file)


def ailment(file: Path, *, now: Millis) -> str | None:
    """What is wrong with the process that beats in a file, in a sentence; None if it is well."""
    try:
        beat = json.loads(file.read_bytes())
        age, problems = now - int(beat["time"]), [(str(code), str(detail)) for code, detail in beat["problems"]]
    except FileNotFoundError:
        return f"there is no heartbeat at {file}: the process does not run yet, or was not told to write one"
    except (OSError, ValueError, TypeError, KeyError) as error:
        return f"the heartbeat at {file} cannot be read: {error}"
    if age > STALE:
        return f"the last heartbeat at {file} is {age / 1000:.0f} s old: the process has ended or is stuck"
    return "; ".join(f"{code}: {detail}" if detail else code for code, detail in problems) or None
