"""Values of a meter exactly as they are stored: an engineer compares them with the display of the device."""

from decimal import Decimal

from dashboards.live.format import MISSING, Shown, spelled


def exact(value: float | None, unit: str, *, reason: str = "") -> Shown:
    """A value with every digit it has, and its unit.

    Args:
        value: in `unit`; None where it is missing.
        unit: as in `parkwatt.quantities`.
        reason: why it is missing, for the hover.
    """
    if value is None:
        return Shown(MISSING, spelled(unit), reason, "missing")
    text = f"{Decimal(repr(value)):,f}".removesuffix(".0")
    return Shown(text.replace("-", "\N{MINUS SIGN}"), spelled(unit))
