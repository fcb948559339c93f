"""Meters on the wire that the park file does not name: what they seem to measure."""

from parkwatt.live import Live
from parkwatt.park import CARRIERS, Meter


def stranger(meter: str, live: Live) -> Meter:
    """A meter as it would stand in the park file, its carrier guessed from what it says.

    Electricity wins where nothing tells; of the carriers that share a quantity (gas and water in m3, steam and coal in
    t) the most common stands for all.
    """
    said = {key.quantity for key in list(live.latest) if key.meter == meter}
    carrier = next((guess for guess in _LIKELY if said & {CARRIERS[guess].register, CARRIERS[guess].flow}), _LIKELY[0])
    return Meter.model_construct(id=meter, carrier=carrier)


_LIKELY = ("electricity", "water", "steam", "heat")
"""One carrier for every pair of quantities, the most common first."""
