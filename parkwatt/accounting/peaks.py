"""The highest demands of a stretch of time, and who makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from parkwatt.accounting.demand import mean_demand
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import whole
from parkwatt.accounting.periods import day_of
from parkwatt.readings import Millis

_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one part adds to a peak.

    Attributes:
        power: its mean power in those 15 minutes [kW]; None where it is not known.
        usual: its mean power over the whole stretch of time [kW]; None where nothing is known.
    """

    power: float | None
    usual: float | None


@dataclass(frozen=True, slots=True)
class Peak:
    """One of the highest demands.

    Attributes:
        start: of its 15 minutes [ms].
        power: [kW].
        estimated: whether a part of it is spread over a gap.
        parts: what each part adds, the most first; those that are not known last.
        rest: what no part explains [kW]; None where a part is not known.
    """

    start: Millis
    power: float
    estimated: bool
    parts: Mapping[str, Contribution]
    rest: float | None


def peaks(load: Intervals, parts: Mapping[str, Intervals], zone: ZoneInfo, *, count: int = 5) -> tuple[Peak, ...]:
    """The highest demands, one a day at most, the highest first.

    Args:
        load: of the whole [kWh].
        parts: of what it is made of, by name, of the same intervals [kWh].
        zone: whose days count.
        count: how many at most.
    """
    demand = mean_demand(load)
    order = np.argsort(-np.nan_to_num(demand, nan=-np.inf), kind="stable")
    powers = {name: whole(part) / (part.length / _HOUR) for name, part in parts.items()}
    usual = {name: _mean(power) for name, power in powers.items()}
    found: list[Peak] = []
    taken: list[tuple[Millis, Millis]] = []
    for at in order.tolist():
        start = int(load.start[at])
        if len(found) == count or np.isnan(demand[at]):
            break
        if any(begin <= start < end for begin, end in taken):
            continue
        taken.append(day_of(start, zone))
        adds = {name: Contribution(_known(power[at]), usual[name]) for name, power in powers.items()}
        ordered = dict(sorted(adds.items(), key=lambda item: (item[1].power is None, -(item[1].power or 0.0))))
        known = [part.power for part in adds.values() if part.power is not None]
        rest = float(demand[at]) - sum(known) if len(known) == len(adds) else None
        found.append(Peak(start, float(demand[at]), bool(load.estimated[at] > 0), ordered, rest))
    return tuple(found)


def _known(power: float) -> float | None:
    return None if np.isnan(power) else float(power)


def _mean(power: Floats) -> float | None:
    known = power[~np.isnan(power)]
    return float(known.mean()) if len(known) else None
