"""Efficiency and flexibility of the park or of an enterprise over a stretch of time, from accounted rows."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from dashboards.live.figures.beside_energy import BesideEnergy
from dashboards.live.figures.intensities import Compared, intensities
from parkwatt.account_market import ledger
from parkwatt.accounting.demand import mean_demand
from parkwatt.accounting.energy_use import CARRIERS, EnergyUse, energy_use
from parkwatt.accounting.flexibility import Beside, Flexibility, flexibility
from parkwatt.accounting.intensity import change
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.kept import kept_intervals
from parkwatt.accounting.load_shape import Duration, LoadShape, duration_curve, load_shape
from parkwatt.accounting.peaks import Peak, peaks
from parkwatt.accounting.periods import QUARTER, day_start, local_date
from parkwatt.accounting.reactive import PowerFactor, power_factors
from parkwatt.accounting.row_sums import RowSums
from parkwatt.accounting.site import Site, amounts, at_border, site_of
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.accounting.virtual import real_terms
from parkwatt.accounting.working_hours import WorkingHours, working_hours
from parkwatt.kept_rows import MOST_INTERVALS, TooLongError, quarters
from parkwatt.park import Meter, Park
from parkwatt.park.times import Span, span_of
from parkwatt.readings import Millis
from parkwatt.store.derived import Consumption, DerivedStore

_AT_ONCE: Millis = 31 * 86_400_000
"""Rows are read in pieces of this length [ms]."""
_LEAP_DAY = (2, 29)
_POINTS = 400
"""Points of a duration curve that are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Efficiency:
    """How well electricity is used, and what energy goes into what is made.

    Attributes:
        stretch: the time.
        enterprise: whose; None for the park.
        energy: all that was used.
        demand: of what came in over the border; None where nothing of it is known.
        running: of what was used, own generation with it; None where nothing of it is known.
        hours: when it works, by what was used.
        duration: the curve of what came in.
        peaks: its highest demands with who makes them.
        power_factor: None where reactive energy is not metered.
        intensities: per product, area and value added.
        flexibility: generation, batteries, chargers; None where nothing is accounted.
    """

    stretch: Span
    enterprise: str | None
    energy: EnergyUse
    demand: LoadShape | None
    running: LoadShape | None
    hours: WorkingHours | None
    duration: Duration | None
    peaks: tuple[Peak, ...]
    power_factor: PowerFactor | None
    intensities: tuple[Compared, ...]
    flexibility: Flexibility | None


def efficiency(
    home: DerivedStore, park: Park, enterprise: str | None, stretch: Span, *, beside: BesideEnergy
) -> Efficiency:
    """Everything about a stretch of time.

    Args:
        home: of accounted rows.
        park: whose meters.
        enterprise: its id; None for the park.
        stretch: whole quarter-hours.
        beside: reads what is not in rows.

    Raises:
        TooLongError: if the time is too long for so many meters.
    """
    sums, border, site = RowSums(stretch), quarters(*stretch), site_of(park, enterprise)
    used = kept_intervals(park, _read(home, park, enterprise, sums), border)
    load = amounts(site.border, used, border)
    energy = energy_use(park, enterprise, sums)
    use = amounts(site.use, used, border)
    hours = None if use is None else working_hours(mean_demand(use), use.start, park.zone)
    turned = None if load is None else beside.reactive(site.border, border)
    claimed = _claimed(park, home, enterprise, stretch)
    told_of = Beside(beside.charges(site.storage, border), beside.available(site.generation, border), claimed)
    return Efficiency(
        stretch=stretch,
        enterprise=enterprise,
        energy=energy,
        demand=None if load is None else load_shape(load, park.zone),
        running=None if use is None else load_shape(use, park.zone, hours=hours),
        hours=hours,
        duration=None if load is None else duration_curve(load, points=_POINTS),
        peaks=() if load is None else peaks(load, _parts(park, enterprise, site, used), park.zone),
        power_factor=None if load is None or turned is None else power_factors(load, turned),
        intensities=_compared(home, park, enterprise, sums, beside),
        flexibility=flexibility(park, site, used, energy=energy, beside=told_of),
    )


