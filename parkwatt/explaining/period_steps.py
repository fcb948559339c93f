"""What a meter used in an interval, as a step, where its readings are amounts of periods."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.amounts import from_amounts
from parkwatt.explaining.chain import Depth, Level, Shares, Step
from parkwatt.explaining.event_steps import event_steps
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import moment
from parkwatt.explaining.phrases import Phrase, quantity_name
from parkwatt.explaining.reading_steps import reading_step
from parkwatt.explaining.readings_seen import ReadingsSeen
from parkwatt.explaining.workings import Operand, Working
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, SeriesKey


class PeriodSteps:
    """Explains one series of amounts, interval by interval."""

    def __init__(
        self,
        looking: Looking,
        key: SeriesKey,
        time: NDArray[np.int64],
        amount: NDArray[np.float64],
        borders: NDArray[np.int64],
    ) -> None:
        """Prepare.

        Args:
            looking: what is looked at.
            key: the series.
            time: ends of the periods [ms], growing.
            amount: of the periods [unit of the quantity].
            borders: of the intervals that will be explained [ms].
        """
        self._looking, self._key, self._time, self._amount = looking, key, time, amount
        self._unit, self._borders = QUANTITIES[key.quantity].unit, borders
        self._life = looking.lives.of(looking.park.meter_by_id[key.meter], key.quantity)

    def step(self, start: Millis, end: Millis, *, weight: float) -> Step:
        """What the periods that touch an interval brought into it."""
        used = from_amounts(self._time, self._amount, np.array([start, end], np.int64), life=self._life)
        bad = {event.time for event in used.events}
        places = [n for n in self._touching(start, end) if int(self._time[n]) not in bad]
        parts = tuple(self._part(place, start, end) for place in places)
        known = not np.isnan(used.amount[0])
        shares = Shares(float(used.measured[0]), float(used.estimated[0]), float(used.missing[0]))
        events = event_steps(self._looking, self._key, used.events, start, end)
        return Step(
            Level.REGISTER,
            Phrase("periods.title", quantity=quantity_name(self._key.quantity), meter=self._key.meter),
            Phrase("periods.rule"),
            result=float(used.amount[0]) if known else None,
            unit=self._unit,
            working=Working.SUM if parts else None,
            shares=shares,
            notes=() if known else (Phrase("periods.none"),),
            weight=weight,
            start=start,
            end=end,
            children=(*parts, *events),
        )

    def _part(self, place: int, start: Millis, end: Millis) -> Step:
        """What a period brought into an interval."""
        until = int(self._time[place])
        since = until - int(self._period[place])
        inside = min(until, end) - max(since, start)
        zone = self._looking.zone
        stored = self._seen.find(until, float(self._amount[place]))
        amount = float(self._amount[place])
        return Step(
            Level.BORDER,
            Phrase("periods.part", since=moment(since, zone), until=moment(until, zone)),
            Phrase("periods.whole" if inside == until - since else "periods.share"),
            result=amount * (inside / (until - since)),
            unit=self._unit,
            working=Working.PRODUCT,
            inputs=(
                Operand(Phrase("periods.amount"), amount, self._unit),
                Operand(Phrase("periods.inside"), inside / 1000, "s"),
                Operand(Phrase("periods.length"), (until - since) / 1000, "s", -1.0),
            ),
            weight=1.0,
            start=since,
            end=until,
            children=() if stored is None else (reading_step(self._looking, self._seen, stored),),
        )

    def _touching(self, start: Millis, end: Millis) -> list[int]:
        return np.flatnonzero((self._time > start) & (self._time - self._period < end)).tolist()

    @cached_property
    def _period(self) -> NDArray[np.int64]:
        """How long the periods are [ms]: the distance to the nearer neighbour."""
        step = np.diff(self._time)
        if not len(step):
            return np.ones(len(self._time), np.int64)
        found: NDArray[np.int64] = np.minimum(np.append(step[0], step), np.append(step, step[-1]))
        return found

    @cached_property
    def _seen(self) -> ReadingsSeen:
        touching = self._touching(int(self._borders[0]), int(self._borders[-1]))
        seen = ReadingsSeen(self._looking.store, self._key, self._time[touching].tolist(), self._life)
        if self._looking.depth >= Depth.MESSAGES and self._looking.origins is not None:
            seen.trace(self._looking.origins)
        return seen
