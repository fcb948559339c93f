"""`/api/v1/events` and `/api/v1/restatements`: what happened to registers, what was decided, what was stated again."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as QueryParameter
from pydantic import BaseModel, Field

from dashboards.live.answers_events import (
    DecisionAnswer,
    DecisionBody,
    EventAnswer,
    OutlookAnswer,
    RestatementsAnswer,
    WithdrawBody,
)
from dashboards.live.api_records import record_of, recording_of, refusal
from dashboards.live.context import Context
from dashboards.live.decision_words import outlook_sentence
from dashboards.live.edition import Edition
from dashboards.live.figures.closings import ClosingFigures
from dashboards.live.parameters import FromParameter, MeterParameter, ToParameter, is_wanted, time
from dashboards.live.words import Language, Words
from parkwatt.accounting.happenings import Basis
from parkwatt.deciding import Deciding, decision_id, obstacle, unsigned
from parkwatt.onboarding import Remark
from parkwatt.park import Park
from parkwatt.park.events import MeterEvent
from parkwatt.quantities import QUANTITIES
from parkwatt.recording import RecordError
from parkwatt.store.open_derived import open_derived

OpenParameter = Annotated[bool, QueryParameter(alias="open", description="Only those that ask for a decision.")]
_LanguageParameter = Annotated[Language, QueryParameter(alias="lang", description="Language of the sentences.")]
_REFUSED: dict[int | str, dict[str, object]] = {
    404: {"description": "No such decision, or no park file to write."},
    409: {"description": "It was taken back already, or the file was changed meanwhile."},
    422: {"description": "It does not fit; `detail.text` says why."},
    507: {"description": "The park's files cannot be written."},
}


class EventsAnswer(BaseModel):
    """What happened to registers, and what was decided about it."""

    events: list[EventAnswer] = Field(description="The newest first.")
    decisions: list[DecisionAnswer] = Field(description="As the park file has them, the newest first.")


def event_routes(context: Context) -> APIRouter:
    """The routes that answer with what happened, and take decisions."""
    router = APIRouter(tags=["accounting"])

    @router.get("/events", summary="What happened to registers, what asks for a decision, and what was decided")
    def events(
        meter: MeterParameter = None,
        from_: FromParameter = None,
        to: ToParameter = None,
        only_open: OpenParameter = False,  # noqa: FBT002 - a flag in the address
    ) -> EventsAnswer:
        """As accounting took it up last; the times choose events, decisions are told whatever their time."""
        park = context.park
        found = open_derived(context.store).happenings(start=time(from_, "from"), end=time(to, "to"))
        decided = (DecisionAnswer.of(event, park) for event in park.events if is_wanted(event.meter, meter))
        return EventsAnswer(
            events=[
                EventAnswer.of(event)
                for event in found
                if is_wanted(event.meter, meter) and (event.basis == Basis.OPEN or not only_open)
            ],
            decisions=sorted(decided, key=lambda each: each.time, reverse=True),
        )

    @router.post("/events/preview", summary="What a decision would change", responses=_only(422))
    def preview(body: DecisionBody, lang: _LanguageParameter = "en") -> OutlookAnswer:
        """Changes nothing: what would count then, worked out from the readings."""
        park = context.park
        event = _event(body, park, Words(lang), obstacle)
        home = open_derived(context.store)
        outlook = Deciding(context.store, home, park, clock=context.clock).outlook(event)
        meter = park.meter_by_id[event.meter]
        unit = QUANTITIES[event.quantity or meter.medium.register].unit
        text = outlook_sentence(Edition(park, lang), meter, outlook)
        return OutlookAnswer.of(outlook, meter=event.meter, unit=unit, text=text)

    @router.post(
        "/events", status_code=201, summary="Decide what happened to a register", responses=_only(404, 409, 422, 507)
    )
    def decide(body: DecisionBody, lang: _LanguageParameter = "en") -> DecisionAnswer:
        """Adds a line to the events of the park file; accounting takes it up by itself within seconds."""
        words = Words(lang)
        event = _event(body, context.park, words, obstacle, lambda said, _: unsigned(said))
        try:
            recording_of(context).add(event)
        except RecordError as error:
            raise refusal(error, words) from error
        return DecisionAnswer.of(event, context.park)

    @router.post("/events/withdraw", summary="Take a decision back", responses=_only(404, 409, 422, 507))
    def withdraw(body: WithdrawBody, lang: _LanguageParameter = "en") -> DecisionAnswer:
        """Its line stays in the park file and says `withdrawn`; what it answered is open again."""
        named = [event for event in context.park.events if decision_id(event) == body.decision]
        if not named:
            unknown = Remark("no_change", f"there is no decision {body.decision!r}")
            raise refusal(RecordError(unknown), Words(lang))
        event = next((event for event in named if not event.withdrawn), named[0])
        try:
            recording_of(context).withdraw(event)
        except RecordError as error:
            raise refusal(error, Words(lang)) from error
        return DecisionAnswer.of(event.model_copy(update={"withdrawn": True}), context.park)

    @router.get("/restatements", summary="Closed periods, and figures of them that were stated again")
    def restatements() -> RestatementsAnswer:
        """What would be otherwise by now in closed periods, and what was stated again: before, after, who and why."""
        return RestatementsAnswer.of(ClosingFigures(context).of(context.clock()))

    return router


def _event(
    body: DecisionBody, park: Park, words: Words, *checks: Callable[[MeterEvent, Park], Remark | None]
) -> MeterEvent:
    """What somebody decides, as it would stand in the park file.

    Raises:
        HTTPException: 422 if it means nothing.
    """
    event = record_of("events", body.values(), words)
    assert isinstance(event, MeterEvent)  # noqa: S101 - what that section is made of
    lacks = next((remark for check in checks if (remark := check(event, park)) is not None), None)
    if lacks is not None:
        raise refusal(RecordError(lacks), words)
    return event


def _only(*statuses: HTTPStatus | int) -> dict[int | str, dict[str, object]]:
    return {int(status): dict(_REFUSED[int(status)]) for status in statuses}
