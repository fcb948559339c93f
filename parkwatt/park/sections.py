"""The sections of a park file beside `park`: what they are called and what their records are."""

from collections.abc import Mapping

from parkwatt.park.carbon import FuelDelivery, GreenSupply, OwnFactor, ProcessEmission
from parkwatt.park.closing import Lock
from parkwatt.park.events import MeterEvent
from parkwatt.park.metering import MeteringNeed
from parkwatt.park.model import Enterprise, Meter
from parkwatt.park.output import Curtailment, Output, Product, ValueAdded
from parkwatt.park.strict import Strict
from parkwatt.park.tariffs import HotDay, Price, Tariff

SECTIONS: Mapping[str, type[Strict]] = {
    "enterprises": Enterprise,
    "meters": Meter,
    "events": MeterEvent,
    "tariffs": Tariff,
    "prices": Price,
    "hot_days": HotDay,
    "factors": OwnFactor,
    "green_supply": GreenSupply,
    "process_emissions": ProcessEmission,
    "deliveries": FuelDelivery,
    "products": Product,
    "output": Output,
    "value_added": ValueAdded,
    "curtailment": Curtailment,
    "locks": Lock,
    "metering_needs": MeteringNeed,
}
"""Each is a list in the park file, the name of a table, or both mixed; `Park` has them under the same names."""

_SECTION_OF = {model: section for section, model in SECTIONS.items()}

REFERENCES: Mapping[str, Mapping[str, str]] = {
    "enterprises": {"tariff": "tariffs"},
    "meters": {"enterprise": "enterprises", "parent": "meters", "tariff": "tariffs"},
    "events": {"meter": "meters"},
    "prices": {"tariff": "tariffs"},
    "green_supply": {"enterprise": "enterprises"},
    "process_emissions": {"enterprise": "enterprises"},
    "deliveries": {"enterprise": "enterprises"},
    "products": {"enterprise": "enterprises", "meter": "meters", "energy_meter": "meters"},
    "output": {"product": "products"},
    "value_added": {"enterprise": "enterprises"},
    "curtailment": {"meter": "meters"},
    "metering_needs": {"enterprise": "enterprises"},
}
"""Keys of a section's records that name a record of a section, and which."""


def section_of(record: Strict) -> str:
    """The section that a record belongs to."""
    return _SECTION_OF[type(record)]
