"""`/api/v1/quality`: how good the data are, what mends them, and whether there are enough meters."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi import Query as QueryParameter

from dashboards.live.accounted import accounted, span
from dashboards.live.answers_quality import (
    ComponentAnswer,
    CoverageAnswer,
    GroupQualityAnswer,
    MeterQualityAnswer,
    QualityAnswer,
)
from dashboards.live.context import Context
from dashboards.live.figures.evidence import evidence
from dashboards.live.figures.quality import judged
from dashboards.live.parameters import FromParameter, ToParameter
from parkwatt.accounting.coverage import Coverage, coverage, without_level
from parkwatt.accounting.group_quality import GroupQuality
from parkwatt.accounting.quality import MENDS, MeterQuality
from parkwatt.park import Park
from parkwatt.readings import to_iso
from parkwatt.store.open_derived import open_derived

EnterpriseParameter = Annotated[str | None, QueryParameter(description="Only this enterprise and its meters.")]


def quality_routes(context: Context) -> APIRouter:
    """The route that answers about quality."""
    router = APIRouter(tags=["accounting"])

    @router.get("/quality", summary="How good the data are, and what mends them")
    def quality(
        enterprise: EnterpriseParameter = None, from_: FromParameter = None, to: ToParameter = None
    ) -> QualityAnswer:
        """Scores per meter, enterprise and park, with their parts, and metering coverage; times as for balance."""
        park = context.park
        if enterprise is not None and enterprise not in park.enterprise_by_id:
            raise HTTPException(404, f"there is no enterprise {enterprise!r}")
        asked = span(context, from_, to)
        seen = evidence(context.store, open_derived(context.store), park, asked)
        found = judged(park, accounted(context, asked), seen, asked)
        owners = [owner for owner in found.enterprises if enterprise in {None, owner}]
        return QualityAnswer(
            start=to_iso(asked.start),
            end=to_iso(asked.end),
            park=None if found.park is None or enterprise else _group_answer(None, found.park),
            enterprises=[_group_answer(owner, found.enterprises[owner]) for owner in owners],
            meters=[
                _meter_answer(park, one)
                for one in found.meters.values()
                if enterprise in {None, park.meter_by_id[one.meter].enterprise}
            ],
            coverage=[_coverage_answer(one) for one in coverage(park) if enterprise in {None, one.enterprise}],
            without_level=[
                meter for meter in without_level(park) if enterprise in {None, park.meter_by_id[meter].enterprise}
            ],
        )

    return router


def _group_answer(owner: str | None, found: GroupQuality) -> GroupQualityAnswer:
    return GroupQualityAnswer(
        enterprise=owner,
        score=found.score,
        all_meters=found.all_meters,
        mains=found.mains,
        missing_mains=list(found.missing_mains),
        below_90=list(found.flagged),
        parts={part.value: score for part, score in found.parts.items()},
    )


def _meter_answer(park: Park, found: MeterQuality) -> MeterQualityAnswer:
    return MeterQualityAnswer(
        meter=found.meter,
        enterprise=park.meter_by_id[found.meter].enterprise,
        score=found.score,
        components=[
            ComponentAnswer(
                part=c.part, number=c.number, score=c.score, weight=c.weight, mend=MENDS[c.mend] if c.mend else None
            )
            for c in found.components
        ],
    )


def _coverage_answer(found: Coverage) -> CoverageAnswer:
    required = found.required
    return CoverageAnswer(
        enterprise=found.enterprise,
        carrier=found.carrier,
        level=found.level,
        meters=found.meters,
        needed=found.needed,
        rate=found.rate,
        required_rate=None if required is None else required.rate,
        lacking=found.lacking,
        source=None if required is None else required.source,
        checked=None if required is None else required.checked,
        declared_by=found.declared_by,
    )
