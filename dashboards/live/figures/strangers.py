"""Meters on the wire that the park file does not name: what they seem to measure."""

from collections.abc import Collection

from parkwatt.live import Live
from parkwatt.park import CARRIERS, Meter

_LIKELY = ("electricity", "water", "steam", "heat")
"""One carrier for every pair of quantities, the most common first."""


def likely_carrier(quantities: Collection[str]) -> str:
    """The carrier that these quantities speak of.

    Electricity where nothing tells; of the carriers that share a quantity (gas and water in m3, steam and coal in t)
    the most common stands for all.
    """
    return next((c for c in _LIKELY if {CARRIERS[c].register, CARRIERS[c].flow} & set(quantities)), _LIKELY[0])


def stranger(meter: str, live: Live) -> Meter:
    """A meter as it would stand in the park file."""
    said = {key.quantity for key in list(live.latest) if key.meter == meter}
    return Meter.model_construct(id=meter, carrier=likely_carrier(said))
