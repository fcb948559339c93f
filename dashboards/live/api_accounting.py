"""`/api/v1/consumption` and `/api/v1/emissions`: what registers counted, and the CO2 it stands for."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

import numpy as np
from fastapi import APIRouter, HTTPException
from numpy.typing import NDArray

from dashboards.emitters import emitters
from dashboards.live.answers import ConsumptionAnswer, EmissionAnswer, FactorAnswer
from dashboards.live.context import Context
from dashboards.live.explain_links import PeriodLinks
from dashboards.live.parameters import (
    EveryParameter,
    FromParameter,
    MeterParameter,
    ToParameter,
    is_wanted,
    period,
    time,
)
from parkwatt.accounting import intervals
from parkwatt.accounting.amounts import from_amounts
from parkwatt.accounting.conversions import of_carrier
from parkwatt.accounting.emissions import register_per_flow_hour
from parkwatt.accounting.factors import FactorBook
from parkwatt.accounting.life import Lives
from parkwatt.accounting.meters import EXPORT, PRODUCTION, taken_in
from parkwatt.accounting.periods import QUARTER, borders, day_of, day_start, local_date, quarter_of
from parkwatt.accounting.power import filled, from_power
from parkwatt.accounting.site import Terms
from parkwatt.park import Meter, Park, Role
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, SeriesKey, to_iso
from parkwatt.store import Edges
from parkwatt.store.derived import Stretch
from parkwatt.surroundings import Seen, Surroundings

_DAY = 86_400_000
_MOST_PERIODS = 200_000
_LOCATION = "co2_location_kg"
_DIRECTIONS = {EXPORT: "out", PRODUCTION: "out"}
"""Registers that count what goes out; every other one counts what comes in."""

Borders = NDArray[np.int64]


def accounting_routes(context: Context) -> APIRouter:
    """The routes that answer with accounting."""
    router = APIRouter(tags=["accounting"])

    @router.get("/consumption", summary="Consumption per meter and period, from registers")
    def consumption(
        meter: MeterParameter = None,
        from_: FromParameter = None,
        to: ToParameter = None,
        every: EveryParameter = None,
    ) -> dict[str, list[ConsumptionAnswer]]:
        """What registers counted between the borders of periods, which are aligned to the park's local day.

        One row for what came in and one for what went out: a generator that counts its production has that alone. Where
        registers say nothing of a period, what flowed stands in, all of it estimated.

        Without `from` and `to`: the last 24 hours. `every` is a multiple of 15min, or 1d for local days.
        """
        edges = _borders(context, from_, to, every)
        meters = [m for m in context.park.meters if is_wanted(m.id, meter)]
        if len(meters) * (len(edges) - 1) > _MOST_PERIODS:
            raise HTTPException(400, "that is too much for one answer; ask for fewer meters, a shorter time or 1d")
        found = []
        registers = _registers(context, meters, edges)
        links = PeriodLinks(edges.tolist(), context.park.zone)
        for key, used in registers.items():
            about = context.park.meter_by_id[key.meter]
            if not _counts(about, key, registers):
                continue
            why = links.of(what="amount", meter=key.meter)
            for i, (start, end) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
                amount = float(used.amount[i])
                found.append(
                    ConsumptionAnswer(
                        meter=key.meter,
                        enterprise=about.enterprise,
                        carrier=about.carrier,
                        direction=_DIRECTIONS.get(key.quantity, "in"),
                        start=to_iso(start),
                        end=to_iso(end),
                        amount=None if np.isnan(amount) else amount,
                        unit=QUANTITIES[key.quantity].unit,
                        measured_share=round(float(used.measured[i]), 6),
                        estimated_share=round(float(used.estimated[i]), 6),
                        explain=why[i],
                    )
                )
        return {"consumption": found}

    @router.get("/emissions", summary="CO2 per enterprise, carrier and period")
    def emission(
        from_: FromParameter = None, to: ToParameter = None, every: EveryParameter = None
    ) -> dict[str, list[EmissionAnswer] | list[FactorAnswer]]:
        """Location-based CO2 of what each enterprise took in, and the park itself (null), less what they hand on.

        All rows of a period add up to what came in over the border of the park. Times as for consumption.
        """
        edges = _borders(context, from_, to, every)
        used = _registers(context, context.park.meters, edges)
        book, region = FactorBook.of(context.park), context.park.grid_region
        years = [local_date(start, context.park.zone).year for start in edges[:-1].tolist()]
        answers: list[EmissionAnswer] = []
        factors: dict[str, FactorAnswer] = {}
        links = PeriodLinks(edges.tolist(), context.park.zone)
        for enterprise, carrier, terms in emitters(context.park):
            by_year = {year: of_carrier(book, carrier, region, year=year).get(_LOCATION) for year in set(years)}
            total = _sum(context.park, terms, used, edges)
            why = links.of(what="co2_location", enterprise=enterprise or "", carrier=carrier)
            for factor in {f for each in by_year.values() if each is not None for f in each.factors}:
                known = {name: getattr(factor, name) for name in FactorAnswer.model_fields}
                factors[factor.id] = FactorAnswer(**known)
            answers += [
                EmissionAnswer(
                    enterprise=enterprise,
                    carrier=carrier,
                    start=to_iso(start),
                    end=to_iso(end),
                    co2_location_kg=None if np.isnan(amount) else amount * conversion.per_unit,
                    measured_share=round(share, 6),
                    factors=[factor.id for factor in conversion.factors],
                    explain=link if enterprise else None,
                )
                for start, end, amount, share, year, link in zip(
                    edges[:-1].tolist(),
                    edges[1:].tolist(),
                    total.amount.tolist(),
                    total.measured.tolist(),
                    years,
                    why,
                    strict=True,
                )
                for conversion in (by_year[year],)
                if conversion is not None
            ]
        return {"emissions": answers, "factors": list(factors.values())}

    return router


def _counts(meter: Meter, register: SeriesKey, registers: Collection[SeriesKey]) -> bool:
    """Whether a register is not said by another one too: what a generator makes is what it gives out."""
    makes = meter.role is Role.GENERATION and SeriesKey(meter.id, PRODUCTION, None) in registers
    return (register.quantity == PRODUCTION) == makes


def _sum(
    park: Park, terms: Terms, used: Mapping[SeriesKey, intervals.Intervals], edges: Borders
) -> intervals.Intervals:
    """A sum of meters, each times a number, as far as known."""
    parts = []
    for id_, factor in terms.items():
        part = _taken_in(park.meter_by_id[id_], used, edges)
        parts.append(replace(part, amount=part.amount * factor))
    return intervals.added(parts, edges)


def _taken_in(meter: Meter, used: Mapping[SeriesKey, intervals.Intervals], edges: Borders) -> intervals.Intervals:
    """What a meter took in less what it gave back; missing where its registers say nothing."""
    found = taken_in(meter, lambda quantity: used.get(SeriesKey(meter.id, quantity, None)))
    return intervals.missing(edges) if found is None else found


def _borders(context: Context, from_: str | None, to: str | None, every: str | None) -> Borders:
    """Borders of the asked periods, aligned to the park's local time."""
    now = context.clock()
    end = time(to, "to") or now
    start = time(from_, "from")
    start = quarter_of(end - _DAY if start is None else start, context.park.zone)
    length = period(every) or QUARTER
    if start >= end:
        raise HTTPException(400, "from must be before to")
    if (end - start) // length > _MOST_PERIODS:
        raise HTTPException(400, "that is too long for one answer; ask for a shorter time or longer periods")
    if length == _DAY:
        return _local_days(context, start, end)
    if length % QUARTER:
        raise HTTPException(400, f"every={every!r} is no multiple of 15min")
    first_day, _ = day_of(start, context.park.zone)
    return borders(first_day + (start - first_day) // length * length, end, every=length)


def _local_days(context: Context, start: Millis, end: Millis) -> Borders:
    """The local days that a time touches, whole."""
    zone = context.park.zone
    day, last = local_date(start, zone), local_date(end - 1, zone)
    found = [day_start(day, zone)]
    while day <= last:
        day += timedelta(days=1)
        found.append(day_start(day, zone))
    return np.array(found, np.int64)


def _registers(
    context: Context, meters: list[Meter] | tuple[Meter, ...], edges: Borders
) -> dict[SeriesKey, intervals.Intervals]:
    """Consumption between the borders of everything that counts of some meters."""
    if not meters:
        return {}
    latest = context.store.latest()
    newest = {key: Seen(min(one.time, context.clock()), one.kind) for key, one in latest.items()}
    by_id, lives = {m.id: m for m in meters}, Lives(context.park)
    around = Surroundings(context.store, clock=context.clock)
    found = around.around(meters, Stretch(int(edges[0]), int(edges[-1])), newest, lives)
    used = {
        key: intervals.consumption(one, edges, life=lives.of(by_id[key.meter], key.quantity), zone=lives.zone)
        for key, one in found.registers.items()
    }
    used |= {
        key: from_amounts(*one, edges, life=lives.of(by_id[key.meter], key.quantity))
        for key, one in found.amounts.items()
    }
    lacking = [m for m in meters if SeriesKey(m.id, m.medium.flow, None) in latest and _is_lacking(m, used)]
    flows = around.flows(lacking, Stretch(int(edges[0]), int(edges[-1])))
    return used | _from_flows(lacking, used, flows, edges)


def _is_lacking(meter: Meter, used: Mapping[SeriesKey, intervals.Intervals]) -> bool:
    """Whether registers say nothing of a meter in one of the periods."""
    found = taken_in(meter, lambda quantity: used.get(SeriesKey(meter.id, quantity, None)))
    return found is None or bool(np.isnan(found.amount).any())


def _from_flows(
    meters: Collection[Meter],
    used: Mapping[SeriesKey, intervals.Intervals],
    flows: Mapping[SeriesKey, Edges],
    edges: Borders,
) -> dict[SeriesKey, intervals.Intervals]:
    """What flowed where registers say nothing, as accounted rows have it: estimated, for the register of it."""
    found = {}
    for meter in meters:
        flow = flows.get(SeriesKey(meter.id, meter.medium.flow, None))
        makes = meter.role is Role.GENERATION and meter.carrier == "electricity"
        key = SeriesKey(meter.id, PRODUCTION if makes else meter.medium.register, None)
        others = {SeriesKey(meter.id, name, None) for name in (EXPORT, PRODUCTION, meter.medium.register)} - {key}
        if flow is None or others & used.keys():
            continue
        per_hour = register_per_flow_hour(meter.carrier)
        # What a generator makes is negative as a flow, and a positive amount of what it produced.
        estimate = from_power(flow, edges, factor=-per_hour if makes else per_hour)
        found[key] = filled(used[key], estimate) if key in used else estimate
    return found
