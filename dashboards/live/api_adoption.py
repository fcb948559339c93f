"""`/api/v1/meters/{meter}/adopt` and `/api/v1/changes`: meters go into the park file, and come out again."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from dashboards.live.answers_adoption import (
    AdoptBody,
    AdoptedAnswer,
    AdoptionRefusal,
    ChangeAnswer,
    DraftAnswer,
    PreviewAnswer,
)
from dashboards.live.context import Context
from dashboards.live.words import Language, Words
from parkwatt.adoption import Adoption, AdoptionError

_LanguageParameter = Annotated[Language, Query(alias="lang", description="Language of the sentences.")]
_STATUS = {
    "not_heard": HTTPStatus.NOT_FOUND,
    "no_change": HTTPStatus.NOT_FOUND,
    "known": HTTPStatus.CONFLICT,
    "changed": HTTPStatus.CONFLICT,
    "unsettled": HTTPStatus.SERVICE_UNAVAILABLE,
    "not_written": HTTPStatus.INSUFFICIENT_STORAGE,
}
_REFUSED = {
    404: {"description": "No such meter was heard, or there is no such change."},
    409: {"description": "The meter is in the park file already, or the file was changed meanwhile."},
    422: {"description": "It does not fit; `detail` says why, and which values, as codes and as sentences."},
    503: {"description": "The store cannot take it now; try again later."},
    507: {"description": "The park's files cannot be written."},
}


def adoption_routes(context: Context) -> APIRouter:
    """The routes that change the park file."""
    router = APIRouter(tags=["adoption"])

    @router.post("/meters/{meter:path}/adopt/preview", summary="What adopting a meter would write")
    def preview(meter: str, body: AdoptBody, lang: _LanguageParameter = "en") -> PreviewAnswer:
        """Changes nothing; says what would be written, or why nothing can be."""
        words = Words(lang)
        try:
            return PreviewAnswer(draft=DraftAnswer.of(_adoption(context).preview(body.wish(meter)), words))
        except AdoptionError as error:
            return PreviewAnswer(refusal=AdoptionRefusal.of(error, words))

    @router.post(
        "/meters/{meter:path}/adopt",
        status_code=201,
        summary="Write a meter that is only heard into the park file",
        responses=_only(404, 409, 422, 503, 507),
    )
    def adopt(meter: str, body: AdoptBody, lang: _LanguageParameter = "en") -> AdoptedAnswer:
        """Adds lines and changes none; from then on the meter counts, with all it said so far."""
        try:
            adopted = _adoption(context).adopt(body.wish(meter), version=body.version)
        except AdoptionError as error:
            raise _refusal(error, lang) from error
        return AdoptedAnswer.of(adopted, Words(lang))

    @router.get("/changes", summary="Changes of the park's files that were made here and stand, the newest first")
    def changes() -> dict[str, list[ChangeAnswer]]:
        return {"changes": [ChangeAnswer.of(change) for change in _adoption(context).changes()]}

    @router.post("/changes/{change}/undo", summary="Take a change back", responses=_only(404, 409, 422, 503, 507))
    def undo(change: str, lang: _LanguageParameter = "en") -> AdoptedAnswer:
        """Takes out the lines that were added; what others changed elsewhere in the file stays."""
        try:
            return AdoptedAnswer.of(_adoption(context).undo(change), Words(lang))
        except AdoptionError as error:
            raise _refusal(error, lang) from error

    return router


def _adoption(context: Context) -> Adoption:
    if context.adoption is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "this process has no park file to write")
    return context.adoption


def _refusal(error: AdoptionError, language: Language) -> HTTPException:
    status = _STATUS.get(error.remark.code if error.remark else "", HTTPStatus.UNPROCESSABLE_ENTITY)
    return HTTPException(status, AdoptionRefusal.of(error, Words(language)).model_dump())


def _only(*statuses: int) -> dict[int | str, dict[str, object]]:
    return {status: dict(_REFUSED[status]) for status in statuses}
