"""`/api/v1/analysis`: any period against any other, by carrier, enterprise, domain or meter."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from dashboards.live.accounted import span
from dashboards.live.analysis_table import as_csv
from dashboards.live.answers_analysis import AnalysisAnswer, AnalysisLine, AnalysisSide, StepAnswer
from dashboards.live.context import Context
from dashboards.live.explain_links import explain_api, scope_words, time_words
from dashboards.live.parameters import FromParameter, MeterParameter, ToParameter, is_wanted, time
from parkwatt.accounting.analysed import Line, exact
from parkwatt.accounting.calendar_spans import Every
from parkwatt.accounting.dividing import By, Group, Scope, What, below_another
from parkwatt.accounting.periods import QUARTER, day_of
from parkwatt.analysis import Analysis, Question, Side, Versus, analyse, steps, unit_of
from parkwatt.kept_rows import TooLongError
from parkwatt.park import Domain, Park
from parkwatt.park.carriers import CARRIERS
from parkwatt.park.times import Span
from parkwatt.readings import to_iso
from parkwatt.store.open_derived import open_derived

_REFUSED: dict[int | str, dict[str, object]] = {
    400: {"description": "The time cannot be read or is too long, or the filters contradict each other."},
    404: {"description": "No such enterprise or meter."},
}

WhatParameter = Annotated[
    What,
    Query(
        description="kwh: energy used. amount: in the unit of one carrier. tce, tce_equal: t of standard coal by "
        "equivalent and by equal value. co2_...: kg. cost: yuan. All but kwh and amount are of what comes in."
    ),
]
ByParameter = Annotated[By, Query(description="What makes a group; the groups add up to the whole.")]
VersusParameter = Annotated[
    str | None,
    Query(description="previous: the period before. year_before: the same a year before. Or FROM/TO. Nothing without."),
]
CarrierParameter = Annotated[str | None, Query(description="Only this carrier.")]
DomainParameter = Annotated[Domain | None, Query(description="Only what serves this part of the park.")]
OwnerParameter = Annotated[str | None, Query(description="Id of an enterprise; empty for the park's own.")]


def analysis_routes(context: Context) -> APIRouter:
    """The route that compares periods."""
    router = APIRouter(tags=["accounting"])

    @router.get(
        "/analysis",
        summary="Any period against any other, grouped and filtered",
        response_model=AnalysisAnswer,
        responses=_REFUSED,
    )
    def analysis(  # noqa: PLR0913, PLR0917 - one argument per query parameter is how FastAPI reads them
        what: WhatParameter = What.KWH,
        from_: FromParameter = None,
        to: ToParameter = None,
        every: Annotated[Every | None, Query(description="Length of the periods of the series.")] = None,
        by: ByParameter = By.NONE,
        carrier: CarrierParameter = None,
        enterprise: OwnerParameter = None,
        domain: DomainParameter = None,
        meter: MeterParameter = None,
        versus: VersusParameter = None,
        format_: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    ) -> AnalysisAnswer | Response:
        """From accounted quarter-hours; without `from` and `to` of the last 30 whole local days.

        What is not settled yet is left out on both sides. Nothing is counted twice: what an enterprise or a domain
        hands on to another through a meter is that one's. With `meter`, what went through these meters.
        """
        scope = _scope(context.park, carrier=carrier, enterprise=enterprise, domain=domain, meter=meter)
        if what is What.AMOUNT and unit_of(context.park, what, scope) is None:
            raise HTTPException(400, "what=amount has a unit only of one carrier; add carrier=, or ask for what=kwh")
        known = span(context, from_, to)
        end = time(to, "to")
        asked = Span(known.start, known.end if end is None else max(end // QUARTER * QUARTER, known.end))
        question = Question(what, asked, Span(*known), by, scope, every, _versus(context, versus))
        try:
            found = analyse(open_derived(context.store), context.park, question)
        except TooLongError as error:
            raise HTTPException(400, str(error)) from None
        if format_ == "csv":
            name = f"analysis-{what}-{by}.csv"
            headers = {"content-disposition": f'attachment; filename="{name}"'}
            return Response(as_csv(context.park, found), media_type="text/csv; charset=utf-8", headers=headers)
        return _answer(context.park, found)

    return router


def _scope(
    park: Park, *, carrier: str | None, enterprise: str | None, domain: Domain | None, meter: list[str] | None
) -> Scope:
    """What of the park is asked for.

    Raises:
        HTTPException: 400 if there is no such carrier, or meters would count twice; 404 without enterprise or meter.
    """
    if carrier is not None and carrier not in CARRIERS:
        raise HTTPException(400, f"carrier={carrier!r} is not known; use one of {', '.join(CARRIERS)}")
    if enterprise and enterprise not in park.enterprise_by_id:
        raise HTTPException(404, f"there is no enterprise {enterprise!r}")
    for name in meter or ():
        if not any(is_wanted(known.id, [name]) for known in park.meters):
            raise HTTPException(404, f"there is no meter {name!r}")
    meters = tuple(known.id for known in park.meters if meter and is_wanted(known.id, meter))
    if (twice := below_another(park, meters)) is not None:
        raise HTTPException(400, f"meter {twice[0]} is below {twice[1]}, which holds it already; ask for one of them")
    return Scope(carrier, enterprise, domain, meters)


def _versus(context: Context, text: str | None) -> Versus | Span | None:
    """The other period.

    Raises:
        HTTPException: 400 if it is none.
    """
    if not text or text in set(Versus):
        return Versus(text) if text else None
    first, slash, last = text.partition("/")
    if not slash:
        raise HTTPException(400, f"versus={text!r} is no period; use previous, year_before, or FROM/TO")
    start, end = time(first, "versus"), time(last, "versus")
    midnight = day_of(context.clock(), context.park.zone)[0]
    start, end = (midnight if one is None else one // QUARTER * QUARTER for one in (start, end))
    if start >= end:
        raise HTTPException(400, "versus: FROM must be before TO, a quarter-hour at least")
    return Span(start, end)


def _answer(park: Park, found: Analysis) -> AnalysisAnswer:
    now, then = found.now, found.then
    return AnalysisAnswer(
        what=found.question.what,
        unit=unit_of(park, found.question.what, found.question.scope) or "",
        by=found.question.by,
        every=found.every,
        now=_side(park, found.question, now),
        versus=None if then is None else _side(park, found.question, then),
        change=found.change,
        waterfall=[StepAnswer(groups=list(s.groups), change=exact(s.change), whole=s.whole) for s in steps(found)],
        left_out=list(found.left_out),
    )


def _side(park: Park, question: Question, side: Side) -> AnalysisSide:
    time = time_words(side.span.start, side.span.end, park.zone)

    def why(scope: Scope | None) -> str | None:
        whose = None if scope is None else scope_words(scope)
        return None if time is None or whose is None else explain_api(whose, what=str(question.what), **time)

    return AnalysisSide(
        start=to_iso(side.span.start),
        end=to_iso(side.span.end),
        periods=[to_iso(start) for start in side.borders[:-1].tolist()],
        groups=[_line(group, one, why(_narrowed(question, group))) for group, one in side.groups.items()],
        whole=_line(None, side.whole, why(question.scope)),
    )


def _narrowed(question: Question, group: Group) -> Scope | None:
    """What a group alone would be asked as; None where that has another figure, or none."""
    scope = question.scope
    match question.by:
        case By.NONE:
            return scope
        case By.CARRIER if not scope.meters:
            return replace(scope, carrier=group)
        case By.ENTERPRISE if group is not None and not scope.meters:
            return replace(scope, enterprise=group)
        case By.DOMAIN if group is not None and not scope.meters:
            return replace(scope, domain=group)
    return None


def _line(group: Group, one: Line, explain: str | None) -> AnalysisLine:
    return AnalysisLine(
        group=group,
        values=list(one.values),
        total=one.total,
        measured_share=round(one.shares.measured, 6),
        estimated_share=round(one.shares.estimated, 6),
        missing_share=round(one.shares.missing, 6),
        measured_shares=[round(known.measured, 6) for known in one.known],
        estimated_shares=[round(known.estimated, 6) for known in one.known],
        lacking=list(one.lacking),
        factors=list(one.factors),
        explain=explain,
    )
