"""A site's day from its registers: curve, amounts, demand. The same for the park and for an enterprise."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboards.live.figures.history import RegisterHistory, Registers
from dashboards.live.figures.shapes import (
    Amount,
    Band,
    CarrierDay,
    DayCurve,
    Demand,
    Series,
    Source,
    TariffBand,
    Usual,
    Values,
)
from dashboards.live.figures.sites import Site, Terms
from parkwatt.accounting import tariff
from parkwatt.accounting.demand import Maximum, maximum
from parkwatt.accounting.factors import time_of_use
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.periods import QUARTER, borders, day_of, days_earlier, local_date, month_start
from parkwatt.accounting.registers import MAX_GAP
from parkwatt.park import CARRIERS
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis

LEAST_KNOWN = 0.2
"""Share of a step that must be known before its mean is drawn."""
_USUAL_WEEKS = 4
_USUAL_KNOWN = 0.9
"""Share of a day until now that must be known before it says what is usual."""


@dataclass(frozen=True, slots=True)
class DayTimes:
    """The borders that a day's figures are made of [ms]."""

    now: Millis
    start: Millis
    end: Millis
    yesterday: Millis
    yesterday_now: Millis
    month: Millis
    zone: ZoneInfo

    @classmethod
    def at(cls, now: Millis, zone: ZoneInfo) -> "DayTimes":
        """Of the day that `now` lies in."""
        start, end = day_of(now, zone)
        before = days_earlier(now, 1, zone)
        return cls(now, start, end, day_of(before, zone)[0], min(before, start), month_start(now, zone), zone)

    @property
    def quarter(self) -> Millis:
        """Start of the running 15 minutes."""
        return self.start + (self.now - self.start) // QUARTER * QUARTER

    @property
    def today(self) -> NDArray[np.int64]:
        """Borders of the 15-minute steps that are over."""
        return borders(self.start, self.quarter)


def total_rate(sources: Mapping[Source, Intervals]) -> Floats:
    """Mean power used per step [kW]: all sources that are known; NaN where nothing is known of what comes in."""
    rates = {source: part.mean_rate(least_known=LEAST_KNOWN) for source, part in sources.items()}
    own = sum((np.nan_to_num(rate) for source, rate in rates.items() if source is not Source.GRID), start=np.zeros(1))
    return np.asarray(rates[Source.GRID] + own)


def electricity(registers: Registers, site: Site, start: Millis, end: Millis) -> Amount:
    """Electricity used [kWh]; unknown where nothing is known of what comes in."""
    grid = registers.amount(site.sources.get(Source.GRID, ()), start, end)
    return grid if grid.value is None else registers.amount(site.electricity, start, end)


def clean_share(registers: Registers, site: Site, times: DayTimes) -> float | None:
    """On-site generation / electricity used, today until now (0 to 1); neither grid mix nor batteries are counted."""
    used = electricity(registers, site, times.start, times.now).value
    if used is None or used <= 0:
        return None
    if Source.PV not in site.sources:
        return 0.0
    made = registers.amount(site.sources[Source.PV], times.start, times.now).value
    return None if made is None else min(1.0, max(0.0, made) / used)


def carrier_days(registers: Registers, site: Site, times: DayTimes) -> tuple[CarrierDay, ...]:
    """What was used of each carrier today and yesterday until the same time."""

    def used(carrier: str, terms: Terms, start: Millis, end: Millis) -> Amount:
        if carrier == "electricity":
            return electricity(registers, site, start, end)
        return registers.amount(terms, start, end)

    return tuple(
        CarrierDay(
            carrier=carrier,
            unit=QUANTITIES[CARRIERS[carrier].register].unit,
            today=used(carrier, terms.used, times.start, times.now),
            yesterday=used(carrier, terms.used, times.yesterday, times.yesterday_now),
        )
        for carrier, terms in site.carriers.items()
    )


def imported(registers: Registers, site: Site, start: Millis, end: Millis) -> dict[str, float | None]:
    """What came in of each carrier [unit of its register]; what is exported is taken off."""
    return {carrier: registers.amount(terms.imported, start, end).value for carrier, terms in site.carriers.items()}


def curve(registers: Registers, site: Site, times: DayTimes) -> DayCurve:
    """Power by source in 15-minute steps, with yesterday's total on the same clock times."""
    steps = borders(times.start, times.end)[:-1]
    today = {source: registers.used(terms, times.today) for source, terms in site.sources.items()}
    old = borders(times.yesterday, times.start)
    yesterday = {source: registers.used(terms, old) for source, terms in site.sources.items()}
    known = bool(today)
    return DayCurve(
        start=times.start,
        end=times.end,
        step=QUARTER,
        times=tuple(steps.tolist()),
        sources=tuple(
            Series(
                source=source,
                values=values(part.mean_rate(least_known=LEAST_KNOWN), len(steps)),
                estimated=_padded(part.estimated > 0, len(steps)),
            )
            for source, part in today.items()
        ),
        total=values(total_rate(today), len(steps)) if known else (None,) * len(steps),
        yesterday=_on_clock_times(total_rate(yesterday), old, steps, times.zone) if known else (None,) * len(steps),
        gaps=_gaps(registers, site, times),
        tariff=tariff_bands(times),
    )


