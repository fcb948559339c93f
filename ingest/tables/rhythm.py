"""What the order of rows shows: the newest first or last, how far apart, and whether 00:00 ends the date beside it.

00:00 ends its date where time steps back from 23:45 to the 00:00 of the same date, and goes on with the next date.
"""

from collections import Counter
from collections.abc import Hashable
from datetime import datetime, timedelta

from ingest.tables.wall import DAY

_NOTHING = timedelta()


class Rhythm:
    """Hears the times of several series, each in the order of its rows."""

    def __init__(self) -> None:
        """None was heard."""
        self._last: dict[Hashable, tuple[datetime | None, datetime]] = {}
        self._steps: Counter[timedelta] = Counter()
        self._closing, self._opening = [0, 0], [0, 0]  # read forwards, and backwards

    def add(self, series: Hashable, now: datetime) -> int:
        """Hear the next time of a series; 1 if it goes forwards, -1 if backwards, 0 if it stands or is the first."""
        last = self._last.get(series)
        if last is None:
            self._last[series] = (None, now)
            return 0
        before, middle = last
        if now == middle:
            return 0
        self._steps[now - middle] += 1
        if middle.hour == middle.minute == middle.second == 0:
            self._midnight(before, middle, now)
        self._last[series] = (middle, now)
        return 1 if now > middle else -1

    def end(self) -> None:
        """No more comes."""
        for before, last in self._last.values():
            if before is not None and last.hour == last.minute == last.second == 0:
                self._midnight(before, last, None)
        self._last.clear()

    @property
    def backwards(self) -> bool:
        """Whether the newest stands first."""
        falls = sum(count for step, count in self._steps.items() if step < _NOTHING)
        return falls * 2 > self._steps.total()

    @property
    def closes_day(self) -> bool:
        """Whether 00:00 ends the date beside it."""
        return self._closing[self.backwards] > 0 and not self._opening[self.backwards]

    @property
    def in_doubt(self) -> bool:
        """Whether some midnights end the date beside them, and others begin it."""
        return self._closing[self.backwards] > 0 and self._opening[self.backwards] > 0

    @property
    def step(self) -> timedelta:
        """How far apart neighbours mostly are; nothing where there is one time."""
        steps = Counter[timedelta]()
        for step, count in self._steps.items():
            steps[abs(step)] += count
        return steps.most_common(1)[0][0] if steps else timedelta()

    def _midnight(self, above: datetime | None, midnight: datetime, below: datetime | None) -> None:
        """A 00:00 between its neighbours: which stands before it in time depends on the direction of the rows."""
        for way, (earlier, later) in enumerate(((above, below), (below, above))):
            steps_back = earlier is not None and earlier.date() == midnight.date() and earlier > midnight
            goes_on = later is None or later.date() == midnight.date() + DAY
            self._closing[way] += steps_back and goes_on
            self._opening[way] += (earlier is not None and earlier.date() == midnight.date() - DAY) or (
                later is not None and later.date() == midnight.date() and later > midnight
            )
