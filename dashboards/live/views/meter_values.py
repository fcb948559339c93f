"""Values of a meter exactly as they are stored: an engineer compares them with the display of the device."""

from decimal import Decimal

from dashboards.live.format import MISSING, Shown, spelled

_DIGITS = 12
"""More digits no register has; behind them a binary fraction only shows its own noise."""


def exact(value: float | None, unit: str, *, reason: str = "") -> Shown:
    """A value with every digit it has, and its unit.

    Args:
        value: in `unit`; None where it is missing.
        unit: as in `parkwatt.quantities`.
        reason: why it is missing, for the hover.
    """
    if value is None:
        return Shown(MISSING, spelled(unit), reason, "missing")
    text = f"{Decimal(f'{value:.{_DIGITS}g}'):,f}"
    return Shown(text.replace("-", "\N{MINUS SIGN}"), spelled(unit))
