"""`/api/v1/explain`: where a figure comes from, down to the messages, every level worked out again."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from dashboards.live.answers_explain import ChainAnswer
from dashboards.live.asked_site import EnterpriseParameter
from dashboards.live.context import Context
from dashboards.live.explained import counted_since, explained
from dashboards.live.words import Language
from parkwatt.explaining import NobodyError, NoFigureError
from parkwatt.explaining.as_json import as_json
from parkwatt.explaining.questions import question_of

_WhatParameter = Annotated[
    str, Query(description="amount, kwh, tce, tce_equal, co2_location, co2_market, co2_annex4 or cost.")
]
_MeterParameter = Annotated[str | None, Query(description="Id of a meter, in place of an enterprise.")]
_YearParameter = Annotated[str | None, Query(description="2026")]
_MonthParameter = Annotated[str | None, Query(description="2026-07")]
_DayParameter = Annotated[str | None, Query(description="2026-07-15")]
_AtParameter = Annotated[str | None, Query(description="ISO 8601 with zone: the quarter-hour of a moment.")]
_FromParameter = Annotated[str | None, Query(alias="from", description="First day, 2026-07-13; with `to`.")]
_ToParameter = Annotated[str | None, Query(description="The day after the last, 2026-07-20.")]
_CarrierParameter = Annotated[str | None, Query(description="Only what flows of this.")]
_DomainParameter = Annotated[str | None, Query(description="Only what serves this part of the park.")]
_DepthParameter = Annotated[
    str | None, Query(description="figure, meters, days, intervals, readings or messages; fits the time if left out.")
]
_LanguageParameter = Annotated[Language, Query(alias="lang", description="Language of the sentences.")]
_REFUSED: dict[int | str, dict[str, object]] = {
    400: {"description": "There is no such figure, or its chain is too long."},
    404: {"description": "No such enterprise or meter."},
}


def explain_routes(context: Context) -> APIRouter:
    """The route that explains."""
    router = APIRouter(tags=["accounting"])

    @router.get("/explain", summary="Where a figure comes from", responses=_REFUSED, response_model_exclude_unset=True)
    def explain(  # noqa: PLR0913, PLR0917 - one argument per query parameter is how FastAPI reads them
        what: _WhatParameter,
        enterprise: EnterpriseParameter = None,
        meter: _MeterParameter = None,
        year: _YearParameter = None,
        month: _MonthParameter = None,
        day: _DayParameter = None,
        at: _AtParameter = None,
        from_: _FromParameter = None,
        to: _ToParameter = None,
        carrier: _CarrierParameter = None,
        domain: _DomainParameter = None,
        depth: _DepthParameter = None,
        lang: _LanguageParameter = "en",
    ) -> ChainAnswer:
        """The meters, factors, intervals, readings and messages that a figure rests on, and the rules between them.

        One of `year`, `month`, `day`, `at`, or `from` and `to`, says of which time. Every level is worked out again
        from the one below it; `differing` counts where that comes to another number.
        """
        words = {"what": what, "enterprise": enterprise, "meter": meter, "carrier": carrier, "domain": domain}
        times = {"year": year, "month": month, "day": day, "at": at, "from": from_, "to": to}
        try:
            question = question_of(context.park, words | times | {"depth": depth})
            chain = explained(context, question)
            return ChainAnswer.model_validate(as_json(chain, lang, counted_since(context, chain)))
        except NobodyError as error:
            raise HTTPException(404, str(error)) from None
        except NoFigureError as error:
            raise HTTPException(400, str(error)) from None

    return router
