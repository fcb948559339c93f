"""What a meter used in an interval, as a step, where power stands in for registers that say nothing."""

from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.emissions import register_per_flow_hour
from parkwatt.accounting.life import UNDECLARED
from parkwatt.accounting.registers import MAX_GAP, exact, readings_of
from parkwatt.explaining.chain import Depth, Level, Shares, Step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import moment
from parkwatt.explaining.phrases import Phrase, quantity_name
from parkwatt.explaining.reading_steps import reading_step
from parkwatt.explaining.readings_seen import ReadingsSeen
from parkwatt.explaining.workings import Operand, Working
from parkwatt.park import Meter
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store import Edges

_HOUR: Millis = 3_600_000


class PowerSteps:
    """Explains what flowed through one meter, interval by interval."""

    def __init__(self, looking: Looking, meter: Meter, flow: Edges, borders: NDArray[np.int64]) -> None:
        """Prepare.

        Args:
            looking: what is looked at.
            meter: whose.
            flow: first and last sample of every minute [kW; units per hour].
            borders: of the intervals that will be explained [ms].
        """
        self._looking, self._meter, self._borders = looking, meter, borders
        self._time, self._power = readings_of(flow)
        self._key = SeriesKey(meter.id, meter.medium.flow, None)
        self._factor = register_per_flow_hour(meter.carrier)

    def step(self, start: Millis, end: Millis, *, weight: float) -> Step:
        """The areas under the line from sample to sample, as far as samples are close together."""
        parts = tuple(self._parts(start, end))
        covered = sum((part.end or 0) - (part.start or 0) for part in parts)
        share = min(covered / (end - start), 1.0)
        return Step(
            Level.REGISTER,
            Phrase("power.title", quantity=quantity_name(self._key.quantity), meter=self._meter.id),
            Phrase("power.rule"),
            result=sum(part.result or 0.0 for part in parts) if parts else None,
            unit=QUANTITIES[self._meter.medium.register].unit,
            working=Working.SUM,
            shares=Shares(0.0, share, 1.0 - share),
            weight=weight,
            start=start,
            end=end,
            children=parts,
        )

    def _parts(self, start: Millis, end: Millis) -> list[Step]:
        if len(self._time) < 2:
            return []
        inside = self._time[(self._time > start) & (self._time < end)].tolist()
        ends = [t for t in (start, end) if self._time[0] <= t <= self._time[-1]]
        grid = sorted({*inside, *ends})
        return [step for pair in pairwise(grid) if (step := self._part(*pair)) is not None]

    def _part(self, since: Millis, until: Millis) -> Step | None:
        place = int(np.searchsorted(self._time, since, side="right")) - 1
        if self._time[place + 1] - self._time[place] > MAX_GAP:
            return None
        powers = np.interp([since, until], self._time, self._power)
        zone, unit = self._looking.zone, QUANTITIES[self._key.quantity].unit
        mean, hours = float(powers.mean()), (until - since) / _HOUR
        samples = [self._seen.find(int(self._time[n]), float(self._power[n])) for n in (place, place + 1)]
        factor = Operand(Phrase("power.factor"), self._factor)
        return Step(
            Level.BORDER,
            Phrase("power.part", since=moment(since, zone), until=moment(until, zone)),
            Phrase("power.mean"),
            result=float(exact(np.array([mean * hours * self._factor]))[0]),
            unit=QUANTITIES[self._meter.medium.register].unit,
            working=Working.PRODUCT,
            inputs=(
                Operand(Phrase("power.mean_of_both"), mean, unit),
                Operand(Phrase("power.hours"), hours, "h"),
                *(() if self._factor == 1.0 else (factor,)),
            ),
            weight=1.0,
            start=since,
            end=until,
            children=tuple(reading_step(self._looking, self._seen, one) for one in samples if one is not None),
        )

    @cached_property
    def _seen(self) -> ReadingsSeen:
        start, end = int(self._borders[0]) - MAX_GAP, int(self._borders[-1]) + MAX_GAP
        times = self._time[(self._time >= start) & (self._time <= end)]
        seen = ReadingsSeen(self._looking.store, self._key, times.tolist(), UNDECLARED)
        if self._looking.depth >= Depth.MESSAGES and self._looking.origins is not None:
            seen.trace(self._looking.origins)
        return seen
