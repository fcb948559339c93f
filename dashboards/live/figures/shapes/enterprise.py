"""One enterprise."""

from dataclasses import dataclass

from dashboards.live.figures.shapes.common import (
    Amount,
    CarrierFlow,
    Emission,
    MeterCounts,
    SourcePower,
    Total,
    Usual,
    Values,
)
from dashboards.live.figures.shapes.day import CarrierDay, DayCurve, Demand
from dashboards.live.figures.shapes.meter import MeterRow
from parkwatt.readings import Millis


@dataclass(frozen=True, slots=True)
class EnterpriseNow:
    """An enterprise this second; from memory alone. `rank` counts from 1 by electricity used now."""

    time: Millis
    version: int
    enterprise: str
    power: Total
    sources: tuple[SourcePower, ...]
    share: float | None
    rank: int | None
    carriers: tuple[CarrierFlow, ...]
    co2: Emission
    meters: tuple[MeterRow, ...]
    counts: MeterCounts


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Hour by day.

    Attributes:
        days: ISO dates in the park's zone, the oldest first.
        values: per day 24 values, of the hours 0 to 23 on the wall clock [kWh]; None where nothing is known.
    """

    days: tuple[str, ...]
    values: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class EnterprisePage:
    """An enterprise's day; from the store. `curve` has what it takes in as `grid`, own generation as `pv`."""

    time: Millis
    enterprise: str
    curve: DayCurve
    power_yesterday: float | None
    energy: Amount
    energy_yesterday: Amount
    usual: Usual | None
    co2: Emission
    co2_yesterday: Emission
    demand: Demand
    carriers: tuple[CarrierDay, ...]
    heat_map: HeatMap
