"""What is sent and answered where it is decided what happened to registers."""

from typing import Annotated

from pydantic import BaseModel, Field

from dashboards.live.figures.closings import Closings, HeldBill
from parkwatt.accounting.happenings import Basis, Happening, RegisterEvent
from parkwatt.deciding import Counted, Outlook, decision_id
from parkwatt.park import Park
from parkwatt.park.events import EventKind, MeterEvent
from parkwatt.park.times import wall_clock
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import to_iso
from parkwatt.store.derived import Happened

_Text = Annotated[str, Field(max_length=500)]
_Number = float | Annotated[str, Field(max_length=40)] | None
_When = Annotated[str, Field(max_length=40)]


class EventAnswer(BaseModel):
    """Something that happened to a register."""

    meter: str
    quantity: str
    unit: str
    time: str = Field(description="Of the first reading after it, or of the first that is left out.")
    kind: Happening
    basis: Basis = Field(description="declared in the park file, told by evidence, or open: someone has to decide.")
    before: float = Field(description="Value before it, in the unit of the quantity.")
    after: float
    used: float | None = Field(description="What counts across it; null where that is not known.")
    reason: str

    @classmethod
    def of(cls, event: Happened) -> "EventAnswer":
        """Of an event that accounting kept."""
        return cls(**event._asdict() | {"time": to_iso(event.time)}, unit=_unit(event.quantity))

    @classmethod
    def expected(cls, meter: str, event: RegisterEvent) -> "EventAnswer":
        """Of one that is only looked ahead to."""
        told = (event.quantity, event.time, event.kind, event.basis, event.before, event.after, event.used)
        return cls.of(Happened(meter, *told, event.reason))


class DecisionBody(BaseModel, extra="forbid"):
    """What somebody decides; what is left out, null or empty is not said."""

    meter: _Text
    quantity: _Text | None = Field(None, description="The register; all of the meter's where it is left out.")
    kind: EventKind
    time: _When = Field(
        description="When: ISO 8601; without a zone on the park's wall clock. Between the readings around it, or up to "
        "two hours off. For `ignore` and `clock` the beginning."
    )
    until: _When | None = Field(None, description="End of what `ignore` and `clock` mean, excluded.")
    old_final: _Number = Field(None, description="Last reading of the old register, as it is stored.")
    new_initial: _Number = Field(None, description="First reading of the new register; 0 after a reset.")
    ratio_before: _Number = Field(None, description="ct times pt until then.")
    ratio_after: _Number = Field(None, description="ct times pt from then on.")
    applied: _When | None = Field(None, description="Since when readings are stored with `ratio_after`.")
    shift: _Number = Field(None, description="Seconds to add to the time of readings.")
    reason: _Text = Field("", description="Why; needed to decide.")
    by: _Text = Field("", description="Who decides; needed to decide.")

    def values(self) -> dict[str, str | float | bool | None]:
        """By the keys of the park file."""
        return self.model_dump(mode="json")


class WithdrawBody(BaseModel, extra="forbid"):
    """Which decision is taken back."""

    decision: _Text = Field(description="Its `id`.")


class DecisionAnswer(BaseModel):
    """A decision as it stands in the park file."""

    id: str
    meter: str
    quantity: str | None
    kind: EventKind
    time: str
    until: str | None
    old_final: float | None
    new_initial: float | None
    ratio_before: float | None
    ratio_after: float | None
    applied: str | None
    shift: float
    reason: str
    by: str
    withdrawn: bool = Field(description="Whether it was taken back, and counts no longer.")

    @classmethod
    def of(cls, event: MeterEvent, park: Park) -> "DecisionAnswer":
        """Of a line of the park file."""
        times = {
            name: None if when is None else to_iso(wall_clock(when, park.zone))
            for name, when in (("time", event.time), ("until", event.until), ("applied", event.applied))
        }
        return cls.model_validate(event.model_dump() | times | {"id": decision_id(event)})