def power_yesterday(day: DayCurve, now: Millis) -> float | None:
    """Mean power of the same 15 minutes yesterday [kW]."""
    step = (now - day.start) // day.step
    return day.yesterday[step] if 0 <= step < len(day.yesterday) else None


def tariff_bands(times: DayTimes) -> tuple[TariffBand, ...]:
    """The day's time-of-use periods."""
    found = tariff.stretches(time_of_use(), local_date(times.start, times.zone), times.zone)
    return tuple(TariffBand(band.start, band.end, band.period) for band in found)


def month_maximum(history: RegisterHistory, site: Site, times: DayTimes) -> Maximum | None:
    """The month's highest demand before today."""
    if times.month >= times.start or not site.entry:
        return None
    registers = history.finished(times.month, times.start, times.now)
    return maximum(registers.used(site.entry, borders(times.month, times.start)))


def demand(
    registers: Registers, site: Site, times: DayTimes, before: Maximum | None, power_now: float | None
) -> Demand:
    """The month's highest demand at the whole entry, and where the running 15 minutes are going.

    Args:
        registers: of today.
        site: whose demand.
        times: of the day.
        before: the month's highest before today.
        power_now: what comes in now [kW]; None when that is not known.
    """
    terms = site.entry
    today = maximum(registers.used(terms, times.today)) if terms and len(times.today) > 1 else None
    highest = max((m for m in (before, today) if m), key=lambda m: m.value, default=None)
    running, expected = None, None
    if terms and times.now > times.quarter:
        part = registers.used(terms, np.array([times.quarter, times.now]))
        rate = float(part.mean_rate(least_known=0.5)[0])
        running = None if np.isnan(rate) else rate
        if running is not None and power_now is not None and part.counted[0] == part.registers:
            gone = (times.now - times.quarter) / QUARTER
            expected = running * gone + power_now * (1 - gone)
    return Demand(
        highest=highest.value if highest else None,
        at=highest.start if highest else None,
        estimated=highest.estimated if highest else False,
        contract=site.contract,
        running=running,
        expected=expected,
    )


def usual(history: RegisterHistory, site: Site, times: DayTimes) -> Usual | None:
    """What the site used on the same weekday of the last weeks until this time of day."""
    found: list[float] = []
    for week in range(1, _USUAL_WEEKS + 1):
        until = days_earlier(times.now, 7 * week, times.zone)
        start, end = day_of(until, times.zone)
        used = electricity(history.finished(start, end, times.now), site, start, until)
        if used.value is not None and used.measured + used.estimated >= _USUAL_KNOWN:
            found.append(used.value)
    return Usual(sum(found) / len(found), len(found)) if found else None


def values(numbers: Floats, length: int) -> Values:
    """Numbers as a shape carries them: None for NaN, and None up to `length`."""
    known = [None if np.isnan(number) else float(number) for number in numbers]
    return tuple(known + [None] * (length - len(known)))


def _padded(flags: NDArray[np.bool_], length: int) -> tuple[bool, ...]:
    return tuple(flags.tolist() + [False] * (length - len(flags)))


def _on_clock_times(rate: Floats, old: NDArray[np.int64], steps: NDArray[np.int64], zone: ZoneInfo) -> Values:
    """Yesterday's values on today's steps by the wall clock, so that a day of 23 hours does not shift the line."""
    at = {int(time): None if np.isnan(value) else float(value) for time, value in zip(old[:-1], rate, strict=True)}
    return tuple(at.get(days_earlier(int(step), 1, zone)) for step in steps)


def _gaps(registers: Registers, site: Site, times: DayTimes) -> tuple[Band, ...]:
    """Stretches in which meters are missing; only once they are over for longer than readings may lie apart."""
    terms = site.electricity
    steps = times.today[times.today <= times.now - MAX_GAP]
    if not terms or len(steps) < 2:
        return ()
    part = registers.used(terms, steps)
    found: list[Band] = []
    for start, end, counted in zip(part.border[:-1].tolist(), part.border[1:].tolist(), part.counted, strict=True):
        lost = part.registers - int(counted)
        if lost and found and found[-1].end == start and found[-1].missing == lost:
            found[-1] = Band(found[-1].start, end, lost, part.registers)
        elif lost:
            found.append(Band(start, end, lost, part.registers))
    return tuple(found)
