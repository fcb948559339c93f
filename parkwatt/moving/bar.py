"""A bar on the terminal for work that goes from day to day: how far, how fast, how long still."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from parkwatt.accounting.periods import local_date
from parkwatt.moving.days import Day
from parkwatt.readings import Millis


class DayBar:
    """How far it is, by the days that are behind it."""

    def __init__(self, progress: Progress, task: TaskID, *, zone: ZoneInfo, last: Millis | None) -> None:
        """Begin.

        Args:
            progress: the bars of the terminal.
            task: ours.
            zone: of the days.
            last: time of the last reading; None where that is not known.
        """
        self._progress, self._task, self._zone, self._last = progress, task, zone, last
        self._first: Millis | None = None
        self._readings, self._begin = 0, time.monotonic()

    def __call__(self, day: Day, readings: int) -> None:
        """So many readings more of a day are gone through."""
        self._first = day.start if self._first is None else self._first
        self._readings += readings
        rate = self._readings / max(1e-3, time.monotonic() - self._begin)
        total = None if self._last is None else max(1, self._last - self._first)
        self._progress.update(
            self._task,
            completed=day.start - self._first,
            total=total,
            at=f"{local_date(day.start, self._zone)}, {rate:,.0f} readings/s",
        )


@contextmanager
def day_bar(what: str, console: Console, *, zone: ZoneInfo, last: Millis | None) -> Iterator[DayBar]:
    """A bar while something is done; none where nobody looks at a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[at]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield DayBar(progress, progress.add_task(what, total=None, at=""), zone=zone, last=last)
