"""What a park is: its enterprises, its meters and how they hang together."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from parkwatt.park.carbon import FuelDelivery, GreenSupply, OwnFactor, ProcessEmission
from parkwatt.park.carriers import CARRIERS, Carrier
from parkwatt.park.closing import Lock
from parkwatt.park.events import MeterEvent
from parkwatt.park.fields import CarrierName, Id, Kilowatts, PowerFactorStandard, TimeZone, TopicFilter
from parkwatt.park.formulas import Formula, read
from parkwatt.park.metering import Level, MeteringNeed
from parkwatt.park.output import Curtailment, Output, Product, ValueAdded
from parkwatt.park.strict import Name, Strict
from parkwatt.park.tariffs import HotDay, Price, Tariff


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
    PRODUCTION = "production"
    """Counts what is made, and nothing that flows: it is in no sum of a carrier."""


class Domain(StrEnum):
    """The part of the park that a meter serves, as the carbon-peak pilots report it."""

    INFRASTRUCTURE = "infrastructure"
    PROCESS = "process"
    BUILDING = "building"
    TRANSPORT = "transport"


class Customer(Strict):
    """Whoever has an electricity contract of its own: an enterprise, or the park.

    Attributes:
        contracted_demand: contracted maximum demand [kW].
        transformer_capacity: capacity of its transformers [kVA].
        tariff: id of the tariff of its electricity.
        basic_charge: what the two-part tariff counts: `demand` or `capacity`; a one-part tariff where it is left out.
        power_factor_standard: power factor that the adjustment asks for; no adjustment where it is left out.
    """

    contracted_demand: Kilowatts | None = None
    transformer_capacity: Annotated[float, Field(gt=0)] | None = None
    tariff: str | None = None
    basic_charge: Literal["capacity", "demand"] | None = None
    power_factor_standard: PowerFactorStandard | None = None


class Enterprise(Customer):
    """A company in the park.

    Attributes:
        id: short name in files and tags.
        name: what people call it.
        sector: code of GB/T 4754-2017, for example C3841 (lithium-ion batteries).
        area: floor area [m2].
        contact: who to call.
    """

    id: Id
    name: Name
    sector: str = ""
    area: Annotated[float, Field(gt=0)] | None = None
    contact: str = ""


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
        register_digits: digits before the point on its display, before the register rolls over to zero.
        device: device model or wire format; None lets Parkwatt recognise it.
        topic: MQTT topic filter its messages come on; None where the message names the meter.
        wire_id: the meter's id in messages where it differs from `id`.
        mounted: `reverse` where the device counts energy out of the supply side as positive; turned on the way in.
        silent_after: seconds without a message until the meter counts as silent.
        product_unit: what `production` of this meter counts, for example "t" or "cells".
        formula: makes it a virtual meter: other meters added, subtracted and scaled, for example `main - 0.5*line-1`.
        accuracy_class: of the meter with its transformers [% of what it measures], for example 0.5.
        rated_power: most it can carry [kW; units of its carrier per hour]; more than that is no consumption.
        storage_capacity: of the battery behind it [kWh].
        calibration_due: day its calibration runs out.
        level: level of metering by GB 17167: the whole unit, a part of it, or one main piece of equipment.
        tariff: id of the tariff of what flows through it; that of the enterprise where it is left out.
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
    formula: str | None = None
    accuracy_class: Annotated[float, Field(gt=0, le=20)] | None = None
    rated_power: Kilowatts | None = None
    storage_capacity: Annotated[float, Field(gt=0)] | None = None
    calibration_due: date | None = None
    level: Level | None = None
    tariff: str | None = None

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


class ParkFacts(Customer):
    """What is said of the park itself.

    Attributes:
        id: short name in topics, files and tags.
        name: what people call it.
        time_zone: IANA name; days, months and years are counted in it.
        location: where it is, for the sun and the weather.
        grid_region: region of the grid emission factor, for example 广东.
    """

    id: Id
    name: Name
    time_zone: TimeZone
    location: Location | None = None
    grid_region: str | None = None


class Park(ParkFacts):
    """A park with everything local to it.

    Attributes:
        enterprises: the companies in it.
        meters: all meters, the park's own and the enterprises'.
        events: what happened to meters.
        tariffs: how carriers are charged.
        prices: what they cost, by month.
        hot_days: days with sharp hours because they were hot.
        factors: factors of the park's own.
        green_supply: the ledger of green electricity.
        process_emissions: CO2 that does not come from energy.
        deliveries: fuel that came without a meter.
        products: what enterprises make.
        output: how much they made.
        value_added: what it was worth.
        curtailment: what generators were held back from making.
        locks: periods whose figures stand.
        metering_needs: how many meters enterprises must have.
    """

    enterprises: tuple[Enterprise, ...] = ()
    meters: tuple[Meter, ...] = ()
    events: tuple[MeterEvent, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    prices: tuple[Price, ...] = ()
    hot_days: tuple[HotDay, ...] = ()
    factors: tuple[OwnFactor, ...] = ()
    green_supply: tuple[GreenSupply, ...] = ()
    process_emissions: tuple[ProcessEmission, ...] = ()
    deliveries: tuple[FuelDelivery, ...] = ()
    products: tuple[Product, ...] = ()
    output: tuple[Output, ...] = ()
    value_added: tuple[ValueAdded, ...] = ()
    curtailment: tuple[Curtailment, ...] = ()
    locks: tuple[Lock, ...] = ()
    metering_needs: tuple[MeteringNeed, ...] = ()

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
    def carrier_meters(self) -> tuple[Meter, ...]:
        """The meters through which a carrier flows: all but those that only count what is made."""
        return tuple(m for m in self.meters if m.role is not Role.PRODUCTION)

    @cached_property
    def givers(self) -> dict[str, str]:
        """Meters through which an enterprise hands on to others, or takes what others make: its id by theirs."""
        found = {}
        for meter in self.carrier_meters:
            above = self.meter_by_id.get(meter.parent or "")
            if above is not None and above.enterprise not in {None, meter.enterprise} and not self.comes_in(meter):
                found[meter.id] = above.enterprise
        return found

    def comes_in(self, meter: Meter) -> bool:
        """Whether what flows through a meter comes into the park there, or is made there and never leaves again.

        What generators of electricity make may leave the park.
        """
        made = meter.role is Role.GENERATION and meter.carrier != "electricity"
        return (made or meter.role is Role.SUPPLY) and all(a.role is not meter.role for a in self.ancestors(meter.id))

    @cached_property
    def formulas(self) -> dict[str, Formula]:
        """What virtual meters stand for, by their ids."""
        known = self.meter_by_id
        return {m.id: read(m.formula, known.keys()) for m in self.meters if m.formula is not None}

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
