"""What the HTTP interface answers, as types; their descriptions become the OpenAPI document."""

from pydantic import BaseModel, Field


class StatusAnswer(BaseModel):
    """How the pipeline is doing. `received` and `ignored` count messages, the other counts readings.

    All are counted over the life of the store and are durable with the readings they count. Every message is
    received once per delivery; every reading in it is stored or duplicate; `rejected` counts messages, or parts of
    messages, that could not be read.
    """

    received: int = Field(description="Messages received and dealt with.")
    ignored: int = Field(description="Messages among them with nothing to read: metadata, status, retained repeats.")
    stored: int = Field(description="Readings that were new.")
    rejected: int = Field(description="Messages, or parts of messages, that could not be read; see /rejections.")
    duplicate: int = Field(description="Readings whose meter, quantity, phase and time were there before.")
    corrected: int = Field(description="Duplicates that brought another value, which now stands.")
    spooled: int = Field(description="Readings safe on disk that the store has not taken yet.")
    waiting: int = Field(description="Messages received and not yet acknowledged to the broker.")
    meters: int = Field(description="Meters in the park file.")
    unassigned: int = Field(description="Meters heard that the park file does not name.")
    connected: bool = Field(description="Whether the broker's session is up.")
    problems: list[str] = Field(description="What stands in the way now, in sentences; empty when all is well.")


class ReadingAnswer(BaseModel):
    """One reading, or one period of readings where `every` was given."""

    meter: str
    quantity: str
    phase: str | None = Field(description="null for the total, else L1, L2, L3, L12, L23, L31 or N.")
    time: str = Field(description="When it was measured, UTC.")
    value: float
    unit: str
    quality: str = Field(description="good, suspect (physically implausible) or estimated.")


class ReadingsAnswer(BaseModel):
    """Readings in order of time."""

    readings: list[ReadingAnswer]
    next: str | None = Field(description="Cursor of the next page, for `after`; null after the last.")


class LatestAnswer(BaseModel):
    """The newest reading of a series."""

    quantity: str
    phase: str | None
    time: str
    value: float
    unit: str
    quality: str


class MeterAnswer(BaseModel):
    """A meter, of the park file or only heard on the wire."""

    meter: str
    assigned: bool = Field(description="Whether the park file names it; what is not assigned is in no total.")
    name: dict[str, str]
    enterprise: str | None
    carrier: str | None
    role: str | None
    parent: str | None
    last_seen: str | None = Field(description="When its last message arrived.")
    gone_since: str | None = Field(description="When its gateway announced that it is gone; null while it is there.")
    latest: list[LatestAnswer]


class ConsumptionAnswer(BaseModel):
    """What one meter's register counted in one period."""

    meter: str
    enterprise: str | None
    carrier: str
    direction: str = Field(description="in: taken from the supply side; out: given back or produced.")
    start: str
    end: str
    amount: float | None = Field(description="null where nothing is known: a gap is no zero.")
    unit: str
    measured_share: float = Field(description="Share of the period that is measured (0 to 1).")
    estimated_share: float = Field(description="Share of it that lies in gaps whose ends are known (0 to 1).")
    explain: str | None = Field(
        description="Where it comes from, what came in less what went out; only of quarter-hours and local days."
    )


class FactorAnswer(BaseModel):
    """What an emission rests on."""

    id: str
    value: float
    unit: str
    year: int | None
    region: str | None
    source: str
    checked: str


class EmissionAnswer(BaseModel):
    """CO2 of what entered an enterprise, or the park's own, in one period."""

    enterprise: str | None = Field(description="null for what belongs to the park itself.")
    carrier: str
    start: str
    end: str
    co2_location_kg: float | None = Field(description="Location-based; null where no consumption is known.")
    measured_share: float
    factors: list[str] = Field(description="Ids of the factors in `factors`.")
    explain: str | None = Field(
        description="Where it comes from, in tonnes; only of an enterprise's quarter-hours and local days."
    )


class RejectionAnswer(BaseModel):
    """A message, or a part of one, that could not be read."""

    topic: str
    arrived: str
    reason: str
    payload: str = Field(description="As text; bytes that are no UTF-8 are shown as \\xNN.")
    payload_base64: str
