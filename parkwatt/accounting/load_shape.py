"""The shape of a load: how even it is, what never stops, its duration curve, start-up, and what runs in idle hours."""

import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.demand import Maximum, maximum, mean_demand
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import Shares, ratio, shares_of, total
from parkwatt.accounting.periods import slots_of_the_week
from parkwatt.accounting.working_hours import WorkingHours, working_hours

START_UP = 8
"""Quarter-hours at the begin of a working stretch that are its start-up."""
_DAY_SLOTS = 96
_NIGHT = (22 * 4, 6 * 4)
"""Night begins and ends [quarter-hours of the day]."""
_SATURDAY = 5
_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class LoadShape:
    """What the quarter-hours of a load say; only those of which 90 % is known count.

    Attributes:
        energy: of the quarter-hours that count [kWh].
        mean: [kW].
        maximum: highest mean of 15 minutes.
        base: 5th percentile of the means of 15 minutes [kW].
        high: 95th percentile [kW].
        night: from 22 to 6 o'clock on working and other days [kWh].
        weekend: on Saturdays and Sundays [kWh].
        idle: outside of working hours [kWh]; None for a load that runs around the clock.
        idle_waste: of it, above the base [kWh]; None for a load that runs around the clock.
        start_up: above the mean of working hours, in the first two hours of each working stretch [kWh]; None for a
            load that runs around the clock.
        shares: how the time is known.
    """

    energy: float
    mean: float
    maximum: Maximum
    base: float
    high: float
    night: float
    weekend: float
    idle: float | None
    idle_waste: float | None
    start_up: float | None
    shares: Shares

    @property
    def load_factor(self) -> float | None:
        """Mean per maximum (0 to 1): how even the load is."""
        return ratio(self.mean, self.maximum.value)

    @property
    def base_share(self) -> float | None:
        """Share of the energy that the base alone would have taken (0 to 1)."""
        return ratio(self.base, self.mean)


def load_shape(load: Intervals, zone: ZoneInfo, *, hours: WorkingHours | None = None) -> LoadShape | None:
    """The shape of a load; None where no quarter-hour counts.

    Args:
        load: energy per quarter-hour [kWh].
        zone: whose wall clock counts.
        hours: when it works, where that is known better than from the load itself.
    """
    power = mean_demand(load)
    hours = hours or working_hours(power, load.start, zone)
    highest = maximum(load)
    if hours is None or highest is None:
        return None
    energy = power * (load.length / _HOUR)
    slot = slots_of_the_week(load.start, zone)
    of_day, weekday = slot % _DAY_SLOTS, slot // _DAY_SLOTS
    known = ~np.isnan(power)
    all_energy = total(energy) or 0.0
    working = hours.working[slot]
    outside = known & ~working
    base = hours.base * (load.length / _HOUR)
    steady = hours.round_the_clock
    return LoadShape(
        energy=all_energy,
        mean=all_energy / (float(load.length[known].sum()) / _HOUR),
        maximum=highest,
        base=hours.base,
        high=hours.high,
        night=_sum(energy, known & ((of_day >= _NIGHT[0]) | (of_day < _NIGHT[1]))),
        weekend=_sum(energy, known & (weekday >= _SATURDAY)),
        idle=None if steady else _sum(energy, outside),
        idle_waste=None if steady else _sum(np.maximum(energy - base, 0.0), outside),
        start_up=None if steady else _start_up(energy, known, working),
        shares=shares_of([load]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Duration:
    """A load duration curve.

    Attributes:
        power: from the highest to the lowest [kW].
        hours: for how long the load was at least that high [h].
    """

    power: Floats
    hours: Floats


def duration_curve(load: Intervals, *, points: int | None = None) -> Duration:
    """The load duration curve of the quarter-hours that count: power x time is their energy.

    Args:
        load: energy per quarter-hour [kWh].
        points: about how many to draw, the highest and the lowest always among them; None for all.
    """
    power = mean_demand(load)
    known = ~np.isnan(power)
    order = np.argsort(-power[known], kind="stable")
    power = power[known][order]
    hours: Floats = np.cumsum((load.length[known] / _HOUR)[order])
    if points is not None and len(power) > points:
        chosen = np.unique(np.linspace(0, len(power) - 1, points).round().astype(np.int64))
        power, hours = power[chosen], hours[chosen]
    return Duration(power, hours)


def _sum(energy: Floats, chosen: NDArray[np.bool_]) -> float:
    return math.fsum(energy[chosen].tolist())


def _start_up(energy: Floats, known: NDArray[np.bool_], working: NDArray[np.bool_]) -> float:
    """What the first two hours of working stretches take above the mean of working hours."""
    at_work = known & working
    if not at_work.any():
        return 0.0
    begins = np.flatnonzero(working & ~np.concatenate(([True], working[:-1])))  # a stretch cut off by the span is none
    first = np.zeros(len(energy), np.bool_)
    for begin in begins.tolist():
        first[begin : begin + START_UP] = True
    mean = float(energy[at_work].mean())
    return _sum(np.maximum(energy - mean, 0.0), first & at_work)
