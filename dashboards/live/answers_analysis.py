"""What `/api/v1/analysis` answers."""

from pydantic import BaseModel, Field

from parkwatt.accounting.calendar_spans import Every
from parkwatt.accounting.dividing import By, What


class AnalysisLine(BaseModel):
    """A group, or all of them together, over the periods."""

    group: str | None = Field(description="Carrier, id or domain; null for what belongs to none, and for the whole.")
    values: list[float | None] = Field(description="Per period; null where nothing is known, or a row has no number.")
    total: float | None = Field(description="Of all periods, as far as known.")
    measured_share: float = Field(description="Of the time, mean over the meters, 0 to 1.")
    estimated_share: float
    missing_share: float
    measured_shares: list[float] = Field(description="Per period.")
    estimated_shares: list[float] = Field(description="Per period; the rest is missing.")
    lacking: list[str] = Field(description="Meters of which less than 90 % of the time is known.")
    factors: list[str] = Field(description="Ids of the factors and prices that it rests on.")
    explain: str | None = Field(description="Where the total comes from; null where no chain is about it.")


class AnalysisSide(BaseModel):
    """One of the two periods."""

    start: str
    end: str
    periods: list[str] = Field(description="Starts of the periods of the series.")
    groups: list[AnalysisLine]
    whole: AnalysisLine


class StepAnswer(BaseModel):
    """What groups add to the difference of the totals."""

    groups: list[str | None]
    change: float
    whole: bool = Field(description="Whether it is known well on both sides.")


class AnalysisAnswer(BaseModel):
    """A period, and the one that it is compared with."""

    what: What
    unit: str
    by: By
    every: Every
    now: AnalysisSide
    versus: AnalysisSide | None
    change: float | None = Field(description="Total now less total then.")
    waterfall: list[StepAnswer] = Field(description="Steps that add up to the change, the largest first.")
    left_out: list[str] = Field(description="Carriers for which nobody declared a price or factor.")
