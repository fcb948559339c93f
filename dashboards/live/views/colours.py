"""Which colour a meter has: that of its carrier, or of the source it measures."""

from collections.abc import Mapping

_SOURCES: Mapping[tuple[str, str], str] = {("electricity", "generation"): "pv", ("electricity", "storage"): "battery"}


def colour_of(carrier: str, role: str) -> str:
    """Name of the colour in `parkwatt.css`, without its `--c-`."""
    return _SOURCES.get((carrier, role), carrier)
