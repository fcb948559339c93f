"""`/api/v1`: readings, consumption, emissions, rejections, meters and status as JSON."""

import base64
from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi import Query as QueryParameter

from dashboards.live.answers import (
    LatestAnswer,
    MeterAnswer,
    ReadingAnswer,
    ReadingsAnswer,
    RejectionAnswer,
    StatusAnswer,
)
from dashboards.live.api_accounting import accounting_routes
from dashboards.live.api_adoption import adoption_routes
from dashboards.live.api_analysis import analysis_routes
from dashboards.live.api_balance import balance_routes
from dashboards.live.api_bill import bill_routes
from dashboards.live.api_efficiency import efficiency_routes
from dashboards.live.api_events import event_routes
from dashboards.live.api_explain import explain_routes
from dashboards.live.api_flexibility import flexibility_routes
from dashboards.live.api_inbox import inbox_routes
from dashboards.live.api_inventory import inventory_routes
from dashboards.live.api_quality import quality_routes
from dashboards.live.api_records import record_routes
from dashboards.live.context import Context
from dashboards.live.figures.units import unit_of
from dashboards.live.parameters import (
    EveryParameter,
    FromParameter,
    MeterParameter,
    QuantityParameter,
    ToParameter,
    is_wanted,
    period,
    time,
)
from parkwatt.park import Meter, Park
from parkwatt.quantities import QUANTITIES, Kind
from parkwatt.readings import Quality, Reading, SeriesKey, to_iso
from parkwatt.store import Latest, Query

_MOST = 50_000


def api_routes(context: Context) -> APIRouter:
    """All routes under `/api/v1`."""
    router = APIRouter(prefix="/api/v1")
    router.include_router(accounting_routes(context))
    router.include_router(adoption_routes(context))
    router.include_router(inbox_routes(context))
    router.include_router(analysis_routes(context))
    router.include_router(balance_routes(context))
    router.include_router(bill_routes(context))
    router.include_router(quality_routes(context))
    router.include_router(explain_routes(context))
    router.include_router(efficiency_routes(context))
    router.include_router(flexibility_routes(context))
    router.include_router(record_routes(context))
    router.include_router(inventory_routes(context))
    router.include_router(event_routes(context))

    @router.get("/status", tags=["status"], summary="How the pipeline is doing")
    def status() -> StatusAnswer:
        now = context.status()
        return StatusAnswer(
            **now.totals._asdict(),
            spooled=now.spooled,
            waiting=now.waiting,
            meters=len(context.park.meters),
            unassigned=len(_unassigned(context)),
            connected=now.connected,
            problems=[problem.detail or problem.code for problem in now.problems],
        )

    @router.get("/meters", tags=["meters"], summary="Meters with their newest readings")
    def meters(meter: MeterParameter = None) -> dict[str, list[MeterAnswer]]:
        known = [m.id for m in context.park.meters] + _unassigned(context)
        newest = _newest(context, [i for i in known if is_wanted(i, meter)])
        return {"meters": [_meter_answer(context, i, answers) for i, answers in newest.items()]}

    @router.get("/readings", tags=["readings"], summary="Readings in order of time")
    def readings(  # noqa: PLR0913, PLR0917 - one argument per query parameter is how FastAPI reads them
        meter: MeterParameter = None,
        quantity: QuantityParameter = None,
        from_: FromParameter = None,
        to: ToParameter = None,
        every: EveryParameter = None,
        limit: Annotated[int, QueryParameter(ge=1, le=_MOST, description="Most readings in one page.")] = 10_000,
        after: Annotated[str | None, QueryParameter(description="Cursor `next` of the page before.")] = None,
    ) -> ReadingsAnswer:
        """Readings as they were measured; with `every`, one per period.

        A period's reading stands at its start and is the mean of a gauge, the last value of a register, the sum of
        an interval quantity; suspect readings are left out of it. Periods count from midnight UTC, 1970-01-01.
        """
        for name in quantity or ():
            if name not in QUANTITIES:
                raise HTTPException(400, f"quantity={name!r} is not known; use one of {', '.join(QUANTITIES)}")
        query = Query(tuple(meter or ()), tuple(quantity or ()), time(from_, "from"), time(to, "to"))
        length = period(every)
        if length is not None:
            return ReadingsAnswer(readings=list(_per_period(context, query, length, limit)), next=None)
        try:
            page = context.store.readings(query, limit=limit, after=after)
        except ValueError as error:
            raise HTTPException(400, f"after: {error}") from None
        return ReadingsAnswer(readings=[_reading_answer(context.park, r) for r in page.readings], next=page.next)

    @router.get("/rejections", tags=["rejections"], summary="What could not be read, newest first")
    def rejections(
        limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100, to: ToParameter = None
    ) -> dict[str, list[RejectionAnswer]]:
        return {
            "rejections": [
                RejectionAnswer(
                    topic=r.topic,
                    arrived=to_iso(r.arrived),
                    reason=r.reason,
                    payload=r.payload.decode(errors="backslashreplace"),
                    payload_base64=base64.b64encode(r.payload).decode(),
                )
                for r in context.store.rejections(limit=limit, before=time(to, "to"))
            ]
        }

    return router


