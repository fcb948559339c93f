"""One meter."""

from dataclasses import dataclass

from dashboards.live.figures.shapes.common import Amount, Band, MeterState, Values
from dashboards.live.figures.shapes.day import Reset
from parkwatt.live import RawMessage
from parkwatt.readings import Millis, Quality, TimeSource


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
