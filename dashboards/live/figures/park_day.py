"""The park's day from the store: heavier, computed every some seconds."""

from dashboards.live.context import Context
from dashboards.live.figures import day
from dashboards.live.figures.carbon import co2_of_amounts
from dashboards.live.figures.day import DayTimes
from dashboards.live.figures.history import RegisterHistory
from dashboards.live.figures.moment import Groups, Meters
from dashboards.live.figures.shapes import EnterpriseDay, ParkDay
from dashboards.live.figures.sites import enterprise_sites, park_site
from parkwatt.readings import Millis


class ParkDayFigures:
    """Computes `ParkDay`; made once per park, and remembers the days that are over."""

    def __init__(self, context: Context) -> None:
        """Work out which meters make which number."""
        park = context.park
        self._park = park
        self._live = context.live
        self._site = park_site(park)
        self._enterprises = enterprise_sites(park)
        self._grid = Meters([term.meter for term in self._site.entry])
        self._grid_sum = Groups(self._grid, [self._site.entry])
        entries = {meter.id: meter for site in self._enterprises.values() for meter in site.meters}
        self._all = RegisterHistory(context, park.meters)
        self._entries = RegisterHistory(context, list(entries.values()))
        self._supply = RegisterHistory(context, self._grid.meters)

    def at(self, now: Millis) -> ParkDay:
        """The park's day at `now`."""
        times = DayTimes.at(now, self._park.zone)
        registers = self._all.since(times.yesterday, times.start, now)
        curve = day.curve(registers, self._site, times)
        energy = day.electricity(registers, self._site, times.start, now)
        carbon = co2_of_amounts(day.imported(registers, self._site, times.start, now), self._park.grid_region)
        carbon_yesterday = co2_of_amounts(
            day.imported(registers, self._site, times.yesterday, times.yesterday_now), self._park.grid_region
        )
        power_now = self._grid_sum.totals(self._grid.at(self._live, now))[0]
        return ParkDay(
            time=now,
            curve=curve,
            power_yesterday=day.power_yesterday(curve, now),
            energy=energy,
            energy_yesterday=day.electricity(registers, self._site, times.yesterday, times.yesterday_now),
            clean_share=day.clean_share(registers, self._site, times),
            co2=carbon,
            co2_yesterday=carbon_yesterday,
            co2_intensity=_intensity(carbon.by_carrier.get("electricity"), energy.value),
            demand=day.demand(
                registers,
                self._site,
                times,
                day.month_maximum(self._supply, self._site, times),
                power_now.value if power_now.complete else None,
            ),
            carriers=day.carrier_days(registers, self._site, times),
            enterprises=tuple(
                EnterpriseDay(
                    enterprise=name,
                    today=day.electricity(registers, site, times.start, now),
                    yesterday=day.electricity(registers, site, times.yesterday, times.yesterday_now),
                    usual=day.usual(self._entries, site, times),
                )
                for name, site in self._enterprises.items()
                if site.sources
            ),
            resets=registers.resets(self._park.meters),
        )


def _intensity(carbon: float | None, energy: float | None) -> float | None:
    """CO2 per electricity used [kg/kWh]."""
    return None if carbon is None or energy is None or energy <= 0 else carbon * 1000 / energy
