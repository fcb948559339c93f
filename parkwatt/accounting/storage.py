"""Batteries: what they took and gave, what is lost on the way round, how hard they work, and the peak they shave."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.demand import mean_demand
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import Shares, ratio, shares_of, total, whole
from parkwatt.readings import Millis

LEAST_CYCLES = 10.0
"""Cycles after which what is left in the battery at both ends no longer matters much: 10 % of the result at worst."""
SAME_CHARGE = 1.0
"""States of charge that are no further apart are the same [%]."""
_HOUR = 3_600_000


class Basis(StrEnum):
    """What a round-trip efficiency rests on."""

    WHOLE_CYCLES = "whole_cycles"
    """Between two moments with the same state of charge, by readings."""
    CORRECTED = "corrected"
    """What the battery held more at the end is taken off, by readings and its capacity."""
    LONG_SPAN = "long_span"
    """Over many cycles; what it held at both ends is not known. An estimate."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What comes out of a battery per what went in.

    Attributes:
        efficiency: 0 to 1.
        start, end: of the time it is taken from [ms].
        basis: what it rests on.
        uncertainty: most it may be off for what the battery held at both ends; None where that cannot be said.
    """

    efficiency: float
    start: Millis
    end: Millis
    basis: Basis
    uncertainty: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Battery:
    """What a battery did, per interval; NaN where it is not known.

    Attributes:
        border: of the intervals [ms].
        charged, discharged: taken in, given back [kWh]; by the balance of each interval, one of them is zero.
        shares: how the time is known.
    """

    border: NDArray[np.int64]
    charged: Floats
    discharged: Floats
    shares: Shares

    def cycles(self, capacity: float | None) -> float | None:
        """Full equivalent cycles: what it gave back per capacity [kWh]."""
        return ratio(total(self.discharged), capacity)


def battery(taken: Intervals) -> Battery:
    """What a battery did, from what it took in less what it gave back [kWh]."""
    net = whole(taken)
    return Battery(taken.border, np.maximum(net, 0.0), np.maximum(-net, 0.0), shares_of([taken]))


def round_trip(found: Battery, *, charge: Floats | None = None, capacity: float | None = None) -> RoundTrip | None:
    """Round-trip efficiency; None where too little is known or the battery did too little.

    Args:
        found: what it did; a time in which something is missing ends what can be told, the longest rest counts.
        charge: state of charge at the borders [%], NaN where no reading says it.
        capacity: of the battery [kWh].
    """
    first, last = _longest_known(found)
    for basis in Basis:
        trip = _TRIPS[basis](found, first, last, charge, capacity)
        if trip is not None and 0 < trip.efficiency <= 1:
            return trip
    return None


def charge_at(time: NDArray[np.int64], value: Floats, border: NDArray[np.int64], *, max_age: Millis) -> Floats:
    """State of charge at borders [%]: the newest reading before each; NaN where that is older than `max_age` [ms]."""
    if not len(time):
        return np.full(len(border), np.nan)
    at = np.searchsorted(time, border, side="right") - 1
    fresh = (at >= 0) & (border - time[np.maximum(at, 0)] <= max_age)
    return np.where(fresh, value[np.maximum(at, 0)], np.nan)


def integrated_charge(found: Battery, capacity: float, *, efficiency: float) -> Floats:
    """State of charge at the borders [%] as energy says it: an estimate, its lowest point taken for empty.

    What is missing ends it: from there on it is not known.

    Args:
        found: what the battery did.
        capacity: [kWh].
        efficiency: of a round trip (0 to 1); the losses are taken to be in the charging.
    """
    held = np.concatenate(([0.0], np.cumsum(found.charged * efficiency - found.discharged)))
    if np.isnan(held).all():
        return held
    percent: Floats = (held - np.nanmin(held)) / capacity * 100.0
    return percent


@dataclass(frozen=True, slots=True)
class PeakShaved:
    """The highest demand with the battery, and what it would have been without.

    Attributes:
        with_battery, without: [kW].
        with_at, without_at: start of their 15 minutes [ms].
        shares: how the time is known.
    """

    with_battery: float
    without: float
    with_at: Millis
    without_at: Millis
    shares: Shares

    @property
    def shaved(self) -> float:
        """How much lower the peak is [kW]; negative where the battery made it higher."""
        return self.without - self.with_battery


def peak_shaved(net: Intervals, taken: Intervals) -> PeakShaved | None:
    """What a battery does to the highest demand; None where the two are never known together.

    Args:
        net: what came in over the border less what went out [kWh].
        taken: what the battery took in less what it gave back [kWh].
    """
    loaded = mean_demand(net)
    unloaded = loaded - whole(taken) / (taken.length / _HOUR)
    if np.isnan(unloaded).all():
        return None
    loaded = np.where(np.isnan(unloaded), np.nan, loaded)
    with_at, without_at = int(np.nanargmax(loaded)), int(np.nanargmax(unloaded))
    return PeakShaved(
        float(loaded[with_at]),
        float(unloaded[without_at]),
        int(net.start[with_at]),
        int(net.start[without_at]),
        shares_of([net, taken]),
    )


def _longest_known(found: Battery) -> tuple[int, int]:
    """The longest run of intervals that are all known: its first border and its last."""
    gaps = np.flatnonzero(np.isnan(found.charged))
    begins, ends = np.append(-1, gaps) + 1, np.append(gaps, len(found.charged))
    longest = int(np.argmax(ends - begins))
    return int(begins[longest]), int(ends[longest])


def _whole_cycles(
    found: Battery, first: int, last: int, charge: Floats | None, capacity: float | None
) -> RoundTrip | None:
    if charge is None:
        return None
    told = first + np.flatnonzero(~np.isnan(charge[first : last + 1]))
    if not len(told):
        return None
    start = int(told[0])
    same = told[np.abs(charge[told] - charge[start]) <= SAME_CHARGE]
    end = int(same[-1])
    went_in, came_out = _energy(found, start, end)
    if went_in <= 0 or (capacity is not None and came_out < capacity / 2):
        return None
    left = float(charge[end] - charge[start]) / 100 * (capacity or 0.0)
    efficiency, off = _without(left, went_in, came_out)
    at_most = None if capacity is None else off + SAME_CHARGE / 100 * capacity / went_in
    return RoundTrip(efficiency, int(found.border[start]), int(found.border[end]), Basis.WHOLE_CYCLES, at_most)


def _corrected(
    found: Battery, first: int, last: int, charge: Floats | None, capacity: float | None
) -> RoundTrip | None:
    if charge is None or capacity is None:
        return None
    told = first + np.flatnonzero(~np.isnan(charge[first : last + 1]))
    if len(told) < 2:
        return None
    start, end = int(told[0]), int(told[-1])
    went_in, came_out = _energy(found, start, end)
    left = float(charge[end] - charge[start]) / 100 * capacity
    if came_out < capacity:
        return None
    efficiency, off = _without(left, went_in, came_out)
    return RoundTrip(efficiency, int(found.border[start]), int(found.border[end]), Basis.CORRECTED, off)


def _long_span(
    found: Battery, first: int, last: int, _charge: Floats | None, capacity: float | None
) -> RoundTrip | None:
    went_in, came_out = _energy(found, first, last)
    if capacity is None or went_in <= 0 or came_out / capacity < LEAST_CYCLES:
        return None
    start, end = int(found.border[first]), int(found.border[last])
    return RoundTrip(came_out / went_in, start, end, Basis.LONG_SPAN, capacity / went_in)


_TRIPS = {Basis.WHOLE_CYCLES: _whole_cycles, Basis.CORRECTED: _corrected, Basis.LONG_SPAN: _long_span}


def _without(left: float, went_in: float, came_out: float) -> tuple[float, float]:
    """Efficiency without what the battery holds more at the end, and how far off it may be.

    All losses may be in giving back, then what is left took no more than itself; or all in taking in.
    """
    if went_in <= left:
        return 0.0, 0.0
    giving, taking = came_out / (went_in - left), (came_out + left) / went_in
    return (giving + taking) / 2, abs(giving - taking) / 2


def _energy(found: Battery, first: int, last: int) -> tuple[float, float]:
    """What went in and came out between two borders [kWh]."""
    here = slice(first, last)
    return total(found.charged[here]) or 0.0, total(found.discharged[here]) or 0.0
