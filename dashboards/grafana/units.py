"""Units as Grafana writes them."""

from collections.abc import Mapping
from typing import Final

from parkwatt.park.carriers import CARRIERS
from parkwatt.quantities import QUANTITIES

POWER: Final = "kwatt"
ENERGY: Final = "kwatth"
CARBON: Final = "suffix: t CO₂"
COAL: Final = "suffix: tce"
MONEY: Final = "suffix: 元"
SHARE: Final = "percentunit"
COUNT: Final = "short"
BYTES: Final = "bytes"
RATE: Final = "suffix: /s"
AGO: Final = "dateTimeFromNow"

OF_UNIT: Final[Mapping[str, str]] = {
    "kW": POWER,
    "kvar": "suffix: kvar",
    "kVA": "kvoltamp",
    "V": "volt",
    "A": "amp",
    "Hz": "hertz",
    "1": "none",
    "kWh": ENERGY,
    "kvarh": "suffix: kvarh",
    "kVAh": "suffix: kVAh",
    "m3": "suffix: m³",
    "m3/h": "suffix: m³/h",
    "t": "suffix: t",
    "t/h": "suffix: t/h",
    "GJ": "suffix: GJ",
    "degC": "celsius",
    "kPa": "pressurekpa",
    "%": "percent",
    "W/m2": "suffix: W/m²",
    "m/s": "velocityms",
    "unit": "none",
}
"""By the unit of a quantity."""


def of_quantity(quantity: str) -> str:
    """The unit of a quantity."""
    return OF_UNIT[QUANTITIES[quantity].unit]


def of_flow(carrier: str) -> str:
    """The unit in which a carrier flows."""
    return of_quantity(CARRIERS[carrier].flow)


def of_amount(carrier: str) -> str:
    """The unit in which a carrier is counted."""
    return of_quantity(CARRIERS[carrier].register)
