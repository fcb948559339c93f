"""What the pages show, as plain numbers: no formatting, no language.

Rules that hold in every shape:

- a time is in milliseconds UTC (`Millis`), a day is an ISO date in the park's zone;
- a value nobody measured is None, never 0, and a total says how many of its meters it rests on;
- a share is 0 to 1;
- a text is a code with parameters, and a catalogue of texts turns it into a sentence;
- energy that flows into the park or is made in it is positive, export and battery charging are negative.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from parkwatt.live import RawMessage
from parkwatt.readings import Millis, Quality, TimeSource

Values = tuple[float | None, ...]
"""One value per step; None where nobody measured."""


class Source(StrEnum):
    """Where electricity comes from; each has one colour everywhere."""

    GRID = "grid"
    PV = "pv"
    """All on-site generation of electricity."""
    BATTERY = "battery"


class MeterState(StrEnum):
    """How current a meter's word is."""

    FRESH = "fresh"
    """Its flow value is younger than its `silent_after`."""
    STALE = "stale"
    """It is heard, but its flow value is old or missing, or its gateway said goodbye."""
    SILENT = "silent"
    """Nothing was heard for longer than its `silent_after`."""
    NEVER = "never"
    """Nothing was ever heard."""


class Severity(StrEnum):
    """How much something matters, the worst first."""

    ALARM = "alarm"
    WARNING = "warning"
    NOTICE = "notice"


class TariffPeriod(StrEnum):
    """Time-of-use period of the tariff."""

    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over meters, now.

    Attributes:
        value: the sum over the meters that are current; None when none is.
        meters: how many meters belong to it.
        counted: how many of them are in it.
    """

    value: float | None
    meters: int
    counted: int

    @property
    def complete(self) -> bool:
        """Whether every meter that belongs to it is in it."""
        return self.counted == self.meters


@dataclass(frozen=True, slots=True)
class Amount:
    """What was used in a period, from registers.

    Attributes:
        value: in the carrier's unit; None when no part of it is known.
        measured: share of the period (over all meters) that is measured.
        estimated: share that is estimated: energy over a gap, known from both of its ends.
        missing: share nobody knows; `value` lacks it.
    """

    value: float | None
    measured: float = 0.0
    estimated: float = 0.0
    missing: float = 1.0


@dataclass(frozen=True, slots=True)
class FactorUse:
    """A factor that a result rests on.

    Attributes:
        id: of the factor.
        value, unit: what was multiplied with.
        year: the year its data describe; None when it has none.
        checked: how sure it is, in the words of the factor table.
        source: who says so.
    """

    id: str
    value: float
    unit: str
    year: int | None
    checked: str
    source: str

    @property
    def verified(self) -> bool:
        """Whether at least two sources or the standard itself were seen; else the mark is shown."""
        return self.checked in {"verified", "two sources"}


@dataclass(frozen=True, slots=True)
class Emission:
    """CO2, location-based.

    Attributes:
        value: [t], or [t/h] of a rate; None when no input is known.
        factors: what it rests on.
        by_carrier: the same per carrier.
    """

    value: float | None
    factors: tuple[FactorUse, ...] = ()
    by_carrier: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourcePower:
    """Electricity of one source now [kW]; export and charging are negative."""

    source: Source
    power: Total


@dataclass(frozen=True, slots=True)
class CarrierFlow:
    """How much of a carrier is used now, in the unit of its flow quantity (kW, m3/h, t/h)."""

    carrier: str
    unit: str
    flow: Total


@dataclass(frozen=True, slots=True)
class EnterprisePower:
    """Electricity an enterprise uses now [kW], own generation included, and its share of all enterprises' use."""

    enterprise: str
    power: Total
    share: float | None


@dataclass(frozen=True, slots=True)
class FlowLink:
    """One band of the flow picture.

    Nodes are named `<kind>:<id>`: `source:grid`, `source:pv`, `source:battery`, `source:gas`, `source:steam`, ...;
    `carrier:electricity`, ...; `enterprise:<id>`; `park:own`; `sink:rest` (losses and what no meter sees),
    `sink:export`, `sink:battery`; `source:unexplained` where meters below see more than those above.

    Attributes:
        source, target: nodes.
        carrier: what flows.
        power: energy content [kW], positive.
    """

    source: str
    target: str
    carrier: str
    power: float


@dataclass(frozen=True, slots=True)
class MeterCounts:
    """How many meters are in which state."""

    fresh: int
    stale: int
    silent: int
    never: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.fresh + self.stale + self.silent + self.never


@dataclass(frozen=True, slots=True)
class ParkNow:
    """The park this second; from memory alone.

    Attributes:
        time: the now it was computed for.
        version: `Live.version` it was computed from.
        power: electricity the park uses [kW]: grid + generation + battery.
        sources: the same by source, always in the order of `Source`; a source without meters is left out.
        clean_share: on-site generation / use (0 to 1); neither the grid's own mix nor batteries are counted.
        carriers: every carrier that enters the park, electricity first.
        co2: CO2 rate [t/h].
        enterprises: the largest user first; those without a current value last.
        flow: the Sankey's links.
        meters: how many are fresh, stale, silent.
        newest: when the newest message arrived; None before the first.
    """

    time: Millis
    version: int
    power: Total
    sources: tuple[SourcePower, ...]
    clean_share: float | None
    carriers: tuple[CarrierFlow, ...]
    co2: Emission
    enterprises: tuple[EnterprisePower, ...]
    flow: tuple[FlowLink, ...]
    meters: MeterCounts
    newest: Millis | None


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time in which something is missing.

    Attributes:
        start, end: the stretch; end excluded.
        missing: how many meters have no data in it.
        meters: how many there are; where `missing` is less, the curve is a part of the whole.
    """

    start: Millis
    end: Millis
    missing: int
    meters: int


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
class Usual:
    """What is usual until this time of day.

    Attributes:
        value: mean over the same weekday of the last weeks until the same time [kWh].
        days: how many such days it rests on.
    """

    value: float
    days: int


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


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter in a list: what it says now and when it was last heard.

    Attributes:
        meter: id.
        enterprise: id; None for the park's own, and for one that is not in the park file.
        carrier, role: as in the park file.
        state: how current it is.
        flow, flow_unit, flow_time: newest flow value, shown with its age even when it is old.
        register, register_unit, register_time: newest register value.
        heard: when its last message arrived; None if never.
    """

    meter: str
    enterprise: str | None
    carrier: str
    role: str
    state: MeterState
    flow: float | None
    flow_unit: str
    flow_time: Millis | None
    register: float | None
    register_unit: str
    register_time: Millis | None
    heard: Millis | None