def a_year_earlier(stretch: Span, park: Park) -> Span:
    """The same days of the year before: both ends move on the calendar, from a 29th of February to the 1st of March."""

    def earlier(time: Millis) -> Millis:
        day = local_date(time, park.zone)
        leap = (day.month, day.day) == _LEAP_DAY
        before = date(day.year - 1, 3, 1) if leap else day.replace(year=day.year - 1)
        return day_start(before, park.zone) + time - day_start(day, park.zone)

    return Span(earlier(stretch.start), earlier(stretch.end))


def _meters(park: Park, enterprise: str | None) -> list[Meter]:
    """Meters whose rows are needed."""
    if enterprise is None:
        return [m for m in park.carrier_meters if m.formula is None]
    own = {m.id for m in park.carrier_meters if m.enterprise == enterprise}
    terms = {meter for carrier in CARRIERS for meter in at_border(park, enterprise, carrier)}
    named = {p.energy_meter for p in park.products if p.enterprise == enterprise}
    wanted = {real for meter in own | terms | named if meter is not None for real in real_terms(park, meter)}
    return [m for m in park.meters if m.id in wanted]


def _read(home: DerivedStore, park: Park, enterprise: str | None, sums: RowSums) -> Iterator[Consumption]:
    """Rows piece by piece, added up on the way."""
    meters = tuple(m.id for m in _meters(park, enterprise))
    start, end = sums.stretch
    if (end - start) // QUARTER * len(meters) > MOST_INTERVALS:
        message = f"{len(meters):,} meters over that time are too much at once; ask for a shorter time"
        raise TooLongError(message)
    for begin in range(start, end, _AT_ONCE):
        piece = home.consumption(meters, start=begin, end=min(begin + _AT_ONCE, end)) if meters else None
        if piece is not None:
            sums.add(piece)
            yield piece


def _parts(park: Park, enterprise: str | None, site: Site, used: Mapping[str, Intervals]) -> dict[str, Intervals]:
    """What a load is made of: the enterprises of a park, the meters below the entries of an enterprise."""
    border = next(iter(used.values())).border if used else None
    if border is None:
        return {}
    if enterprise is None:
        found = {e.id: amounts(at_border(park, e.id, ELECTRICITY), used, border) for e in park.enterprises}
        return {name: part for name, part in found.items() if part is not None}
    below = [child.id for meter in site.border for child in park.children(meter)]
    return {meter: used[meter] for meter in below if meter in used}


def _claimed(park: Park, home: DerivedStore, enterprise: str | None, stretch: Span) -> float:
    """What the green ledger covers without CO2 in the months that lie within a stretch [kWh]."""
    first, last = (local_date(time, park.zone) for time in (stretch.start, stretch.end))
    months = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    spans = {month: span_of(f"{month:%Y-%m}", park.zone) for month in months}
    whole = [month for month, span in spans.items() if stretch.start <= span.start and span.end <= stretch.end]
    if not whole or not park.green_supply:
        return 0.0
    claims = ledger(park, home, finished=stretch.end)
    covered = (each for month in whole for each in claims.covered(enterprise, month))
    return math.fsum(each.kwh for each in covered if each.claim.kgco2_per_kwh == 0)


def _compared(
    home: DerivedStore, park: Park, enterprise: str | None, sums: RowSums, beside: BesideEnergy
) -> tuple[Compared, ...]:
    now = intensities(park, enterprise, sums, beside)
    if not any(one.values for one in now):
        return tuple(Compared(one, {}) for one in now)
    before = RowSums(a_year_earlier(sums.stretch, park))
    for _ in _read(home, park, enterprise, before):
        pass
    earlier = intensities(park, enterprise, before, beside)
    return tuple(Compared(one, change(one, other)) for one, other in zip(now, earlier, strict=True))
