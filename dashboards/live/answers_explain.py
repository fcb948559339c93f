"""What the HTTP interface answers about where figures come from, as types; what a step does not have is left out."""

from pydantic import BaseModel, Field


class InputAnswer(BaseModel):
    """A number that a step is worked out from, beside its children."""

    name: str
    value: float
    unit: str
    weight: float = Field(description="What it is multiplied with in a sum; -1 in a product divides.")


class CheckAnswer(BaseModel):
    """A step worked out again from what it rests on."""

    worked: float
    difference: float
    agrees: bool


class ChainSharesAnswer(BaseModel):
    """How the time of a step is known; together 1."""

    measured: float
    estimated: float
    missing: float


class SourceAnswer(BaseModel):
    """Where a number or a rule comes from."""

    id: str
    said_by: str = ""
    checked: str = Field("", description="How sure it is.")
    version: str = ""
    year: int | None = Field(None, description="The year its data describe.")
    place: str = Field("", description="File and line in the park's folder.")


class ChainStepAnswer(BaseModel):
    """A step of a chain."""

    level: str = Field(
        description="figure, total, meter, month, amount, day, interval, register, border, reading, message, "
        "conversion, factor, price, event, recount or left_out."
    )
    title: str
    rule: str = Field("", description="How its value comes about.")
    value: float | None = Field(description="null where nothing is known: that is no zero.")
    unit: str = ""
    weight: float | None = Field(None, description="What its parent multiplies it with; none where it stands beside.")
    start: str | None = None
    end: str | None = None
    inputs: list[InputAnswer] = []
    working: str | None = Field(None, description="sum, product, rounded, interpolation, part or same.")
    arithmetic: str | None = Field(None, description="The same written out, where it is short.")
    check: CheckAnswer | None = None
    shares: ChainSharesAnswer | None = None
    sources: list[SourceAnswer] = []
    notes: list[str] = []
    children: list["ChainStepAnswer"] = []


class SinceAnswer(BaseModel):
    """What registers have counted since the last accounted quarter-hour."""

    until: str = Field(description="Now.")
    value: float | None = Field(description="In the unit of the figure; null where it is not known, as of cost.")
    heard: int = Field(description="Meters that were heard since.")
    meters: int = Field(description="Meters that the figure is the sum of.")


class ChainAnswer(BaseModel):
    """Where a figure comes from."""

    depth: str
    time_zone: str
    checked: int = Field(description="Steps that were worked out again.")
    differing: int = Field(description="Steps of these that come out otherwise; 0 in a sound chain.")
    accounted_until: str | None = Field(description="Where the figure's time still runs; null where it is over.")
    since: SinceAnswer | None = Field(description="The rest of such a figure.")
    running: str | None = Field(description="Both as a sentence.")
    figure: ChainStepAnswer
