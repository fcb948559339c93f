"""What the HTTP interface answers about efficiency and flexibility, as types."""

from pydantic import BaseModel, Field


class SharesAnswer(BaseModel):
    """How the time is known; the three are 1 together."""

    measured: float
    estimated: float
    missing: float


class DemandAnswer(BaseModel):
    """What came in over the border less what went out, from quarter-hours of which 90 % is known."""

    energy_kwh: float
    mean_kw: float
    maximum_kw: float
    maximum_at: str
    maximum_estimated: bool
    load_factor: float | None = Field(description="Mean per maximum, 0 to 1.")
    shares: SharesAnswer


class RunningAnswer(BaseModel):
    """What was used, own generation with it and batteries left out, from quarter-hours of which 90 % is known."""

    energy_kwh: float
    mean_kw: float
    base_kw: float = Field(description="5th percentile of the means of 15 minutes.")
    base_share: float | None = Field(description="Share of the energy that the base alone would have taken.")
    night_kwh: float = Field(description="From 22 to 6 o'clock.")
    weekend_kwh: float = Field(description="Saturdays and Sundays.")
    idle_kwh: float | None = Field(description="Outside of working hours; null for a load that runs around the clock.")
    idle_waste_kwh: float | None = Field(description="Of it, above the base.")
    start_up_kwh: float | None = Field(description="Above the mean, in the first two hours of working stretches.")
    shares: SharesAnswer


class HoursAnswer(BaseModel):
    """Working hours of a weekday, derived from what is used (docs/efficiency.md)."""

    weekday: int = Field(description="1 is Monday.")
    working: list[str] = Field(description="Stretches on the wall clock, such as 08:00-18:00.")


class DurationAnswer(BaseModel):
    """A load duration curve: for how many hours the load was at least so high."""

    power_kw: list[float]
    hours: list[float]


class ContributionAnswer(BaseModel):
    """A part of a peak: an enterprise of the park, or a meter below the entries of an enterprise."""

    of: str
    power_kw: float | None
    usual_kw: float | None = Field(description="Its mean over the whole time.")


class PeakAnswer(BaseModel):
    """One of the highest demands, one a day at most."""

    start: str
    power_kw: float
    estimated: bool
    parts: list[ContributionAnswer]
    rest_kw: float | None = Field(description="What no part explains; null where a part is not known.")


class PowerFactorAnswer(BaseModel):
    """The power factor at the border, while active and reactive energy are both known."""

    mean: float | None = Field(description="Of the whole time, two decimals.")
    lowest: float | None = Field(description="Of a quarter-hour.")
    active_kwh: float
    reactive_kvarh: float
    shares: SharesAnswer


class EnergyAnswer(BaseModel):
    """All energy that was used."""

    amounts: dict[str, float] = Field(
        description="kwh used; tce (equivalent value), tce_equal, co2_location_kg, co2_market_kg and co2_annex4_kg "
        "of what came in. A field that a row lacks is left out."
    )
    by_carrier_kwh: dict[str, float]
    lacking: list[str] = Field(description="Meters of which less than 90 % of the time is known.")
    factors: list[str]
    shares: SharesAnswer


class IntensityAnswer(BaseModel):
    """Energy and CO2 per one of something."""

    per: str = Field(description="product, area or value_added.")
    of: str | None = Field(description="Id of the product or enterprise; null for the park.")
    unit: str
    amount: float | None = Field(description="How much; null where it is not known of the whole time.")
    covered_share: float = Field(description="Share of the time that the amount is known of.")
    standing: str = Field(
        description="known; or why not: untold, part (of the time), energy (a meter is known too little), "
        "shared (several products and no energy_meter), nothing (was made)."
    )
    values: dict[str, float] = Field(description="Per one of it, by the fields of `energy.amounts`.")
    risen: dict[str, float] = Field(description="Since the same time a year earlier, as a share of it.")


class EfficiencyAnswer(BaseModel):
    """Efficiency of the park or of an enterprise."""

    start: str
    end: str
    enterprise: str | None
    energy: EnergyAnswer
    demand: DemandAnswer | None
    running: RunningAnswer | None
    working_hours: list[HoursAnswer]
    duration: DurationAnswer | None
    peaks: list[PeakAnswer]
    power_factor: PowerFactorAnswer | None = Field(description="null where reactive energy is not metered.")
    intensities: list[IntensityAnswer]


class GenerationAnswer(BaseModel):
    """What generators made and where it went, by the balance of 15 minutes."""

    made_kwh: float | None
    self_consumed_kwh: float | None
    exported_kwh: float | None
    imported_kwh: float | None
    self_consumption: float | None = Field(description="Share of what was made that stayed.")
    self_sufficiency: float | None = Field(description="Share of it in own generation and import together.")
    specific_yield: float | None = Field(description="kWh per kW of rated_power; null where a generator has none.")
    curtailed_kwh: float | None = Field(
        description="As declared, else by available power; null where unknown, which is not zero."
    )
    shares: SharesAnswer


class BatteryAnswer(BaseModel):
    """What a battery did."""

    meter: str
    capacity_kwh: float | None
    charged_kwh: float | None
    discharged_kwh: float | None
    cycles: float | None = Field(description="Full equivalent cycles: given back per capacity.")
    round_trip: float | None = Field(description="Efficiency, 0 to 1.")
    round_trip_basis: str | None = Field(description="whole_cycles, corrected or long_span; the last is an estimate.")
    round_trip_uncertainty: float | None
    charge_percent: float | None = Field(description="State of charge at the end.")
    charge_estimated: bool = Field(description="Whether it is integrated from energy and not read.")
    shares: SharesAnswer


class PeakShavedAnswer(BaseModel):
    """The highest demand with the batteries and without them."""

    with_kw: float
    with_at: str
    without_kw: float
    without_at: str
    shaved_kw: float
    shares: SharesAnswer


class ChargingAnswer(BaseModel):
    """Vehicles, apart from the rest."""

    energy_kwh: float | None
    rest_kwh: float | None
    share: float | None
    peak_kw: float | None
    peak_at: str | None
    shares: SharesAnswer


class MatchingAnswer(BaseModel):
    """Load matched with own generation in the same period."""

    every: str
    load_kwh: float
    carbon_free_kwh: float
    matched_kwh: float
    score: float | None
    volume: float | None = Field(description="What a balance over the whole time would say.")
    shares: SharesAnswer


class EnergySharesAnswer(BaseModel):
    """Shares of the energy used, all by energy content (equivalent value)."""

    energy_kwh: float
    electrification: float
    non_fossil: float = Field(
        description="Own generation that stayed, and what the green ledger covers of whole months; not the grid's mix."
    )
    clean: float = Field(description="The same with natural gas.")


class FlexibilityAnswer(BaseModel):
    """Generation, batteries and chargers of the park or of an enterprise; null where there is none."""

    start: str
    end: str
    enterprise: str | None
    generation: GenerationAnswer | None
    batteries: list[BatteryAnswer]
    peak_shaved: PeakShavedAnswer | None
    charging: ChargingAnswer | None
    matching: list[MatchingAnswer] = Field(description="By the hour and by the quarter-hour.")
    direct_share: float | None = Field(description="Own generation in what was used at the same time.")
    energy_shares: EnergySharesAnswer | None
