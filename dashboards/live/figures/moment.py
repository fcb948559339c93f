"""What a set of meters says this second, as arrays; and sums over groups of them, all in one go.

A value counts as current while it is younger than its meter's `silent_after` and its gateway has not said goodbye.
Age is counted from the measured or the arrival time, whichever is earlier: a clock that runs ahead makes nothing young.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboards.live.figures.shapes import MeterCounts, MeterState, Total
from dashboards.live.figures.sites import Terms
from parkwatt.live import Live
from parkwatt.park import Meter
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Latest

STATES = (MeterState.FRESH, MeterState.STALE, MeterState.SILENT, MeterState.NEVER)
"""The states by their number in `Moment.state`."""
_NEVER_HEARD: Millis = -1
_LONG_AGO = -(2.0**60)


class Meters:
    """A set of meters with the keys to look them up by; made once."""

    def __init__(self, meters: Sequence[Meter]) -> None:
        """Remember the meters in this order."""
        self.meters = tuple(meters)
        self.ids = [m.id for m in meters]
        self.position = {m.id: i for i, m in enumerate(meters)}
        self.flow_keys = [SeriesKey(m.id, m.medium.flow, None) for m in meters]
        self.register_keys = [SeriesKey(m.id, m.medium.register, None) for m in meters]
        self.silent_after = np.array([m.silent_after * 1000 for m in meters], dtype=np.float64)

    def at(self, live: Live, now: Millis) -> "Moment":
        """What they say now."""
        return Moment(self, live, now)


class Moment:
    """What meters say at one moment.

    Attributes:
        flow: newest flow value per meter [unit of its flow quantity]; NaN where there is none.
        current: whether that value counts as current.
        state: number in `STATES` per meter.
    """

    def __init__(self, meters: Meters, live: Live, now: Millis) -> None:
        """Look everything up, once."""
        latest = live.latest.get
        flows = [latest(key) for key in meters.flow_keys]
        registers = [latest(key) for key in meters.register_keys]
        heard = np.array([live.heard.get(meter, _NEVER_HEARD) for meter in meters.ids], dtype=np.int64)
        gone = np.zeros(len(meters.ids), dtype=np.bool_)
        gone[[meters.position[meter] for meter in list(live.stale) if meter in meters.position]] = True
        oldest_current = now - meters.silent_after
        flow_time = _times(flows)
        self.flow = np.array([np.nan if found is None else found.value for found in flows], dtype=np.float64)
        self.current = (flow_time >= oldest_current) & ~gone
        says_something = np.maximum(flow_time, _times(registers)) >= oldest_current
        self.state = np.select(
            [heard == _NEVER_HEARD, ~gone & (heard < oldest_current), gone | ~says_something], [3, 2, 1], default=0
        )

    def counts(self) -> MeterCounts:
        """How many meters are in which state."""
        fresh, stale, silent, never = np.bincount(self.state, minlength=4).tolist()
        return MeterCounts(fresh, stale, silent, never)


def _times(found: list[Latest | None]) -> NDArray[np.float64]:
    return np.array([_LONG_AGO if f is None else min(f.time, f.arrived) for f in found], dtype=np.float64)


class Groups:
    """Sums over groups of meters, computed together."""

    def __init__(self, meters: Meters, groups: Sequence[Terms]) -> None:
        """Remember the groups in this order."""
        pairs = [(number, term) for number, terms in enumerate(groups) for term in terms]
        self._group = np.array([number for number, _ in pairs], dtype=np.intp)
        self._meter = np.array([meters.position[term.meter.id] for _, term in pairs], dtype=np.intp)
        self._sign = np.array([term.sign for _, term in pairs], dtype=np.float64)
        self._taken_off = np.array([term.is_taken_off for _, term in pairs], dtype=np.bool_)
        self._sizes = [len(terms) for terms in groups]

    def totals(self, moment: Moment) -> list[Total]:
        """The sum of every group over its meters that are current; unknown where one that is taken off is not."""
        current = moment.current[self._meter]
        flow = np.where(current, moment.flow[self._meter] * self._sign, 0.0)
        count = len(self._sizes)
        sums = np.bincount(self._group, weights=flow, minlength=count).tolist()
        counted = np.bincount(self._group, weights=current, minlength=count).astype(int).tolist()
        too_much = np.bincount(self._group, weights=self._taken_off & ~current, minlength=count).tolist()
        return [
            Total(value if known and not unknown else None, size, known)
            for value, known, unknown, size in zip(sums, counted, too_much, self._sizes, strict=True)
        ]
