"""Losses and quality of the sample park: made-up amounts, judged as real ones are."""

from functools import cache

import numpy as np

from dashboards.live.figures.quality import Judged, judged
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.periods import QUARTER, day_of, days_earlier
from parkwatt.accounting.quality import Evidence
from parkwatt.accounting.virtual import virtual_meters
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.store.derived import Stretch

_LOSSY = "E01-el-01"
_SILENT = 17
"""Every so many meters one is silent for half of the time."""


def losses(park: Park, now: Millis, days: int) -> Judged:
    """Every meter that has others below it loses a little, and one of them a lot."""
    return _judged(_Frozen(park), day_of(now, park.zone)[0], days)


class _Frozen:
    """A park by what it is called, to remember what was judged of it."""

    def __init__(self, park: Park) -> None:
        self.park = park

    def __hash__(self) -> int:
        return hash(self.park.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and self.park is other.park


@cache
def _judged(frozen: _Frozen, end: Millis, days: int) -> Judged:
    park = frozen.park
    borders = np.arange(days_earlier(end, days, park.zone), end + 1, QUARTER, dtype=np.int64)
    took: dict[str, float] = {}
    for meter in reversed(park.meters):
        below = sum(took.get(child.id, 0.0) for child in park.children(meter.id))
        own = (0.08 if meter.id == _LOSSY else 0.002) * below
        took[meter.id] = below + (own if below else 25.0 + len(meter.id))
    used = {
        m.id: _steady(borders, took[m.id], silent=n % _SILENT == 1)
        for n, m in enumerate(park.meters)
        if m.formula is None and n % (4 * _SILENT) != 3
    }
    seen = {
        m.id: Evidence(borders_read=1.0, timely=0.99 if n % 5 else 0.8, suspect=0.0, open_events=int(n == 2))
        for n, m in enumerate(park.meters)
    }
    return judged(park, used | virtual_meters(park, used), seen, Stretch(int(borders[0]), int(borders[-1])))


def _steady(borders: np.ndarray, amount: float, *, silent: bool) -> Intervals:
    count = len(borders) - 1
    known = np.ones(count, np.bool_)
    known[: count // 2 if silent else 0] = False
    return Intervals(
        border=borders,
        amount=np.where(known, amount, np.nan),
        measured=known.astype(np.float64),
        estimated=np.zeros(count),
        events=(),
        counted=known.astype(np.int64),
    )
