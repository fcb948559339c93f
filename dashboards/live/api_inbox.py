"""`/api/v1/inbox`: topics that nothing understands, and how Parkwatt learns them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from dashboards.live.answers_inbox import (
    DraftBody,
    PreviewAnswer,
    ProposalAnswer,
    RemarkAnswer,
    SavedAnswer,
    UnknownTopicAnswer,
)
from dashboards.live.context import Context
from dashboards.live.words import Language, Words
from parkwatt.onboarding import Onboarding, OnboardingError

_LanguageParameter = Annotated[Language, Query(alias="lang", description="Language of the sentences.")]
_STATUS = {
    "no_messages": HTTPStatus.NOT_FOUND,
    "not_taught_here": HTTPStatus.NOT_FOUND,
    "name_taken": HTTPStatus.CONFLICT,
    "not_written": HTTPStatus.INSUFFICIENT_STORAGE,
    "not_moved": HTTPStatus.INSUFFICIENT_STORAGE,
}
_REFUSED = {
    404: {"description": "No such topic or model."},
    409: {"description": "A model has this name already."},
    422: {"description": "The draft may not be saved; `detail` says why, as a code and as a sentence."},
    507: {"description": "The file cannot be written."},
}


def inbox_routes(context: Context) -> APIRouter:
    """All routes under `/inbox`."""
    router = APIRouter(prefix="/inbox", tags=["inbox"])

    @router.get("/topics", summary="Topics whose messages nothing understands, the newest first")
    def topics(limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> dict[str, list[UnknownTopicAnswer]]:
        return {"topics": [UnknownTopicAnswer.of(one) for one in _onboarding(context).unknown_topics(limit)]}

    @router.get("/topic", summary="Numbers in a topic's messages, with guesses what they are", responses=_only(404))
    def topic(
        topic: Annotated[str, Query(description="MQTT topic.")], lang: _LanguageParameter = "en"
    ) -> ProposalAnswer:
        """A guess is only a guess: nothing of it is read before a draft is saved."""
        try:
            return ProposalAnswer.of(_onboarding(context).propose(topic), Words(lang))
        except OnboardingError as error:
            raise _refusal(error, lang) from error

    @router.post("/preview", summary="What a draft of a device model would read from the kept messages")
    def preview(draft: DraftBody, lang: _LanguageParameter = "en") -> PreviewAnswer:
        """Changes nothing."""
        return PreviewAnswer.of(_onboarding(context).preview(draft.draft()), Words(lang))

    @router.post(
        "/models",
        status_code=201,
        summary="Save a draft as a device model, and read the kept messages again",
        responses=_only(409, 422, 507),
    )
    def save(draft: DraftBody, lang: _LanguageParameter = "en") -> SavedAnswer:
        """Writes `devices/<name>.yaml` beside the park file; never over another file."""
        try:
            saved = _onboarding(context).save(draft.draft())
        except OnboardingError as error:
            raise _refusal(error, lang) from error
        context.live.version += 1
        return SavedAnswer.of(saved)

    @router.delete("/models/{name}", summary="Take back a model that was saved here", responses=_only(404, 507))
    def remove(name: str, lang: _LanguageParameter = "en") -> SavedAnswer:
        """Puts the file aside, and takes back the readings that it gave."""
        try:
            removed = _onboarding(context).remove(name)
        except OnboardingError as error:
            raise _refusal(error, lang) from error
        context.live.version += 1
        return SavedAnswer.of(removed)

    return router


def _onboarding(context: Context) -> Onboarding:
    if context.onboarding is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "this process only shows; ask the one that collects")
    return context.onboarding


def _refusal(error: OnboardingError, language: Language) -> HTTPException:
    status = _STATUS.get(error.remark.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    return HTTPException(status, RemarkAnswer.of(error.remark, Words(language)).model_dump())


def _only(*statuses: int) -> dict[int | str, dict[str, object]]:
    return {status: dict(_REFUSED[status]) for status in statuses}
