"""Energy and CO2 per product, per floor area and per value added; not known is said, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from parkwatt.accounting.energy_use import EnergyUse
from parkwatt.accounting.told import Told


class Per(StrEnum):
    """What energy is set against."""

    PRODUCT = "product"
    AREA = "area"
    """Floor area [m2]."""
    VALUE_ADDED = "value_added"
    """At constant prices [10,000 yuan]."""


class Standing(StrEnum):
    """Whether an intensity is known, and if not, why."""

    KNOWN = "known"
    UNTOLD = "untold"
    """Nobody said how much it was."""
    PART = "part"
    """It is known of a part of the time only."""
    ENERGY = "energy"
    """A meter is known of less than 90 % of the time."""
    SHARED = "shared"
    """Several products are made, and no meter says what energy went into this one."""
    NOTHING = "nothing"
    """Nothing was made."""


@dataclass(frozen=True, slots=True)
class Intensity:
    """Energy and CO2 per one of something.

    Attributes:
        per: of what kind it is.
        of: id of the product; of the enterprise for area and value added, None for the park.
        unit: what it is counted in.
        amount: how much of it; None where it is not known of the whole time.
        covered: share of the time that it is told of (0 to 1).
        standing: whether the intensity is known.
        values: per one of it, by field of accounted rows (kWh, tce, kg); empty where it is not known.
        energy: what was used.
    """

    per: Per
    of: str | None
    unit: str
    amount: float | None
    covered: float
    standing: Standing
    values: Mapping[str, float]
    energy: EnergyUse | None


def intensity(per: Per, of: str | None, unit: str, amount: Told, energy: EnergyUse | None) -> Intensity:
    """Set energy against an amount of the same stretch of time.

    Args:
        per: what kind of amount it is.
        of: whose.
        unit: of the amount.
        amount: how much.
        energy: what was used for it; None where that cannot be told apart from other products.
    """
    standing = _standing(amount, energy)
    values: dict[str, float] = {}
    if standing is Standing.KNOWN and amount.amount and energy is not None:
        values = {field: used / amount.amount for field, used in energy.amounts.items()}
    return Intensity(per, of, unit, amount.amount, amount.covered, standing, values, energy)


def change(now: Intensity, before: Intensity) -> Mapping[str, float]:
    """How much each value rose since an earlier time, as a share of it, for the fields that are known of both."""
    return {
        field: value / before.values[field] - 1.0
        for field, value in now.values.items()
        if before.values.get(field, 0.0) > 0
    }


def _standing(amount: Told, energy: EnergyUse | None) -> Standing:
    if amount.part is None:
        return Standing.UNTOLD
    if amount.amount is None:
        return Standing.PART
    if amount.amount <= 0:
        return Standing.NOTHING
    if energy is None:
        return Standing.SHARED
    return Standing.KNOWN if energy.known else Standing.ENERGY
