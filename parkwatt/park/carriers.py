"""Energy carriers and media: what flows through a park's meters, and the quantities that measure it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """What flows through a meter.

    Attributes:
        name: as in the park file.
        register: the quantity that accumulates, the truth for consumption.
        flow: the quantity that says how much flows now.
        energy: whether amounts of it are energy by themselves (electricity, heat, cooling).
    """

    name: str
    register: str
    flow: str
    energy: bool = False


CARRIERS: Mapping[str, Carrier] = {
    c.name: c
    for c in (
        Carrier("electricity", "energy_import", "active_power", energy=True),
        Carrier("gas", "volume", "volume_flow"),
        Carrier("steam", "mass", "mass_flow"),
        Carrier("heat", "heat", "heat_power", energy=True),
        Carrier("cooling", "heat", "heat_power", energy=True),
        Carrier("water", "volume", "volume_flow"),
        Carrier("compressed_air", "volume", "volume_flow"),
        Carrier("coal", "mass", "mass_flow"),
        Carrier("oil", "mass", "mass_flow"),
    )
}
"""All carriers by name. Their units are those of their quantities."""
