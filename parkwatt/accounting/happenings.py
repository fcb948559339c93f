"""What can happen to a register, and how it is known."""

from dataclasses import dataclass
from enum import StrEnum

from parkwatt.readings import Millis


class Happening(StrEnum):
    """What happened to a register; the first eight can be declared in the park file under the same names."""

    ROLLOVER = "rollover"
    RESET = "reset"
    REPLACEMENT = "replacement"
    RATIO = "ratio"
    CLOCK = "clock"
    IGNORE = "ignore"
    ACCEPT = "accept"
    UNKNOWN = "unknown"
    DIP = "dip"
    """A few readings are lower than those before and after them; they are left out."""
    SPIKE = "spike"
    """A reading or two are higher than those before and after them; they are left out."""
    JUMP = "jump"
    """It rose by more than its meter can carry."""
    NEGATIVE = "negative"
    """It sent an amount below zero."""
    MISFIT = "misfit"
    """Something was declared that the readings contradict; it is not applied."""


class Basis(StrEnum):
    """How it is known what happened."""

    DECLARED = "declared"
    """The park file says so."""
    EVIDENCE = "evidence"
    """The readings around leave no doubt."""
    OPEN = "open"
    """Nobody knows; what was used is missing until someone decides."""


@dataclass(frozen=True, slots=True)
class RegisterEvent:
    """Something that happened to a register.

    Attributes:
        kind: what it was, or was taken for.
        time: of the first reading after it; of the first that is left out, for a dip, a spike and what is ignored [ms].
        before, after: values on both sides of it [unit of the register].
        basis: how it is known.
        used: what was used across it [unit of the register]; None where that is not known.
        reason: why it was decided so, where somebody did.
        quantity: of the register, where it stands beside others.
    """

    kind: Happening
    time: Millis
    before: float
    after: float
    basis: Basis = Basis.EVIDENCE
    used: float | None = None
    reason: str = ""
    quantity: str = ""
