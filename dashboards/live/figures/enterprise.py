"""One enterprise: what it uses now, its day, its meters, its hours as a heat map."""

from datetime import timedelta

import numpy as np

from dashboards.live.context import Context
from dashboards.live.figures import day
from dashboards.live.figures.carbon import co2_of_amounts, co2_of_flows
from dashboards.live.figures.day import DayTimes
from dashboards.live.figures.history import RegisterHistory, Registers
from dashboards.live.figures.moment import Groups, Meters
from dashboards.live.figures.park_now import carrier_flows, used_power
from dashboards.live.figures.rows import meter_rows
from dashboards.live.figures.shapes import (
    EnterpriseNow,
    EnterprisePage,
    HeatMap,
    ParkNow,
    Source,
    SourcePower,
    Total,
)
from dashboards.live.figures.sites import enterprise_sites
from parkwatt.accounting.periods import HOUR, borders, day_start, local_date
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.readings import Millis, to_datetime

HEAT_MAP_DAYS = 28
"""Days of the heat map, today included."""
_HOUR_KNOWN = 0.5
"""Share of an hour that must be known before it is shown."""


class EnterpriseFigures:
    """Computes the figures of one enterprise; made once for it."""

    def __init__(self, context: Context, enterprise: str) -> None:
        """Work out which meters make which number.

        Raises:
            KeyError: if the park has no such enterprise.
        """
        self._id = context.park.enterprise_by_id[enterprise].id
        self._live = context.live
        self._zone = context.park.zone
        self._region = context.park.grid_region
        self._site = enterprise_sites(context.park)[enterprise]
        self._meters = Meters(context.park.meters_of(enterprise))
        carriers = self._site.carriers.values()
        self._counted = Meters(self._site.meters)
        groups = [*self._site.sources.values(), *(c.used for c in carriers), *(c.imported for c in carriers)]
        self._groups = Groups(self._counted, groups)
        self._entry = Groups(self._counted, [self._site.entry])
        self._history = RegisterHistory(context, self._site.meters)

    def now(self, now: Millis, park: ParkNow) -> EnterpriseNow:
        """The enterprise at `now`; its share and rank as the park has them."""
        version = self._live.version
        moment = self._meters.at(self._live, now)
        totals = iter(self._groups.totals(self._counted.at(self._live, now)))
        sources = {source: next(totals) for source in self._site.sources}
        used = {carrier: next(totals) for carrier in self._site.carriers}
        imported = {carrier: next(totals) for carrier in self._site.carriers}
        if ELECTRICITY in used:
            used[ELECTRICITY] = used_power(used[ELECTRICITY], sources[Source.GRID])
        share = next((e.share for e in park.enterprises if e.enterprise == self._id), None)
        ranked = [e.enterprise for e in park.enterprises if e.power.value is not None]
        return EnterpriseNow(
            time=now,
            version=version,
            enterprise=self._id,
            power=used.get(ELECTRICITY, Total(None, 0, 0)),
            sources=tuple(SourcePower(source, total) for source, total in sources.items()),
            share=share,
            rank=ranked.index(self._id) + 1 if self._id in ranked else None,
            carriers=carrier_flows(used),
            co2=co2_of_flows({carrier: total.value for carrier, total in imported.items()}, self._region),
            meters=meter_rows(self._meters, self._live, now),
            counts=moment.counts(),
        )

    def day(self, now: Millis) -> EnterprisePage:
        """The enterprise's day at `now`."""
        times = DayTimes.at(now, self._zone)
        registers = self._history.since(times.yesterday, times.start, now)
        curve = day.curve(registers, self._site, times)
        before = day.imported(registers, self._site, times.yesterday, times.yesterday_now)
        return EnterprisePage(
            time=now,
            enterprise=self._id,
            curve=curve,
            power_yesterday=day.power_yesterday(curve, now),
            energy=day.electricity(registers, self._site, times.start, now),
            energy_yesterday=day.electricity(registers, self._site, times.yesterday, times.yesterday_now),
            usual=day.usual(self._history, self._site, times),
            co2=co2_of_amounts(day.imported(registers, self._site, times.start, now), self._region),
            co2_yesterday=co2_of_amounts(before, self._region),
            demand=day.demand(
                registers,
                self._site,
                times,
                day.month_maximum(self._history, self._site, times),
                self._taken_in(now),
            ),
            carriers=day.carrier_days(registers, self._site, times),
            heat_map=self._heat_map(registers, times),
        )

    def _taken_in(self, now: Millis) -> float | None:
        """What comes in through the whole entry meters now [kW]; None unless all of them are current."""
        (total,) = self._entry.totals(self._counted.at(self._live, now))
        return total.value if total.complete else None

    def _heat_map(self, today: Registers, times: DayTimes) -> HeatMap:
        last = local_date(times.start, self._zone)
        days = [last - timedelta(days=back) for back in range(HEAT_MAP_DAYS - 1, -1, -1)]
        past = self._history.finished(day_start(days[0], self._zone), times.start, times.now)
        found = [
            self._hours(past, day_start(date, self._zone), day_start(date + timedelta(days=1), self._zone))
            for date in days[:-1]
        ]
        found.append(self._hours(today, times.start, times.now - (times.now - times.start) % HOUR))
        return HeatMap(tuple(date.isoformat() for date in days), tuple(found))

    def _hours(self, registers: Registers, start: Millis, end: Millis) -> tuple[float | None, ...]:
        """Electricity used per hour on the wall clock [kWh]; the hour that comes twice a year holds both."""
        hours: list[float | None] = [None] * 24
        if Source.GRID not in self._site.sources or end <= start:
            return tuple(hours)
        between = borders(start, end, every=HOUR)
        grid = registers.used(self._site.sources[Source.GRID], between)
        known = (grid.measured + grid.estimated >= _HOUR_KNOWN) & ~np.isnan(grid.amount)
        used = registers.used(self._site.electricity, between).amount
        for time, value in zip(between[:-1][known].tolist(), used[known].tolist(), strict=True):
            hour = to_datetime(time).astimezone(self._zone).hour
            hours[hour] = value + (hours[hour] or 0.0)
        return tuple(hours)
