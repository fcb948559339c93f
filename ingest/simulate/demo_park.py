"""The demo park: 24 invented enterprises over real sectors, and as many meters as asked for.

Meters are listed in order of importance, parents before children, and the list is cut at the wanted number, so that
a park of 30 meters has every carrier and every role, and one of 50,000 only adds detail.
"""

from collections.abc import Iterator
from itertools import chain, islice, zip_longest

from ingest.simulate.data import table
from ingest.simulate.demo_meters import (
    Site,
    first_meters,
    infrastructure,
    on_site,
    park_supplies,
    sub_meters,
    utilities,
)
from parkwatt.park import Enterprise, Location, Meter, Name, Park

FEWEST_METERS = 30
CONTRACTED_DEMAND = 58_000.0
"""The park's contracted maximum demand [kW]."""


def demo_park(*, meters: int = 300, seed: int = 1) -> Park:
    """The simulated Zhaoqing High-tech Zone; the same arguments give the same park.

    Args:
        meters: how many meters; 30 or more.
        seed: chooses contacts and which meters speak which wire format.

    Raises:
        ValueError: if there are too few meters for every carrier and role.
    """
    if meters < FEWEST_METERS:
        message = f"{meters} meters are too few for every carrier and role; use {FEWEST_METERS} or more"
        raise ValueError(message)
    sites = _sites(meters, seed)
    return Park(
        id="zhaoqing",
        name=Name(en="Zhaoqing High-tech Zone", zh="肇庆高新区"),
        time_zone="Asia/Shanghai",
        location=Location(latitude=23.30, longitude=112.82),
        grid_region="广东",
        contracted_demand=CONTRACTED_DEMAND,
        enterprises=tuple(site.enterprise for site in sites),
        meters=tuple(islice(_by_importance(sites, meters), meters)),
    )


def _sites(meters: int, seed: int) -> list[Site]:
    """The enterprises with what is needed to place their meters."""
    contacts = table("enterprises")["contacts"]
    rows = table("enterprises")["enterprises"]
    feeders = 1 if meters < 2 * FEWEST_METERS else 2
    return [
        Site(
            enterprise=Enterprise(
                id=row["id"],
                name=Name(en=row["en"], zh=row["zh"]),
                sector=row["sector"],
                area=row["area"],
                contact=f"{contacts[(number * 5 + seed) % len(contacts)]}, 0758-555-{number:04d}",
                contracted_demand=row["demand"],
            ),
            number=number,
            feeder=f"GRID-{1 + number % feeders}",
            gateway="sparkplug" if (number + seed) % 3 == 2 else "native",
            media=tuple(row["media"]),
            assets=tuple(asset for asset in ("pv", "battery", "ev") if row[asset]),
        )
        for number, row in enumerate(rows, start=1)
    ]


def _by_importance(sites: list[Site], wanted: int) -> Iterator[Meter]:
    """Meters, most important first, each after its parent."""
    feeders = sorted({site.feeder for site in sites})
    first, *others = sites
    base = [
        *park_supplies(feeders),
        *chain(first_meters(first), on_site(first), utilities(first)),
        *chain.from_iterable(first_meters(site) for site in others),
        *infrastructure(feeders[-1]),
        *_in_turn([on_site(site) for site in others]),
        *_in_turn([utilities(site) for site in others]),
    ]
    yield from base
    yield from _in_turn(_shared_out(sites, max(0, wanted - len(base))))


def _shared_out(sites: list[Site], wanted: int) -> list[Iterator[Meter]]:
    """Sub-meters of every enterprise, more for the larger, `wanted` together or a few more."""
    weights = [(site.enterprise.contracted_demand or 1) ** 0.5 for site in sites]
    total = sum(weights)
    return [
        islice(sub_meters(site), -int(-wanted * weight // total)) for site, weight in zip(sites, weights, strict=True)
    ]


def _in_turn(iterators: list[Iterator[Meter]]) -> Iterator[Meter]:
    """One of each, then the next of each, as long as there are any."""
    for row in zip_longest(*iterators):
        yield from (meter for meter in row if meter is not None)
