"""The life of meters as people declare it: what happened to a register that its readings cannot say for sure."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from parkwatt.park.fields import Id
from parkwatt.park.strict import Strict
from parkwatt.park.times import When

FARTHEST_SHIFT = 100 * 366 * 86_400
"""Most that a clock can be wrong [s]; those that begin in 1970 are."""


class EventKind(StrEnum):
    """What happened to a meter."""

    ROLLOVER = "rollover"
    """Its register came to the end of its digits and began again at zero."""
    RESET = "reset"
    """Its register was set back, and counted on from `new_initial` (zero if left out)."""
    REPLACEMENT = "replacement"
    """Another meter took its place: `old_final` and `new_initial`."""
    RATIO = "ratio"
    """Its transformers were exchanged, or the ratio in the park file was wrong until then."""
    CLOCK = "clock"
    """Its clock was wrong from `time` until `until`: readings are moved by `shift` seconds."""
    IGNORE = "ignore"
    """What it said from `time` until `until` counts for nothing."""
    ACCEPT = "accept"
    """A rise that looked impossible is what was used."""
    UNKNOWN = "unknown"
    """Nobody knows what was used between the readings around `time`: it stays missing, and nobody is asked again."""


class MeterEvent(Strict):
    """Something that happened to a meter; a decision about its register.

    Attributes:
        meter: id of the meter.
        kind: what happened.
        time: when, between the last reading before and the first one after it; on the park's wall clock
            unless it says its zone.
        until: end of the stretch of time that `ignore` and `clock` mean.
        quantity: the register it happened to, for example energy_import; all of the meter's where it is left out.
        old_final: last reading of the old register [unit of the quantity, as it is stored].
        new_initial: first reading of the new register [unit of the quantity, as it is stored].
        ratio_before: what one unit on the meter's display stood for until then: ct times pt.
        ratio_after: what it stood for from then on.
        applied: from when on readings are stored with `ratio_after`; `time` where it is left out.
        shift: seconds to add to the time of readings.
        reason: why this was decided.
        by: who decided it.
        withdrawn: whether it counts no longer; the line stays as a record.
    """

    meter: Id
    kind: EventKind
    time: When
    until: When | None = None
    quantity: str | None = None
    old_final: Annotated[float, Field(ge=0)] | None = None
    new_initial: Annotated[float, Field(ge=0)] | None = None
    ratio_before: Annotated[float, Field(gt=0)] | None = None
    ratio_after: Annotated[float, Field(gt=0)] | None = None
    applied: When | None = None
    shift: Annotated[float, Field(ge=-FARTHEST_SHIFT, le=FARTHEST_SHIFT)] = 0.0
    reason: str = ""
    by: str = ""
    withdrawn: bool = False
