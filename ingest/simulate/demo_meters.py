"""Where the meters of the demo park sit: supplies, entries, roofs, batteries, chargers, workshops, lines, machines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.simulate.addresses import addressed
from ingest.simulate.sectors import Place, sector_of
from parkwatt.park import Domain, Enterprise, Meter, Name, Role

SHORT = {"gas": "gas", "steam": "st", "water": "wa", "compressed_air": "air", "cooling": "co"}
"""How a carrier is named in meter ids."""

CARRIER_NAMES = {
    "gas": ("Natural gas", "天然气"),
    "steam": ("Steam", "蒸汽"),
    "water": ("Water", "自来水"),
    "compressed_air": ("Compressed air", "压缩空气"),
    "cooling": ("Chilled water", "冷冻水"),
}
SUPPLIES = {"gas": "GAS-1", "steam": "STEAM-1", "water": "WATER-1"}
"""What comes in from outside; compressed air and cooling are made where they are used."""

SMALL_DEVICES = ("tasmota", "shelly_gen2", "gateway", "zigbee2mqtt", "scalar_per_topic", "shelly_gen2", "tasmota")
LINES = 12
"""Lines per workshop before machines get meters."""


@dataclass(frozen=True, slots=True)
class Site:
    """An enterprise and how it is connected.

    Attributes:
        enterprise: as in the park file.
        number: its place in the list, from 1.
        feeder: the park's supply meter upstream.
        gateway: the wire format of its gateway: native or sparkplug.
        media: carriers besides electricity.
        assets: of pv, battery, ev what it has.
    """

    enterprise: Enterprise
    number: int
    feeder: str
    gateway: str
    media: tuple[str, ...]
    assets: tuple[str, ...]

    @property
    def id(self) -> str:
        """The enterprise's id."""
        return self.enterprise.id

    @property
    def entry(self) -> str:
        """Id of the electricity entry meter."""
        return f"{self.id}-el-01"


def park_supplies(feeders: Sequence[str]) -> Iterator[Meter]:
    """Where energy and water enter the park."""
    for number, feeder in enumerate(feeders, start=1):
        yield Meter(
            id=feeder,
            name=Name(en=f"110 kV incomer {number}", zh=f"110千伏{number}号进线"),
            role=Role.SUPPLY,
            domain=Domain.INFRASTRUCTURE,
            device="native",
        )
    for carrier, meter in SUPPLIES.items():
        en, zh = CARRIER_NAMES[carrier]
        yield Meter(
            id=meter,
            name=Name(en=f"{en} supply", zh=f"{zh}总表"),
            carrier=carrier,
            role=Role.SUPPLY,
            domain=Domain.INFRASTRUCTURE,
            device="native",
        )


def infrastructure(feeder: str) -> Iterator[Meter]:
    """The park's own: street lights, pumps, management building, public chargers."""
    places = (
        ("Street lighting north", "北区路灯", Domain.INFRASTRUCTURE, Role.CONSUMPTION, "scalar_per_topic"),
        ("Public charging hub", "公共充电站", Domain.TRANSPORT, Role.CHARGING, "native"),
        ("Storm water pumping station", "雨水泵站", Domain.INFRASTRUCTURE, Role.CONSUMPTION, "native"),
        ("Street lighting south", "南区路灯", Domain.INFRASTRUCTURE, Role.CONSUMPTION, "tasmota"),
        ("Management committee building", "管委会大楼", Domain.BUILDING, Role.CONSUMPTION, "shelly_gen2"),
        ("Bus depot chargers", "公交充电场", Domain.TRANSPORT, Role.CHARGING, "native"),
        ("Traffic signals and cameras", "交通信号与监控", Domain.INFRASTRUCTURE, Role.CONSUMPTION, "zigbee2mqtt"),
    )
    for number, (en, zh, domain, role, device) in enumerate(places, start=1):
        yield addressed(
            Meter(
                id=f"P-el-{number:02d}",
                name=Name(en=en, zh=zh),
                role=role,
                domain=domain,
                parent=feeder,
                device=device,
            )
        )


def first_meters(site: Site) -> Iterator[Meter]:
    """The meter through which electricity enters an enterprise."""
    yield addressed(
        Meter(
            id=site.entry,
            name=Name(en="Main incomer", zh="总进线"),
            enterprise=site.id,
            parent=site.feeder,
            device=site.gateway,
        )
    )


