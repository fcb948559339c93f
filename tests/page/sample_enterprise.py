"""Made-up figures of an enterprise: what the park's samples say of it, and a heat map of four weeks."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboards.live.figures.shapes import (
    Amount,
    CarrierDay,
    CarrierFlow,
    DayCurve,
    Demand,
    Emission,
    EnterpriseNow,
    EnterprisePage,
    HeatMap,
    MeterCounts,
    ParkDay,
    ParkNow,
    Source,
    SourcePower,
    Total,
    Values,
)
from parkwatt.park import Park
from parkwatt.readings import Millis
from tests.page import sample_meter

_DAYS = 28


def meters(park: Park) -> Mapping[str, MeterCounts]:
    """All meters are heard, but for one of every seventh enterprise."""
    found = {}
    for rank, enterprise in enumerate(park.enterprises):
        count = len(park.meters_of(enterprise.id))
        silent = int(rank % 7 == 2)
        found[enterprise.id] = MeterCounts(count - silent, 0, silent, 0)
    return found


def now(park: Park, enterprise: str, time: Millis, whole: ParkNow) -> EnterpriseNow:
    own = park.enterprise_by_id[enterprise]
    power = next(one for one in whole.enterprises if one.enterprise == own.id)
    rows = tuple(sample_meter.row(park, meter, time) for meter in park.meters_of(own.id))
    pv = 0.11 * (power.power.value or 0.0)
    return EnterpriseNow(
        time=time,
        version=whole.version,
        enterprise=own.id,
        power=power.power,
        sources=(
            SourcePower(Source.GRID, Total((power.power.value or 0.0) - pv, 1, 1)),
            SourcePower(Source.PV, Total(pv, 1, 1)),
        ),
        share=power.share,
        rank=[one.enterprise for one in whole.enterprises].index(own.id) + 1,
        carriers=(
            CarrierFlow("electricity", "kW", power.power),
            CarrierFlow("gas", "m3/h", Total(231.4, 1, 1)),
            CarrierFlow("water", "m3/h", Total(None, 1, 0)),
        ),
        co2=Emission(2.1),
        meters=rows,
        counts=meters(park)[own.id],
    )


def page(enterprise: str, time: Millis, day: ParkDay) -> EnterprisePage:
    rank = [one.enterprise for one in day.enterprises].index(enterprise)
    own = day.enterprises[rank]
    share = 0.14 / (rank + 1)
    return EnterprisePage(
        time=time,
        enterprise=enterprise,
        curve=_scaled(day.curve, share),
        power_yesterday=(day.power_yesterday or 0.0) * share,
        energy=replace(own.today, measured=0.964, estimated=0.024, missing=0.012),
        energy_yesterday=own.yesterday,
        usual=own.usual,
        co2=replace(day.co2, value=(day.co2.value or 0.0) * share),
        co2_yesterday=replace(day.co2_yesterday, value=(day.co2_yesterday.value or 0.0) * share),
        demand=Demand(
            8_312.0, time - 5 * 86_400_000, estimated=False, contract=9_000.0, running=6_310.0, expected=6_400.0
        ),
        carriers=(
            CarrierDay("gas", "m3", Amount(2_640.0, 1, 0, 0), Amount(2_510.0, 1, 0, 0)),
            CarrierDay("water", "m3", Amount(118.0, 0.71, 0, 0.29), Amount(160.0, 1, 0, 0)),
        ),
        heat_map=_heat_map(day.curve, share),
    )


def _scaled(curve: DayCurve, share: float) -> DayCurve:
    def times(values: Values) -> Values:
        return tuple(None if value is None else value * share for value in values)

    return replace(
        curve,
        sources=tuple(
            replace(one, values=times(one.values)) for one in curve.sources if one.source is not Source.BATTERY
        ),
        total=times(curve.total),
        yesterday=times(curve.yesterday),
    )


def _heat_map(curve: DayCurve, share: float) -> HeatMap:
    today = datetime.fromtimestamp(curve.start / 1000 + 8 * 3600, tz=UTC).date()
    days = [today - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    found: list[Values] = []
    for number, day in enumerate(days):
        work = 0.35 if day.weekday() >= 5 else 1.0
        hours: list[float | None] = [
            share * (21_000 + 27_000 * work * math.exp(-(((hour - 13.5) / 5) ** 4)) + 1_500 * math.sin(number * hour))
            for hour in range(24)
        ]
        if number == 11:
            hours[5:10] = [None] * 5
        if number == _DAYS - 1:
            hours[13:] = [None] * 11
        found.append(tuple(hours))
    return HeatMap(tuple(day.isoformat() for day in days), tuple(found))
