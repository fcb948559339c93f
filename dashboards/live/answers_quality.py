"""What the HTTP interface answers about balances, quality and metering coverage, as types."""

from pydantic import BaseModel, Field


class BalancePartAnswer(BaseModel):
    """A meter below the one that is balanced."""

    meter: str
    amount: float | None


class LackAnswer(BaseModel):
    """Why a balance cannot be decided."""

    meter: str
    kind: str = Field(description="missing or estimated.")
    share: float = Field(description="Of the time, 0 to 1.")


class BalanceAnswer(BaseModel):
    """A meter against the meters below it; amounts are of the quarter-hours in which all of them are known."""

    meter: str
    enterprise: str | None
    carrier: str
    unit: str
    parent: str | None
    amount: float | None = Field(description="What it took in; null where nothing could be compared.")
    children: list[BalancePartAnswer]
    through: list[str] = Field(description="Children known too little; meters below stand in their place.")
    gap: float | None = Field(description="What it took in less what the children took in.")
    gap_share: float | None = Field(description="The gap as a share of what came in, sources below included.")
    uncertainty: float | None = Field(description="Of the gap, expanded with k = 2, in the same unit.")
    beyond: float = Field(description="By how much the gap exceeds its uncertainty; 0 where it does not.")
    compared_share: float = Field(description="Share of the time that could be compared.")
    verdict: str = Field(
        description="within, loss (or unmetered), surplus, unmetered (most of it), undecided, by_formula."
    )
    lacks: list[LackAnswer] = Field(description="Whose data are lacking, where it is undecided.")
    assumed_class: list[str] = Field(description="Meters without accuracy_class: 2 (electricity) or 2.5 is assumed.")


class BalancesAnswer(BaseModel):
    """Balances of a span of time."""

    start: str
    end: str
    balances: list[BalanceAnswer] = Field(description="From the top of the tree down.")
    where: list[str] = Field(description="Meters whose gap is beyond its uncertainty, the largest energy first.")


class ComponentAnswer(BaseModel):
    """One part of a quality score."""

    part: str
    number: float | None = Field(description="A share (0 to 1); days for calibration; null where it cannot be told.")
    score: float | None = Field(description="0 to 1; null where it does not count.")
    weight: float = Field(description="What it counts, of 100.")
    mend: str | None = Field(description="What to do; null where nothing is to be done.")


class MeterQualityAnswer(BaseModel):
    """How good the data of a meter are."""

    meter: str
    enterprise: str | None
    score: float = Field(description="0 to 100.")
    components: list[ComponentAnswer]


class GroupQualityAnswer(BaseModel):
    """How good the data of an enterprise or of the park are."""

    enterprise: str | None = Field(description="null for the park's own meters, and for the park as a whole.")
    score: float = Field(description="0 to 100: by energy, and no more than that of the main meters.")
    all_meters: float
    mains: float | None = Field(description="Score of the meters through which energy comes in.")
    missing_mains: list[str] = Field(description="Main meters of which nothing is known.")
    below_90: list[str] = Field(description="Meters that are measured for less than 90 % of the time.")
    parts: dict[str, float | None] = Field(description="Mean score per part by energy, 0 to 1.")


class CoverageAnswer(BaseModel):
    """Meters that are there against those that are needed, by GB 17167."""

    enterprise: str | None
    carrier: str
    level: str = Field(description="unit, part or equipment.")
    meters: int
    needed: int | None = Field(description="As metering_needs in the park file says; null where it does not.")
    rate: float | None
    required_rate: float | None = Field(description="What the standard asks for; null where it names no rate.")
    lacking: int | None = Field(description="How many meters more the standard asks for.")
    source: str | None = Field(description="Of the required rate.")
    checked: str | None = Field(description="How sure that rate is.")
    declared_by: str


class QualityAnswer(BaseModel):
    """Quality of a span of time."""

    start: str
    end: str
    park: GroupQualityAnswer | None
    enterprises: list[GroupQualityAnswer]
    meters: list[MeterQualityAnswer]
    coverage: list[CoverageAnswer]
    without_level: list[str] = Field(description="Meters that say no level of metering, and are in no rate.")
