"""A chain of steps: each says what it is, by which rule, from what, and whether working it out again gives the same.

A step's result is the number that stands somewhere: in a row, in a reading, in a message. What it is worked out from
are its inputs and those of its children that have a weight; `check` does that arithmetic anew and compares.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.workings import Operand, Working, worked_out
from parkwatt.readings import Millis

_RELATIVE = 1e-9
"""Two numbers that differ by less than this share of them are one: the rounding of sums."""
_ABSOLUTE = 1e-7
"""And so are two that differ by less than this: registers are taken to the nearest 2^-24 [unit of the number]."""


class Depth(IntEnum):
    """How far down a chain goes."""

    FIGURE = 0
    METERS = 1
    DAYS = 2
    INTERVALS = 3
    READINGS = 4
    MESSAGES = 5


class Level(StrEnum):
    """What a step is about."""

    FIGURE = "figure"
    TOTAL = "total"
    METER = "meter"
    MONTH = "month"
    AMOUNT = "amount"
    DAY = "day"
    INTERVAL = "interval"
    REGISTER = "register"
    BORDER = "border"
    READING = "reading"
    MESSAGE = "message"
    CONVERSION = "conversion"
    FACTOR = "factor"
    PRICE = "price"
    EVENT = "event"
    RECOUNT = "recount"
    LEFT_OUT = "left_out"


class Shares(NamedTuple):
    """How the time of a step is known (0 to 1); together they are 1."""

    measured: float
    estimated: float
    missing: float


class Source(NamedTuple):
    """Where a number or a rule comes from.

    Attributes:
        id: of the factor, the price, the declared event.
        said_by: who says so: a standard, an announcement, a person.
        checked: how sure it is; empty where that is no question.
        version: its edition; empty where it has none.
        year: the year its data describe; None where it says none.
        place: file and line where it stands in the park's folder; empty where it does not.
    """

    id: str
    said_by: str = ""
    checked: str = ""
    version: str = ""
    year: int | None = None
    place: str = ""


class Check(NamedTuple):
    """What came out when a step was worked out again.

    Attributes:
        worked: the result.
        difference: by how much the step's own number is larger.
    """

    worked: float
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether both are one number, but for rounding."""
        return abs(self.difference) <= _ABSOLUTE + _RELATIVE * abs(self.worked)


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        level: what it is about.
        title: its name.
        rule: how its result comes about; None where there is nothing to say.
        result: the number [unit]; None where nothing is known.
        unit: of the result.
        working: how the result is worked out; None where it stands by itself.
        inputs: numbers that it is worked out from, beside its children.
        shares: how the time is known that it is about; None where that is no question.
        sources: where its numbers and its rule come from.
        notes: what else is to be known.
        weight: what its parent multiplies its result with; None where it only stands beside.
        start, end: the time it is about [ms]; None where it is about none.
        meter: id of the meter whose part it is; None where it is of several.
        children: the steps that it rests on.
    """

    level: Level
    title: Phrase
    rule: Phrase | None = None
    result: float | None = None
    unit: str = ""
    working: Working | None = None
    inputs: tuple[Operand, ...] = ()
    shares: Shares | None = None
    sources: tuple[Source, ...] = ()
    notes: tuple[Phrase, ...] = ()
    weight: float | None = None
    start: Millis | None = None
    end: Millis | None = None
    meter: str | None = None
    children: "tuple[Step, ...]" = ()

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What its result is worked out from: children that count, then inputs; what is missing adds nothing."""
        counted = (child for child in self.children if child.weight is not None and child.result is not None)
        return (
            *(Operand(child.title, child.result or 0.0, child.unit, child.weight or 0.0) for child in counted),
            *self.inputs,
        )

    @property
    def check(self) -> Check | None:
        """Its result worked out again; None where it has none, or is not unfolded."""
        if self.working is None or self.result is None or not self.operands:
            return None
        worked = worked_out(self.working, self.operands)
        return Check(worked, self.result - worked)

    def steps(self) -> "Iterator[Step]":
        """This step and all below it, from the top down."""
        yield self
        for child in self.children:
            yield from child.steps()


class Part(NamedTuple):
    """A meter of a figure whose time still runs.

    Attributes:
        meter: its id.
        until: when its last accounted quarter-hour ends [ms].
        per_unit: what one unit of its amount brings into the figure from then on; None where that is not known yet.
    """

    meter: str
    until: Millis
    per_unit: float | None


class Running(NamedTuple):
    """A figure whose time still runs.

    Attributes:
        until: when its last accounted quarter-hour ends [ms].
        parts: the meters that it is the sum of.
    """

    until: Millis
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Chain:
    """Where a figure comes from.

    Attributes:
        figure: the step at the top.
        depth: how far it goes down.
        zone: name of the time zone in which its times are written.
        running: what goes on, where its time is not over yet; else None.
    """

    figure: Step
    depth: Depth
    zone: str
    running: Running | None = None

    @property
    def time_zone(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.zone)

    @property
    def checked(self) -> int:
        """How many steps were worked out again."""
        return sum(step.check is not None for step in self.figure.steps())

    @property
    def differing(self) -> tuple[Step, ...]:
        """Steps that come out otherwise when they are worked out again."""
        return tuple(step for step in self.figure.steps() if step.check is not None and not step.check.agrees)
