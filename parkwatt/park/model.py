"""What a park is: its enterprises, its meters and how they hang together."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from parkwatt.park.carriers import CARRIERS, Carrier
from parkwatt.park.fields import CarrierName, Id, Kilowatts, TimeZone, TopicFilter


class Role(StrEnum):
    """What a meter measures, seen from the park."""

    SUPPLY = "supply"
    """What comes in from outside: the grid connection, the gas station."""
    CONSUMPTION = "consumption"
    GENERATION = "generation"
    """Made on site: PV, wind, combined heat and power."""
    STORAGE = "storage"
    CHARGING = "charging"
    """Vehicles."""


class Domain(StrEnum):
    """The part of the park that a meter serves, as the carbon-peak pilots report it."""

    INFRASTRUCTURE = "infrastructure"
    PROCESS = "process"
    BUILDING = "building"
    TRANSPORT = "transport"


class Strict(BaseModel):
    """A part of the park file: unknown keys are mistakes, and what was read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Name(Strict):
    """A name in the two languages of the product.

    Attributes:
        en: in English.
        zh: in Chinese.
    """

    en: str = ""
    zh: str = ""

    def in_language(self, language: str) -> str:
        """The name in `en` or `zh`; the other one where this one is missing."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


class Enterprise(Strict):
    """A company in the park.

    Attributes:
        id: short name in files and tags.
        name: what people call it.
        sector: code of GB/T 4754-2017, for example C3841 (lithium-ion batteries).
        area: floor area [m2].
        contact: who to call.
        contracted_demand: contracted maximum demand [kW].
    """

    id: Id
    name: Name
    sector: str = ""
    area: Annotated[float, Field(gt=0)] | None = None
    contact: str = ""
    contracted_demand: Kilowatts | None = None


class Meter(Strict):
    """A meter, real or at the other side of a gateway.

    Attributes:
        id: the id everywhere in Parkwatt.
        name: where it sits.
        enterprise: id of the enterprise it belongs to; None for the park's own.
        carrier: what flows through it, a name in `CARRIERS`.
        role: what it measures, seen from the park.
        parent: id of the meter just upstream of it; None at the top.
        domain: the part of the park it serves.
        ct: current transformer ratio, primary per secondary.
        pt: voltage transformer ratio, primary per secondary.
        register_digits: digits before the register rolls over to zero, in the unit of the quantity.
        device: device model or wire format; None lets Parkwatt recognise it.
        topic: MQTT topic filter its messages come on; None where the message names the meter.
        wire_id: the meter's id in messages where it differs from `id`.
        mounted: `reverse` where the device counts energy out of the supply side as positive; turned on the way in.
        silent_after: seconds without a message until the meter counts as silent.
        product_unit: what `production` of this meter counts, for example "t" or "cells".
    """

    id: Id
    name: Name = Name()
    enterprise: str | None = None
    carrier: CarrierName = "electricity"
    role: Role = Role.CONSUMPTION
    parent: str | None = None
    domain: Domain = Domain.PROCESS
    ct: Annotated[float, Field(gt=0)] = 1.0
    pt: Annotated[float, Field(gt=0)] = 1.0
    register_digits: Annotated[int, Field(ge=3, le=15)] | None = None
    device: str | None = None
    topic: TopicFilter | None = None
    wire_id: str | None = None
    mounted: Literal["forward", "reverse"] = "forward"
    silent_after: Annotated[float, Field(gt=0)] = 900.0
    product_unit: str | None = None

    @property
    def medium(self) -> Carrier:
        """The carrier with its units."""
        return CARRIERS[self.carrier]


class Location(Strict):
    """Where the park is.

    Attributes:
        latitude: north is positive [degrees, WGS 84].
        longitude: east is positive [degrees, WGS 84].
    """

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class ParkFacts(Strict):
    """What is said of the park itself.

    Attributes:
        id: short name in topics, files and tags.
        name: what people call it.
        time_zone: IANA name; days, months and years are counted in it.
        location: where it is, for the sun and the weather.
        grid_region: region of the grid emission factor, for example 广东.
        contracted_demand: contracted maximum demand at the grid connection [kW].
    """

    id: Id
    name: Name
    time_zone: TimeZone
    location: Location | None = None
    grid_region: str | None = None
    contracted_demand: Kilowatts | None = None


class Park(ParkFacts):
    """A park with everything local to it.

    Attributes:
        enterprises: the companies in it.
        meters: all meters, the park's own and the enterprises'.
    """

    enterprises: tuple[Enterprise, ...] = ()
    meters: tuple[Meter, ...] = ()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The park's time zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def meter_by_id(self) -> dict[str, Meter]:
        """All meters by id."""
        return {m.id: m for m in self.meters}

    @cached_property
    def enterprise_by_id(self) -> dict[str, Enterprise]:
        """All enterprises by id."""
        return {e.id: e for e in self.enterprises}

    @cached_property
    def _children(self) -> dict[str | None, tuple[Meter, ...]]:
        found: dict[str | None, list[Meter]] = {}
        for meter in self.meters:
            found.setdefault(meter.parent, []).append(meter)
        return {parent: tuple(meters) for parent, meters in found.items()}

    def children(self, meter_id: str | None) -> tuple[Meter, ...]:
        """The meters directly downstream of one; of None: those at the top."""
        return self._children.get(meter_id, ())

    def meters_of(self, enterprise_id: str | None) -> tuple[Meter, ...]:
        """All meters of an enterprise; of None: the park's own."""
        return tuple(m for m in self.meters if m.enterprise == enterprise_id)

    def entry_meters(self, enterprise_id: str | None, carrier: str) -> tuple[Meter, ...]:
        """The meters through which a carrier enters an enterprise: their sum is its use, nothing counted twice.

        A meter counts when its parent is none of the enterprise's meters of the same carrier. Generation and storage
        behind the entry are not entries: what they give is already missing in the entry.
        """
        own = {m.id for m in self.meters if m.enterprise == enterprise_id and m.carrier == carrier}
        return tuple(
            m
            for m in self.meters
            if m.id in own and m.parent not in own and m.role in {Role.CONSUMPTION, Role.CHARGING, Role.SUPPLY}
        )

    def ancestors(self, meter_id: str) -> Iterator[Meter]:
        """The meters upstream of one, nearest first."""
        parent = self.meter_by_id[meter_id].parent
        while parent is not None:
            meter = self.meter_by_id[parent]
            yield meter
            parent = meter.parent

    def with_meters(self, meters: tuple[Meter, ...]) -> Self:
        """The same park with other meters."""
        said = {name: getattr(self, name) for name in type(self).model_fields}  # not what was looked up in it before
        return type(self)(**said | {"meters": meters})