@dataclass(frozen=True, slots=True)
class EnterpriseNow:
    """An enterprise this second; from memory alone. `rank` counts from 1 by electricity used now."""

    time: Millis
    version: int
    enterprise: str
    power: Total
    sources: tuple[SourcePower, ...]
    share: float | None
    rank: int | None
    carriers: tuple[CarrierFlow, ...]
    co2: Emission
    meters: tuple[MeterRow, ...]
    counts: MeterCounts


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Hour by day.

    Attributes:
        days: ISO dates in the park's zone, the oldest first.
        values: per day 24 values, of the hours 0 to 23 on the wall clock [kWh]; None where nothing is known.
    """

    days: tuple[str, ...]
    values: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class EnterprisePage:
    """An enterprise's day; from the store. `curve` has what it takes in as `grid`, own generation as `pv`."""

    time: Millis
    enterprise: str
    curve: DayCurve
    power_yesterday: float | None
    energy: Amount
    energy_yesterday: Amount
    usual: Usual | None
    co2: Emission
    co2_yesterday: Emission
    demand: Demand
    carriers: tuple[CarrierDay, ...]
    heat_map: HeatMap


@dataclass(frozen=True, slots=True)
class Curve:
    """One series of a meter over time.

    Attributes:
        quantity, unit, phase: what it shows.
        start, end: what was asked for.
        step: length of a step [ms].
        times: starts of the steps that have readings, plus one None-valued step at the start of each gap.
        mean, low, high: over the readings in a step.
        gaps: stretches without readings.
    """

    quantity: str
    unit: str
    phase: str | None
    start: Millis
    end: Millis
    step: Millis
    times: tuple[Millis, ...]
    mean: Values
    low: Values
    high: Values
    gaps: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """The newest reading of one series of a meter."""

    quantity: str
    phase: str | None
    value: float
    unit: str
    time: Millis
    arrived: Millis
    time_source: TimeSource
    quality: Quality
    register: bool


@dataclass(frozen=True, slots=True)
class MeterNow:
    """A meter this second; from memory alone.

    Attributes:
        row: as in lists.
        values: newest reading of every series, totals before phases.
        raw: last raw messages, the newest first.
        clock_off: arrival - device time [ms] where the device's clock is off; None where it is right or unknown.
    """

    time: Millis
    version: int
    row: MeterRow
    values: tuple[Value, ...]
    raw: tuple[RawMessage, ...]
    clock_off: Millis | None


@dataclass(frozen=True, slots=True)
class MeterPage:
    """A meter over time; from the store.

    Attributes:
        curve: its flow quantity, or the one asked for.
        consumption: of its register today until now; None for a meter without one.
        consumption_yesterday: until the same time.
        unit: of the consumption.
        resets: registers that fell in the range shown.
    """

    time: Millis
    meter: str
    curve: Curve | None
    consumption: Amount | None
    consumption_yesterday: Amount | None
    unit: str
    resets: tuple[Reset, ...]


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that needs a person.

    Attributes:
        severity: how much it matters.
        code: key of the text; all of them are in `attention.CODES`.
        since: when it began; None when that is not known.
        meter, enterprise: where; None when it is the park's.
        params: numbers (in the unit their name ends with) and words to fill in.
    """

    severity: Severity
    code: str
    since: Millis | None
    meter: str | None = None
    enterprise: str | None = None
    params: Mapping[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SilentMeter:
    """A meter that is not heard. `goodbye` is when its gateway announced that it is gone; None when it did not."""

    row: MeterRow
    since: Millis | None
    goodbye: Millis | None


@dataclass(frozen=True, slots=True)
class UnassignedMeter:
    """A meter on the wire that the park file does not name.

    Attributes:
        meter: id on the wire.
        first_heard: first reading that the store still has; None when it is not in the store yet.
        last_heard: when its last message arrived.
        values: newest reading of every series.
        raw: its newest raw message; None when none was kept.
    """

    meter: str
    first_heard: Millis | None
    last_heard: Millis
    values: tuple[Value, ...]
    raw: RawMessage | None


@dataclass(frozen=True, slots=True)
class RejectionExample:
    """A message that could not be read."""

    topic: str
    payload: bytes
    arrived: Millis


@dataclass(frozen=True, slots=True)
class RejectionGroup:
    """Messages that could not be read for one reason, the newest examples first.

    `count` is what was found among the newest rejections looked at; `more` says that older ones were not.
    """

    reason: str
    count: int
    first: Millis
    last: Millis
    examples: tuple[RejectionExample, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for the engineer who connects meters."""

    time: Millis
    silent: tuple[SilentMeter, ...]
    unassigned: tuple[UnassignedMeter, ...]
    rejections: tuple[RejectionGroup, ...]

    @property
    def count(self) -> int:
        """How many things wait; the number in the navigation."""
        return len(self.silent) + len(self.unassigned) + len(self.rejections)
