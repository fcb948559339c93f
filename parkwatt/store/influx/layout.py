"""How readings lie in InfluxDB: names of measurements, tags and fields.

A point is what a meter says at a time on a phase; each quantity is a field of its own, named with its unit. Beside
the values stand three whole numbers of the point: its own time (InfluxQL does not give the time of a first or last
value in a period), when it arrived, and its flags. Where one value differs in those, they stand beside that value.
A suspect value has a field of its own, so that no statistic takes it in.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple
from unicodedata import category

from parkwatt.flags import NUMBER_OF_KIND, QUALITY_BITS, SUSPECT_BITS
from parkwatt.park import Park
from parkwatt.quantities import QUANTITIES
from parkwatt.store.base import StoreError

READINGS: Final = "readings"
REJECTIONS: Final = "rejections"
BATCHES: Final = "batches"
PIPELINE: Final = "pipeline"
UNFINISHED: Final = "unfinished"

TIME: Final = "time_ms"
ARRIVED: Final = "arrived_ms"
FLAGS: Final = "flags"
_SUSPECT = "_suspect"
_KIND_BITS = 0b11
USUAL: Final = _KIND_BITS
"""Flags of a point that are not written: the quantity's own kind, good, the device's time. Kind 3 is `its own`."""

_UNITS: Mapping[str, str] = {
    "kW": "kw", "kvar": "kvar", "kVA": "kva", "V": "v", "A": "a", "Hz": "hz", "kWh": "kwh", "kvarh": "kvarh",
    "kVAh": "kvah", "m3": "m3", "m3/h": "m3_per_h", "t": "t", "t/h": "t_per_h", "GJ": "gj", "degC": "degc",
    "kPa": "kpa", "%": "percent", "W/m2": "w_per_m2", "m/s": "m_per_s", "1": "", "unit": "",
}  # fmt: skip


class Field(NamedTuple):
    """Where values of a quantity stand.

    Attributes:
        quantity: name of the quantity.
        suspect: whether they are the suspect ones.
    """

    quantity: str
    suspect: bool = False

    @property
    def name(self) -> str:
        """Name of the field, such as `active_power_kw`."""
        return _name(self)

    @property
    def arrived(self) -> str:
        """Name of the field with an arrival of its own."""
        return f"{self.name}_{ARRIVED}"

    @property
    def flags(self) -> str:
        """Name of the field with flags of its own."""
        return f"{self.name}_{FLAGS}"


@cache
def _name(field: Field) -> str:
    quantity = QUANTITIES.get(field.quantity)
    unit = _UNITS[quantity.unit] if quantity is not None else ""
    name = f"{field.quantity}_{unit}" if unit else field.quantity
    return name + _SUSPECT if field.suspect else name


def field_of(quantity: str, flags: int) -> Field:
    """Where a reading's value stands."""
    return Field(quantity, (flags & QUALITY_BITS) == SUSPECT_BITS)


FIELDS: Mapping[str, Field] = {
    field.name: field for quantity in QUANTITIES for field in (Field(quantity), Field(quantity, suspect=True))
}
"""Every field that holds values, by name."""


def to_stored(flags: int, field: Field) -> int:
    """A reading's flags as they are written: the kind only where it is not the quantity's own, suspicion never."""
    kept = flags & ~QUALITY_BITS if field.suspect else flags
    return kept | _KIND_BITS if kept & _KIND_BITS == _own_kind(field.quantity) else kept


def from_stored(stored: int, field: Field) -> int:
    """A reading's flags from what was written."""
    flags = stored & ~_KIND_BITS | _own_kind(field.quantity) if stored & _KIND_BITS == _KIND_BITS else stored
    return flags & ~QUALITY_BITS | SUSPECT_BITS if field.suspect else flags


@cache
def _own_kind(quantity: str) -> int:
    known = QUANTITIES.get(quantity)
    return _KIND_BITS if known is None else NUMBER_OF_KIND[known.kind]


class Place(NamedTuple):
    """What the points of a series in InfluxDB share.

    Attributes:
        meter: id.
        phase: None for a total.
        enterprise: id; None for the park's own meters and those it does not know.
        carrier: None where the park does not know the meter.
    """

    meter: str
    phase: str | None
    enterprise: str | None = None
    carrier: str | None = None

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> "Place":
        """From the tags of an answer; what is not there is empty in it."""
        return cls(
            tags["meter"], tags.get("phase") or None, tags.get("enterprise") or None, tags.get("carrier") or None
        )

    def line(self, park: str) -> str:
        """How a line begins, up to the blank before its fields.

        Raises:
            StoreError: if an id cannot be a tag.
        """
        return _line(self, park)


@cache
def _line(place: Place, park: str) -> str:
    tags = {
        "carrier": place.carrier,
        "enterprise": place.enterprise,
        "meter": place.meter,
        "park": park,
        "phase": place.phase,
    }
    return head(READINGS, tags)


def head(measurement: str, tags: Mapping[str, str | None]) -> str:
    """How a line begins: measurement and tags in order of their names, without those that are None.

    Raises:
        StoreError: if a value cannot be a tag.
    """
    said = [f"{name}={_tag(value)}" for name, value in sorted(tags.items()) if value is not None]
    return ",".join((measurement, *said))


_NO_TAGS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Kinds of characters that end a line, or are none."""


def _tag(value: str) -> str:
    if not value or value.endswith("\\") or any(category(letter) in _NO_TAGS for letter in value):
        message = f"InfluxDB cannot keep the id {value!r}: it is empty, ends in a backslash or holds control characters"
        raise StoreError(message)
    return value.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


def text(value: str) -> str:
    """A text as the value of a field."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def handed_on(meter: str) -> str:
    """The tag `meter` of rows in which an enterprise hands on through somebody's meter; no id of a meter has a `/`."""
    return f"{HANDED_ON}{meter}"


HANDED_ON: Final = "handed_on/"


class Labels:
    """What a park says of its meters that stands beside their readings.

    Attributes:
        park: its id.
        givers: enterprises that hand on through meters of others, by these meters.
    """

    def __init__(self, park: Park) -> None:
        self.park = park.id
        self.givers = park.givers
        self._places = {meter.id: (meter.enterprise, meter.carrier) for meter in park.meters}

    def place(self, meter: str, phase: str | None) -> Place:
        """Where a meter's readings are written."""
        return Place(meter, phase, *self._places.get(meter, (None, None)))