class CountedAnswer(BaseModel):
    """What is known of the time that a decision may change; null where nothing is."""

    amount: float | None = Field(description="In the unit of the meter's carrier.")
    kwh: float | None
    co2_location_kg: float | None
    cost: float | None = Field(description="Energy charge and funds in yuan; null without a price.")
    missing_share: float

    @classmethod
    def of(cls, counted: Counted) -> "CountedAnswer":
        """Of sums."""
        return cls(
            amount=counted.amount,
            kwh=counted.kwh,
            co2_location_kg=counted.co2,
            cost=counted.cost,
            missing_share=counted.missing,
        )


class OutlookAnswer(BaseModel):
    """What a decision would change."""

    fits: bool = Field(description="Whether the readings show what it explains; else it would change nothing.")
    contradicted: bool = Field(description="Whether they show the opposite, so that it would not be applied.")
    text: str = Field(description="The same as a sentence.")
    start: str = Field(description="The quarter-hours that may become otherwise.")
    end: str
    unit: str
    used: float | None = Field(description="What would count across it; null where that stays unknown.")
    before: CountedAnswer
    after: CountedAnswer
    events: list[EventAnswer] = Field(description="What would be said of the register.")
    closed: list[str] = Field(description="Closed periods in that time: their rows stand until they are stated again.")

    @classmethod
    def of(cls, outlook: Outlook, *, meter: str, unit: str, text: str) -> "OutlookAnswer":
        """Of an outlook."""
        return cls(
            fits=outlook.fits,
            contradicted=outlook.contradicted,
            text=text,
            start=to_iso(outlook.stretch.start),
            end=to_iso(outlook.stretch.end),
            unit=unit,
            used=outlook.used,
            before=CountedAnswer.of(outlook.before),
            after=CountedAnswer.of(outlook.after),
            events=[EventAnswer.expected(meter, event) for event in outlook.came],
            closed=list(outlook.closed),
        )


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


class HeldAnswer(BaseModel):
    """What is held back of a meter in a closed period."""

    meter: str
    rows: int = Field(description="Quarter-hours that would be otherwise.")
    by_rules: bool = Field(description="By other factors, prices or declarations; else by late readings alone.")


class HeldLineAnswer(BaseModel):
    """An amount of a bill that would be otherwise."""

    item: str = Field(description="As on the bill; total.")
    tariff: str
    before: float | None = Field(description="As it stands [yuan].")
    now: float | None


class HeldBillAnswer(BaseModel):
    """A bill of a closed month that would be otherwise."""

    enterprise: str | None = Field(description="null for the park itself.")
    month: str
    lines: list[HeldLineAnswer]

    @classmethod
    def of(cls, bill: HeldBill) -> "HeldBillAnswer":
        """Of what is noted."""
        lines = [
            HeldLineAnswer(
                item=line.item or "total",
                tariff=line.tariff,
                before=None if line.before is None else float(line.before),
                now=None if line.now is None else float(line.now),
            )
            for line in bill.lines
        ]
        return cls(enterprise=bill.owner, month=bill.month, lines=lines)


class ClosedAnswer(BaseModel):
    """A period whose figures stand."""

    period: str
    by: str
    on: str | None
    reason: str
    held: list[HeldAnswer]
    bills: list[HeldBillAnswer] = Field(description="Bills of its months that would be otherwise, as accounting found.")


class RestatementsAnswer(BaseModel):
    """Closed periods, and figures of them that were stated again."""

    closed: list[ClosedAnswer] = Field(description="With what would be otherwise by now; the newest first.")
    restatements: list[RestatementAnswer] = Field(description="The newest first.")

    @classmethod
    def of(cls, closings: Closings) -> "RestatementsAnswer":
        """Of what is known."""
        closed = [
            ClosedAnswer(
                period=lock.period,
                by=lock.by,
                on=None if lock.on is None else lock.on.isoformat(),
                reason=lock.reason,
                held=[HeldAnswer(meter=one.meter, rows=one.rows, by_rules=one.by_rules) for one in held],
                bills=[HeldBillAnswer.of(bill) for bill in bills],
            )
            for lock, held, bills in closings.periods
        ]
        restated = [RestatementAnswer(**one._asdict() | {"time": to_iso(one.time)}) for one in closings.restated]
        return cls(closed=closed, restatements=restated)


def _unit(quantity: str) -> str:
    return QUANTITIES[quantity].unit if quantity in QUANTITIES else ""
