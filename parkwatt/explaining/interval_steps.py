"""What a meter took in within an interval, as a step: by its registers, by power in their place, or by its formula."""

from dataclasses import replace

import numpy as np

from parkwatt.accounting.meters import EXPORT, PRODUCTION
from parkwatt.accounting.periods import borders
from parkwatt.accounting.registers import readings_of, segments
from parkwatt.explaining.chain import Depth, Level, Shares, Step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import clock, moment
from parkwatt.explaining.period_steps import PeriodSteps
from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.power_steps import PowerSteps
from parkwatt.explaining.register_steps import RegisterSteps
from parkwatt.explaining.rows import MeterRows, Row
from parkwatt.explaining.workings import Working
from parkwatt.park import Meter, Role
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, SeriesKey
from parkwatt.store.derived import Stretch

_WHOLE = 1 - 1e-9


class IntervalSteps:
    """Explains the intervals of one meter in a stretch; what readings say is read once for all of them."""

    def __init__(self, looking: Looking, meter: Meter, stretch: Stretch, rows: MeterRows) -> None:
        """Prepare.

        Args:
            looking: what is looked at.
            meter: whose intervals.
            stretch: of time, whole quarter-hours.
            rows: of the meter in it.
        """
        self._looking, self._meter, self._rows = looking, meter, rows
        self._unit = QUANTITIES[meter.medium.register].unit
        self._registers: list[tuple[float, RegisterSteps | PeriodSteps]] = []
        self._power: PowerSteps | None = None
        self._terms: list[tuple[float, IntervalSteps]] = []
        if looking.depth < Depth.READINGS:
            return
        if meter.id in looking.park.formulas:
            terms = looking.park.formulas[meter.id].terms
            meters = {term: looking.park.meter_by_id[term] for term in terms}
            self._terms = [
                (number, IntervalSteps(looking, meters[term], stretch, looking.rows.standing(meters[term], stretch)))
                for term, number in terms.items()
            ]
        else:
            self._read(stretch)

    def step(self, start: Millis, end: Millis, row: Row | None) -> Step:
        """An interval: its amount as it is accounted, and what that comes from."""
        zone = self._looking.zone
        shares = Shares(0.0, 0.0, 1.0)
        if row is not None:
            known = row.measured + row.estimated
            shares = Shares(row.measured, row.estimated, 0.0 if known >= _WHOLE else 1.0 - known)
        children = self._children(start, end, row)
        counts = row is not None and any(child.result is not None and child.weight for child in children)
        return Step(
            Level.INTERVAL,
            Phrase("interval.title", since=moment(start, zone), until=clock(end, zone)),
            self._rule(children),
            result=None if row is None else row.amount,
            unit=self._unit,
            working=Working.SUM if counts else None,
            shares=shares,
            notes=() if row is not None or children else (Phrase("interval.missing"),),
            weight=1.0,
            start=start,
            end=end,
            children=children,
        )

    def _rule(self, children: tuple[Step, ...]) -> Phrase | None:
        if not children:
            return None
        if self._terms:
            return Phrase("interval.formula")
        replaced = any(child.weight is None for child in children)
        return Phrase("interval.balance_by_power" if replaced else "interval.rule")

    def _children(self, start: Millis, end: Millis, row: Row | None) -> tuple[Step, ...]:
        if self._terms:
            return tuple(steps.named(start, end, weight=number) for number, steps in self._terms)
        parts = tuple(steps.step(start, end, weight=weight) for weight, steps in self._registers)
        if self._power is not None and row is not None and any(part.result is None for part in parts):
            beside = (replace(part, weight=None) for part in parts)  # one register alone says nothing of the balance
            return (*beside, self._power.step(start, end, weight=1.0))
        if not parts and self._looking.depth >= Depth.READINGS:
            return (self._power.step(start, end, weight=1.0),) if self._power is not None else (self._silent(),)
        return parts

    def named(self, start: Millis, end: Millis, *, weight: float) -> Step:
        """An interval of a meter in the formula of another."""
        found = self.step(start, end, self._rows.at(start))
        return Step(
            Level.INTERVAL,
            Phrase("interval.of_term", meter=self._meter.id),
            found.rule,
            result=found.result,
            unit=found.unit,
            working=found.working,
            shares=found.shares,
            notes=found.notes,
            weight=weight,
            start=start,
            end=end,
            children=found.children,
        )

    def _silent(self) -> Step:
        return Step(Level.REGISTER, Phrase("register.none", meter=self._meter.id), unit=self._unit, weight=1.0)

    def _read(self, stretch: Stretch) -> None:
        """Read what is around the stretch."""
        looking, meter, edges = self._looking, self._meter, borders(*stretch)
        found = looking.surroundings.around([meter], stretch, looking.newest, looking.lives)
        for weight, quantity in _directions(meter, looking):
            key = SeriesKey(meter.id, quantity, None)
            if key in found.amounts:
                steps = PeriodSteps(looking, key, *found.amounts[key], edges)
                self._registers.append((weight, steps))
            else:
                nothing = np.empty(0, np.int64), np.empty(0)
                time, value = readings_of(found.registers[key]) if key in found.registers else nothing
                register = segments(time, value, life=looking.lives.of(meter, quantity))
                self._registers.append((weight, RegisterSteps(looking, key, register, edges)))
        if SeriesKey(meter.id, meter.medium.flow, None) in looking.newest:
            flow = looking.surroundings.flows([meter], stretch).get(SeriesKey(meter.id, meter.medium.flow, None))
            self._power = None if flow is None else PowerSteps(looking, meter, flow, edges)


def _directions(meter: Meter, looking: Looking) -> list[tuple[float, str]]:
    """The registers that a meter has, and with which sign each counts: as `parkwatt.accounting.meters.taken_in`."""

    def there(quantity: str) -> bool:
        return SeriesKey(meter.id, quantity, None) in looking.newest

    inward = [(1.0, meter.medium.register)] if there(meter.medium.register) else []
    if meter.carrier != "electricity":
        return inward
    if meter.role is Role.GENERATION and there(PRODUCTION):
        return [(-1.0, PRODUCTION)]
    return [*inward, (-1.0, EXPORT)] if there(EXPORT) else inward
