"""The power factor of a month, and what it puts on a bill (功率因数调整电费办法, (83)水电财字第215号)."""

from decimal import ROUND_HALF_UP, Decimal

from parkwatt.accounting.factors import Factor, power_factor_adjustment

_HUNDREDTH = Decimal("0.01")
_STEP_BELOW = Decimal(2)
"""What each hundredth below the end of the table adds [%]: the step of its last lines, which the rule goes on with."""


def power_factor(kwh: Decimal, kvarh: Decimal) -> Decimal | None:
    """Mean power factor of a month, rounded to two decimals; None of a month without any energy.

    Args:
        kwh: active energy.
        kvarh: reactive energy, what was taken and what was given back added up.
    """
    apparent = (kwh * kwh + kvarh * kvarh).sqrt()
    return (kwh / apparent).quantize(_HUNDREDTH, ROUND_HALF_UP) if apparent else None


def adjustment(factor: Decimal, standard: float) -> Decimal:
    """What a power factor puts on energy charge and basic charge [%]; negative for a good one.

    Args:
        factor: of the month, to two decimals; above the table the best line counts.
        standard: that the tariff asks for: 0.90, 0.85 or 0.80.
    """
    table, _ = power_factor_adjustment(f"{standard:.2f}")
    lowest, highest = min(table), max(table)
    if factor < lowest:
        return table[lowest] + (lowest - factor) / _HUNDREDTH * _STEP_BELOW
    return table[min(factor, highest)]


def table_of(standard: float) -> Factor:
    """The table that an adjustment rests on."""
    _, table = power_factor_adjustment(f"{standard:.2f}")
    return table
