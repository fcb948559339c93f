"""What a field on the wire means, worked out once, so that reading a value is one multiplication."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from parkwatt.quantities import PHASES, QUANTITIES, Conversion, Kind, conversion

Scale: TypeAlias = Literal["", "ct", "pt", "ct*pt"]
"""Which transformer ratios of the meter a field still has to be multiplied with."""


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What a field means: `value * factor / divisor + offset` is in the unit of its quantity.

    Attributes:
        quantity: a name in `QUANTITIES`.
        phase: one of `PHASES`, None for the total.
        kind: gauge, register or interval.
        factor: units of the quantity per wire unit, before the division.
        divisor: divides, so that 114.87 W is exactly 0.11487 kW.
        offset: added last.
        low: smallest plausible value.
        high: largest plausible value.
        scale: transformer ratios that are still to be applied.
        plain: the wire already speaks the quantity's unit.
    """

    quantity: str
    phase: str | None
    kind: Kind
    factor: float
    divisor: float
    offset: float
    low: float
    high: float
    scale: Scale = ""
    plain: bool = False

    def with_factor(self, factor: float) -> "Meaning":
        """The same for a device that counts in other steps: its numbers are multiplied by `factor` first."""
        inverse = round(1 / factor)
        if abs(factor) < 1 and abs(inverse * factor - 1) < 1e-12:
            return replace(self, divisor=self.divisor * inverse, plain=False)  # 2304 tenths are exactly 230.4
        return replace(self, factor=self.factor * factor, plain=False)

    def times(self, ratio: float) -> "Meaning":
        """The same with every value multiplied by `ratio`."""
        return replace(
            self, factor=self.factor * ratio, offset=self.offset * ratio, plain=self.plain and ratio == 1, scale=""
        )


@lru_cache(maxsize=10_000)
def meaning(
    quantity: str,
    phase: str | None = None,
    *,
    unit: str | None = None,
    kind: Kind | None = None,
    scale: Scale = "",
) -> Meaning:
    """What a field with this quantity, phase and wire unit means.

    Args:
        quantity: a name in `QUANTITIES`.
        phase: one of `PHASES`; None for the total.
        unit: unit on the wire; None for the quantity's own.
        kind: None for the quantity's own.
        scale: transformer ratios to apply.

    Raises:
        UnknownUnitError: if the unit does not measure the quantity.
    """
    known = QUANTITIES[quantity]
    convert = Conversion() if unit is None else conversion(unit, quantity)
    return Meaning(
        quantity=quantity,
        phase=phase,
        kind=kind or known.kind,
        factor=convert.factor,
        divisor=convert.divisor,
        offset=convert.offset,
        low=-math.inf if known.low is None else known.low,
        high=math.inf if known.high is None else known.high,
        scale=scale,
        plain=convert == Conversion(),
    )


def _own_names() -> Mapping[str, Meaning]:
    totals = {name: meaning(name) for name in QUANTITIES}
    phases = {f"{phase}.{name}": meaning(name, phase) for name in QUANTITIES for phase in PHASES}
    return totals | phases


OWN_NAMES = _own_names()
"""Parkwatt's own names in its own units: `voltage`, `L1.voltage`."""
