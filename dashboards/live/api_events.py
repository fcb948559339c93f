"""`/api/v1/events` and `/api/v1/restatements`: what happened to registers, and what was stated again."""

from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as QueryParameter
from pydantic import BaseModel, Field

from dashboards.live.context import Context
from dashboards.live.parameters import FromParameter, MeterParameter, ToParameter, is_wanted, time
from parkwatt.accounting.happenings import Basis, Happening
from parkwatt.readings import to_iso
from parkwatt.store.derived import Happened
from parkwatt.store.open_derived import open_derived


class EventAnswer(BaseModel):
    """Something that happened to a register."""

    meter: str
    quantity: str
    time: str = Field(description="Of the first reading after it, or of the first that is left out.")
    kind: Happening
    basis: Basis = Field(description="declared in the park file, told by evidence, or open: someone has to decide.")
    before: float = Field(description="Value before it, in the unit of the quantity.")
    after: float
    used: float | None = Field(description="What counts across it; null where that is not known.")
    reason: str


class RestatementAnswer(BaseModel):
    """A figure of a closed period that was stated again."""

    time: str
    period: str
    meter: str
    field: str
    before: float | None
    after: float | None
    author: str
    reason: str


OpenParameter = Annotated[bool, QueryParameter(alias="open", description="Only those that ask for a decision.")]


def event_routes(context: Context) -> APIRouter:
    """The routes that answer with what happened."""
    router = APIRouter(tags=["accounting"])

    @router.get("/events", summary="What happened to registers, and what asks for a decision")
    def events(
        meter: MeterParameter = None,
        from_: FromParameter = None,
        to: ToParameter = None,
        only_open: OpenParameter = False,  # noqa: FBT002 - a flag in the address
    ) -> dict[str, list[EventAnswer]]:
        """The newest first. A decision is a record of the section `events`: `POST /api/v1/records/events`."""
        found = open_derived(context.store).happenings(start=time(from_, "from"), end=time(to, "to"))
        return {
            "events": [
                _answer(event)
                for event in found
                if is_wanted(event.meter, meter) and (event.basis == Basis.OPEN or not only_open)
            ]
        }

    @router.get("/restatements", summary="Figures of closed periods that were stated again")
    def restatements() -> dict[str, list[RestatementAnswer]]:
        """The newest first, each with what it was before, who stated it again and why."""
        found = open_derived(context.store).restatements()
        return {"restatements": [RestatementAnswer(**each._asdict() | {"time": to_iso(each.time)}) for each in found]}

    return router


def _answer(event: Happened) -> EventAnswer:
    return EventAnswer(**event._asdict() | {"time": to_iso(event.time)})