def on_site(site: Site) -> Iterator[Meter]:
    """Rooftop PV, battery and chargers behind the entry."""
    for asset in site.assets:
        match asset:
            case "pv":
                name, role, domain = Name(en="Rooftop PV", zh="屋顶光伏"), Role.GENERATION, Domain.INFRASTRUCTURE
            case "battery":
                name, role, domain = Name(en="Battery storage", zh="储能电站"), Role.STORAGE, Domain.INFRASTRUCTURE
            case _:
                name, role, domain = Name(en="EV chargers", zh="充电桩"), Role.CHARGING, Domain.TRANSPORT
        yield Meter(
            id=f"{site.id}-{asset.replace('battery', 'bat')}-01",
            name=name,
            enterprise=site.id,
            role=role,
            domain=domain,
            parent=site.entry,
            device=site.gateway,
            mounted="reverse" if role is Role.GENERATION else "forward",
        )


def utilities(site: Site) -> Iterator[Meter]:
    """The entry meters of the other media."""
    for carrier in site.media:
        en, zh = CARRIER_NAMES[carrier]
        scalar = carrier == "water" and site.number % 2 == 0
        yield addressed(
            Meter(
                id=f"{site.id}-{SHORT[carrier]}-01",
                name=Name(en=f"{en} main", zh=f"{zh}总表"),
                enterprise=site.id,
                carrier=carrier,
                parent=SUPPLIES.get(carrier),
                device="scalar_per_topic" if scalar else site.gateway,
                register_digits=_digits(site, carrier),
            )
        )


def _digits(site: Site, carrier: str) -> int | None:
    """Water meters have few digits; the paper mill's is an old one that rolls over every other week."""
    if carrier != "water":
        return None
    return 4 if site.enterprise.sector.startswith("C222") else 6


def sub_meters(site: Site) -> Iterator[Meter]:
    """Workshops, then their lines with a medium's meter now and then, then machines without end."""
    places = sector_of(site.enterprise.sector).places
    for number, place in enumerate(places):
        meter = _electric(site, number, above=None)
        yield _named(meter, place, Name(), site.gateway if number % 3 == 0 else meter.device)
    number = len(places)
    media = _medium_subs(site, places)
    for line in range(1, LINES + 1):
        for position, place in enumerate(places):
            yield _named(_electric(site, number, above=position), place, _line(line))
            number += 1
        yield from next(media, ())
    machine = 0
    while True:
        machine += 1
        for above in range(len(places), len(places) * (LINES + 1)):
            line, position = divmod(above, len(places))
            below = Name(en=f"{_line(line).en}, machine {machine}", zh=f"{_line(line).zh}{machine}号设备")
            yield _named(_electric(site, number, above=above), places[position], below)
            number += 1


def _electric(site: Site, number: int, *, above: int | None) -> Meter:
    """The enterprise's sub-meter with this number, below the one with the number `above` or the entry."""
    device = SMALL_DEVICES[(number + site.number) % len(SMALL_DEVICES)]
    return Meter(
        id=_electric_id(site, number),
        enterprise=site.id,
        parent=site.entry if above is None else _electric_id(site, above),
        device=site.gateway if device == "gateway" else device,
    )


def _named(meter: Meter, place: Place, below: Name, device: str | None = None) -> Meter:
    """The meter at its place, with the address of its device."""
    name = Name(en=place.en + below.en, zh=place.zh + below.zh)
    return addressed(meter.model_copy(update={"name": name, "domain": place.domain, "device": device or meter.device}))


def _line(number: int) -> Name:
    return Name(en=f", line {number}", zh=f"{number}号线")


def _electric_id(site: Site, number: int) -> str:
    """Id of the enterprise's sub-meter with this number, from 0; 01 is the entry."""
    return f"{site.id}-el-{number + 2:02d}"


def _medium_subs(site: Site, places: Sequence[Place]) -> Iterator[tuple[Meter, ...]]:
    """Place by place, the sub-meters of the other media."""
    for number, place in enumerate((p for p in places if p.domain is Domain.PROCESS), start=2):
        yield tuple(
            Meter(
                id=f"{site.id}-{SHORT[carrier]}-{number:02d}",
                name=Name(en=f"{CARRIER_NAMES[carrier][0]}, {place.en}", zh=f"{place.zh}{CARRIER_NAMES[carrier][1]}"),
                enterprise=site.id,
                carrier=carrier,
                parent=f"{site.id}-{SHORT[carrier]}-01",
                device=site.gateway,
            )
            for carrier in site.media
        )
