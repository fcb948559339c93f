"""One meter: what it says now, its curve over any time, what its register counted."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dashboards.live.context import Context
from dashboards.live.figures.clocks import Clocks
from dashboards.live.figures.day import DayTimes, values
from dashboards.live.figures.history import RegisterHistory
from dashboards.live.figures.moment import Meters
from dashboards.live.figures.rows import meter_rows, newest_values
from dashboards.live.figures.shapes import Band, Curve, MeterNow, MeterPage
from dashboards.live.figures.sites import Term
from dashboards.live.figures.strangers import stranger
from parkwatt.quantities import QUANTITIES, Kind
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Buckets, Query

MOST_POINTS = 1500
"""Points of a curve: more than a screen has columns for."""
_STEPS: tuple[Millis, ...] = tuple(
    seconds * 1000 for seconds in (1, 5, 10, 30, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86_400, 7 * 86_400)
)
_READINGS_LATE = 3
"""So many times the usual distance between readings without one is a gap."""
_AROUND = 5
"""Distances before and after that say what is usual there: a meter's pace may change."""


class MeterFigures:
    """Computes the figures of one meter; made once for it."""

    def __init__(self, context: Context, meter: str, clocks: Clocks | None = None) -> None:
        """Remember where to look; what the park file does not name is taken for what it seems to measure.

        What others see of the meter's clock is shared through `clocks`.
        """
        self._meter = context.park.meter_by_id.get(meter) or stranger(meter, context.live)
        self._live = context.live
        self._store = context.store
        self._zone = context.park.zone
        self._meters = Meters([self._meter])
        self._clocks = clocks or Clocks()
        self._history = RegisterHistory(context, [self._meter])

    def now(self, now: Millis) -> MeterNow:
        """The meter at `now`."""
        version = self._live.version
        newest = newest_values(self._meter.id, self._live)
        return MeterNow(
            time=now,
            version=version,
            row=meter_rows(self._meters, self._live, now)[0],
            values=newest,
            raw=tuple(reversed(tuple(self._live.raw.get(self._meter.id, ())))),
            clock_off=self._clocks.off(self._meter.id, newest, self._live.heard.get(self._meter.id)),
        )

    def page(self, now: Millis, *, start: Millis, end: Millis, quantity: str | None = None) -> MeterPage:
        """The meter over time.

        Args:
            now: until which today counts.
            start: of the curve.
            end: of the curve, excluded.
            quantity: of the curve; None for the meter's flow quantity.
        """
        times = DayTimes.at(now, self._zone)
        registers = self._history.since(times.yesterday, times.start, now)
        terms = (Term(self._meter),)
        counts = SeriesKey(self._meter.id, self._meter.medium.register, None) in self._live.latest
        return MeterPage(
            time=now,
            meter=self._meter.id,
            curve=self._curve(quantity or self._meter.medium.flow, start, end),
            consumption=registers.amount(terms, times.start, now) if counts else None,
            consumption_yesterday=registers.amount(terms, times.yesterday, times.yesterday_now) if counts else None,
            unit=QUANTITIES[self._meter.medium.register].unit,
            resets=registers.resets([self._meter]),
        )

    def _curve(self, quantity: str, start: Millis, end: Millis) -> Curve | None:
        step = step_for(end - start)
        query = Query(meters=(self._meter.id,), quantities=(quantity,), start=start, end=end)
        found = self._store.buckets(query, every=step, origin=start)
        buckets = found.get(SeriesKey(self._meter.id, quantity, None))
        if buckets is None:
            return None
        at, gaps = _gaps(buckets, step)
        mean = buckets.last if QUANTITIES[quantity].kind is Kind.REGISTER else buckets.mean
        times = np.insert(buckets.start, at, buckets.last_time[at - 1] + 1)
        columns = [values(np.insert(column, at, np.nan), len(times)) for column in (mean, buckets.low, buckets.high)]
        return Curve(
            quantity=quantity,
            unit=QUANTITIES[quantity].unit,
            phase=None,
            start=start,
            end=end,
            step=step,
            times=tuple(times.tolist()),
            mean=columns[0],
            low=columns[1],
            high=columns[2],
            gaps=gaps,
        )


def step_for(span: Millis) -> Millis:
    """The finest step that shows a span in at most `MOST_POINTS` points [ms]."""
    return next((step for step in _STEPS if span <= step * MOST_POINTS), span // MOST_POINTS + 1)


def _gaps(buckets: Buckets, step: Millis) -> tuple[NDArray[np.intp], tuple[Band, ...]]:
    """At which rows gaps end, and the gaps: far longer than a step, and than readings lie apart around that time."""
    apart = buckets.first_time[1:] - buckets.last_time[:-1]
    if not len(apart):
        return np.empty(0, np.intp), ()
    around = sliding_window_view(
        np.pad(apart, _AROUND, mode="reflect" if len(apart) > _AROUND else "edge"), 2 * _AROUND + 1
    )
    at = np.flatnonzero(apart > np.maximum(2 * step, _READINGS_LATE * np.median(around, axis=1))) + 1
    bands = tuple(Band(int(buckets.last_time[i - 1]), int(buckets.first_time[i]), 1, 1) for i in at.tolist())
    return at, bands
