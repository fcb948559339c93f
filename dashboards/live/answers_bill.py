"""What the HTTP interface answers about bills, as types."""

from pydantic import BaseModel, Field


class BillLineAnswer(BaseModel):
    """A line of a bill; the amount is quantity times price, rounded to the cent."""

    item: str = Field(
        description="sharp, peak, flat, valley, capacity, contracted_demand, excess_demand, maximum_demand, "
        "power_factor or funds."
    )
    tariff: str
    quantity: float | None = Field(description="null where it is not known: that is no zero.")
    unit: str = Field(description="kWh, kVA, kW; yuan for what the power factor is applied to.")
    unit_price: float | None = Field(description="Yuan per unit; a share for the power factor; null: none is declared.")
    amount: float | None = Field(description="Yuan; null where quantity or price is not known.")
    basis: list[str] = Field(description="Ids in `grounds`.")


class BillNoteAnswer(BaseModel):
    """Something that a bill lacks, or what else to know about it."""

    code: str
    text: str = Field(description="A sentence, in Chinese with lang=zh.")


class GroundAnswer(BaseModel):
    """What lines rest on."""

    id: str
    says: str = Field(description="Its numbers.")
    source: str
    checked: str = Field(description="How sure it is; declared for what the park file says.")


class BillDayAnswer(BaseModel):
    """Energy of a day."""

    tariff: str
    date: str
    sharp: bool = Field(description="Whether the day has sharp hours.")
    kwh: dict[str, float | None] = Field(description="Per period; null where nothing is known.")


class BasicOptionAnswer(BaseModel):
    """What the basic charge of this month would be by one way to be charged."""

    option: str = Field(description="capacity, contracted_demand or maximum_demand (as measured).")
    amount: float | None = Field(description="Yuan; null where it is not known.")
    more_than_cheapest: float | None = Field(description="Yuan; null where fewer than two ways can be compared.")
    charged_now: bool


class MaximumAnswer(BaseModel):
    """The highest demand of the month."""

    kw: float
    start: str = Field(description="Of its 15 minutes.")
    estimated: bool = Field(description="Whether it lies in a gap that was filled; the true one may be higher.")


class BillOtherwiseAnswer(BaseModel):
    """An amount of a closed month that would be otherwise by now."""

    item: str = Field(description="As in lines; total.")
    tariff: str = Field(description="Empty for the total.")
    amount: float | None = Field(description="As it stands [yuan]; null: not known, or there is no such line.")
    now: float | None = Field(description="By the readings, prices and contracts of now [yuan].")


class BillClosingAnswer(BaseModel):
    """How the bill of a closed month stands."""

    period: str = Field(description="As it is named where it was closed.")
    on: str = Field(description="The day on which it was closed.")
    by: str
    reason: str
    restated: str | None = Field(description="When it was stated again; null: never.")
    restated_by: str
    restated_for: str
    otherwise: list[BillOtherwiseAnswer] = Field(description="What would be otherwise by now; empty: nothing.")


class BillAnswer(BaseModel):
    """The electricity of a customer in a month."""

    enterprise: str | None = Field(description="null for the park itself.")
    month: str
    closing: BillClosingAnswer | None = Field(
        description="Who closed the month: then the bill is the one of then; null: it is made of what is known now."
    )
    complete: bool = Field(description="Whether everything that belongs to the bill is known.")
    total: float | None = Field(description="Yuan; null where the bill is not complete.")
    known: float = Field(description="Amounts that are known, added up [yuan].")
    meters: list[str] = Field(description="Through which the electricity came in.")
    lines: list[BillLineAnswer]
    kwh: float | None
    given_back_kwh: float | None = Field(description="For information, not settled here; null: nobody counts it.")
    kvarh: float | None
    power_factor: float | None
    maximum_demand: MaximumAnswer | None
    measured_share: float = Field(description="Of the time of all meters, 0 to 1.")
    estimated_share: float
    missing_share: float
    sharp_days: list[str]
    days: list[BillDayAnswer]
    lacks: list[BillNoteAnswer] = Field(description="Why it is not complete.")
    remarks: list[BillNoteAnswer]
    grounds: list[GroundAnswer]
    basic_charge: list[BasicOptionAnswer] = Field(description="The basic charge by each way to be charged.")
    explain: str | None = Field(
        description="Where energy charge and funds come from, quarter-hour by quarter-hour; null for the park's own."
    )