def _unassigned(context: Context) -> list[str]:
    """Ids heard on the wire that the park file does not name."""
    return sorted(context.live.heard.keys() - context.park.meter_by_id.keys())


def _reading_answer(park: Park, r: Reading) -> ReadingAnswer:
    # Built without validation: the values are ours, and a page may hold 50,000.
    return ReadingAnswer.model_construct(
        meter=r.meter,
        quantity=r.quantity,
        phase=r.phase,
        time=to_iso(r.time),
        value=r.value,
        unit=unit_of(park, r.meter, r.quantity),
        quality=r.quality.text,
    )


def _per_period(context: Context, query: Query, length: int, limit: int) -> list[ReadingAnswer]:
    periods = context.store.buckets(query, every=length)
    number = sum(len(buckets.start) for buckets in periods.values())
    if number > limit:
        detail = f"{number} periods are more than limit={limit}; ask for a longer `every` or fewer meters"
        raise HTTPException(400, detail)
    found: list[tuple[int, ReadingAnswer]] = []
    for key, buckets in periods.items():
        kind = context.live.latest[key].kind if key in context.live.latest else QUANTITIES[key.quantity].kind
        values = {Kind.REGISTER: buckets.last, Kind.GAUGE: buckets.mean, Kind.INTERVAL: buckets.mean * buckets.count}
        unit = unit_of(context.park, key.meter, key.quantity)
        for start, value in zip(buckets.start.tolist(), values[kind].tolist(), strict=True):
            answer = ReadingAnswer(
                **key._asdict(), time=to_iso(start), value=value, unit=unit, quality=Quality.GOOD.text
            )
            found.append((start, answer))
    return [answer for _, answer in sorted(found, key=lambda pair: pair[0])]


def _newest(context: Context, meters: list[str]) -> dict[str, list[LatestAnswer]]:
    """The newest readings of some meters, in their order."""
    newest: dict[str, list[LatestAnswer]] = {meter: [] for meter in meters}
    known = context.live.latest
    for key in known:
        if key.meter in newest:
            newest[key.meter].append(_latest_answer(context.park, key, known[key]))
    return newest


def _latest_answer(park: Park, key: SeriesKey, latest: Latest) -> LatestAnswer:
    return LatestAnswer(
        quantity=key.quantity,
        phase=key.phase,
        time=to_iso(latest.time),
        value=latest.value,
        unit=unit_of(park, key.meter, key.quantity),
        quality=latest.quality.text,
    )


def _meter_answer(context: Context, meter_id: str, latest: list[LatestAnswer]) -> MeterAnswer:
    meter: Meter | None = context.park.meter_by_id.get(meter_id)
    heard, gone = context.live.heard.get(meter_id), context.live.stale.get(meter_id)
    return MeterAnswer(
        meter=meter_id,
        assigned=meter is not None,
        name=meter.name.model_dump() if meter else {},
        enterprise=meter.enterprise if meter else None,
        carrier=meter.carrier if meter else None,
        role=meter.role if meter else None,
        parent=meter.parent if meter else None,
        last_seen=to_iso(heard) if heard else None,
        gone_since=to_iso(gone) if gone else None,
        latest=latest,
    )
