"""Totals, amounts and words that several pages share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from parkwatt.readings import Millis

Values: TypeAlias = tuple[float | None, ...]
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
    """Its newest flow or register value is younger than its `silent_after`."""
    STALE = "stale"
    """It is heard, but what it says is old, or its gateway said goodbye."""
    SILENT = "silent"
    """Nothing was heard for longer than its `silent_after`."""
    NEVER = "never"
    """Nothing was ever heard."""


class Severity(StrEnum):
    """How much something matters, the worst first."""

    ALARM = "alarm"
    WARNING = "warning"
    NOTICE = "notice"


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
class Usual:
    """What is usual until this time of day.

    Attributes:
        value: mean over the same weekday of the last weeks until the same time [kWh].
        days: how many such days it rests on.
    """

    value: float
    days: int
