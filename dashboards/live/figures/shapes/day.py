"""A day: curve, demand, amounts."""

from dataclasses import dataclass

from dashboards.live.figures.shapes.common import Amount, Band, Emission, Source, Usual, Values
from parkwatt.accounting.tariff import Period as TariffPeriod
from parkwatt.readings import Millis


@dataclass(frozen=True, slots=True)
class TariffBand:
    """A stretch of time with one tariff period."""

    start: Millis
    end: Millis
    period: TariffPeriod


@dataclass(frozen=True, slots=True)
class Series:
    """Mean power per step [kW]; `estimated` marks steps to be drawn dashed."""

    source: Source
    values: Values
    estimated: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class DayCurve:
    """A day's electricity in steps.

    Attributes:
        start, end: the day's borders in the park's zone; 23 or 25 hours apart twice a year.
        step: length of a step [ms].
        times: starts of the steps, the whole day; values after now are None.
        sources: mean power by source [kW]; may be negative (export, charging).
        total: mean power used [kW]; None where the grid's meters are missing.
        yesterday: yesterday's total on the same clock times [kW].
        gaps: stretches before now with missing meters.
        tariff: the day's time-of-use periods.
    """

    start: Millis
    end: Millis
    step: Millis
    times: tuple[Millis, ...]
    sources: tuple[Series, ...]
    total: Values
    yesterday: Values
    gaps: tuple[Band, ...]
    tariff: tuple[TariffBand, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """15-minute mean demand against the contract.

    Attributes:
        highest: highest of the month so far [kW]; None without any.
        at: start of the 15 minutes it was in.
        estimated: whether it rests on an estimate.
        contract: contracted maximum demand [kW]; None when there is none.
        running: mean of the running 15 minutes so far [kW].
        expected: mean of the running 15 minutes if power stays as it is [kW].
    """

    highest: float | None
    at: Millis | None
    estimated: bool
    contract: float | None
    running: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class EnterpriseDay:
    """An enterprise's electricity today [kWh], own generation included.

    Attributes:
        enterprise: id.
        today: until now.
        yesterday: until the same time.
        usual: on this weekday until the same time; None without history.
    """

    enterprise: str
    today: Amount
    yesterday: Amount
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class CarrierDay:
    """A carrier's amount today and yesterday until the same time, in the unit of its register (kWh, m3, t, GJ)."""

    carrier: str
    unit: str
    today: Amount
    yesterday: Amount


@dataclass(frozen=True, slots=True)
class Reset:
    """A register that fell: a new segment began.

    Attributes:
        meter, quantity: the series.
        time: of the first reading after it.
        before, after: register values around it [unit of the quantity].
    """

    meter: str
    quantity: str
    time: Millis
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ParkDay:
    """The park's day; from the store, recomputed every some seconds.

    Attributes:
        time: the now it was computed for.
        curve: power by source, today.
        power_yesterday: power used yesterday at this time [kW], mean of those 15 minutes.
        energy: electricity used today until now [kWh].
        energy_yesterday: until the same time yesterday [kWh].
        clean_share: on-site generation / use, today until now.
        co2, co2_yesterday: [t], all carriers with a factor.
        co2_intensity: electricity's CO2 / electricity used, today [kg/kWh].
        demand: this month's highest demand at the grid connection.
        carriers: amounts of each carrier that enters the park.
        enterprises: in the order of the park file.
        resets: registers that fell today or yesterday.
    """

    time: Millis
    curve: DayCurve
    power_yesterday: float | None
    energy: Amount
    energy_yesterday: Amount
    clean_share: float | None
    co2: Emission
    co2_yesterday: Emission
    co2_intensity: float | None
    demand: Demand
    carriers: tuple[CarrierDay, ...]
    enterprises: tuple[EnterpriseDay, ...]
    resets: tuple[Reset, ...]
