"""Sparklines as SVG paths: no script, no library, there with the first paint."""

from collections.abc import Sequence

WIDTH, HEIGHT = 100.0, 26.0
"""The view box; the line is stretched to its place."""


def path(values: Sequence[float | None], *, low: float, high: float) -> str:
    """A line through the values, broken where one is missing.

    Args:
        values: at even steps over the whole width.
        low: value at the bottom.
        high: value at the top.
    """
    span = (high - low) or 1.0
    step = WIDTH / max(1, len(values) - 1)
    parts: list[str] = []
    pen = "M"
    for i, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        y = HEIGHT - 2 - (value - low) / span * (HEIGHT - 4)
        parts.append(f"{pen}{i * step:.1f} {y:.1f}")
        pen = "L"
    return "".join(parts)


def bounds(*lines: Sequence[float | None]) -> tuple[float, float]:
    """Lowest and highest of all values, zero included only where it is near: a sparkline shows the shape."""
    known = [value for line in lines for value in line if value is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    return (0.0 if low > 0 and low < 0.35 * high else low), high


def cumulated(values: Sequence[float | None], hours: float) -> list[float | None]:
    """Energy so far [kWh] from mean powers [kW] in steps of `hours`; it ends where the values end."""
    last = max((i for i, value in enumerate(values) if value is not None), default=-1)
    total = 0.0
    found: list[float | None] = []
    for i, value in enumerate(values):
        total += (value or 0.0) * hours
        found.append(total if i <= last else None)
    return found
