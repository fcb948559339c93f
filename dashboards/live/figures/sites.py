"""Which meters make which number: the park as a whole and each enterprise as a site with sources and carriers.

Electricity that a site uses = what comes in (`grid`) + what it makes (`pv`) + what its batteries give. Nothing is
counted twice: of meters in a row only the one that is furthest upstream counts.

The sign of `active_power` is that of the park's rules: positive from the supply side to the load side. So a generator's
and a discharging battery's power is negative there and turned here, the only place where that happens.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dashboards.live.figures.shapes import Source
from parkwatt.park import Meter, Park, Role

ELECTRICITY = "electricity"
_TAKES = frozenset({Role.CONSUMPTION, Role.CHARGING, Role.SUPPLY})
_GIVES: Mapping[Source, Role] = {Source.PV: Role.GENERATION, Source.BATTERY: Role.STORAGE}


class Term(NamedTuple):
    """A meter in a sum; `sign` is -1 where the sum wants the other direction."""

    meter: Meter
    sign: float = 1.0


Terms = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class CarrierTerms:
    """A carrier of a site: meters whose sum is used, and those whose sum comes from outside."""

    used: Terms
    imported: Terms


@dataclass(frozen=True, slots=True)
class Site:
    """The park, or an enterprise in it.

    Attributes:
        enterprise: id; None for the park.
        contract: contracted maximum demand [kW].
        sources: meters per source of electricity; a source without meters is left out.
        carriers: meters per carrier, electricity first.
    """

    enterprise: str | None
    contract: float | None
    sources: Mapping[Source, Terms]
    carriers: Mapping[str, CarrierTerms]

    @property
    def electricity(self) -> Terms:
        """The meters whose sum is the electricity used."""
        return tuple(term for terms in self.sources.values() for term in terms)


class _Tree:
    """Ancestors of every meter, walked once."""

    def __init__(self, park: Park) -> None:
        self.upstream = {meter.id: tuple(park.ancestors(meter.id)) for meter in park.meters}

    def top(self, meters: Iterable[Meter], among: Callable[[Meter], bool]) -> tuple[Meter, ...]:
        """The meters that have none upstream that `among` says yes to."""
        return tuple(m for m in meters if not any(among(a) for a in self.upstream[m.id]))

    def behind(self, meter: Meter, ids: frozenset[str]) -> bool:
        """Whether one of these is upstream of a meter."""
        return any(a.id in ids for a in self.upstream[meter.id])


def park_site(park: Park) -> Site:
    """The park as a site; where it has no supply meter, what is at the top of the tree stands in for it."""
    tree = _Tree(park)
    by_carrier: dict[str, list[Meter]] = {}
    for meter in park.carrier_meters:
        by_carrier.setdefault(meter.carrier, []).append(meter)
    carriers: dict[str, CarrierTerms] = {}
    sources: dict[Source, Terms] = {}
    if ELECTRICITY in by_carrier:
        sources = _park_sources(by_carrier.pop(ELECTRICITY), tree)
        used = tuple(term for terms in sources.values() for term in terms)
        carriers[ELECTRICITY] = CarrierTerms(used, sources.get(Source.GRID, ()))
    carriers |= {carrier: _park_carrier(meters, tree) for carrier, meters in sorted(by_carrier.items())}
    return Site(None, park.contracted_demand, sources, carriers)


def _top_of(role: Role, meters: Iterable[Meter], tree: _Tree) -> tuple[Meter, ...]:
    """Meters of a role with none of the same role and carrier upstream."""
    of_role = [m for m in meters if m.role is role]
    return tuple(m for m in of_role if not any(a.role is role and a.carrier == m.carrier for a in tree.upstream[m.id]))


def _park_sources(meters: list[Meter], tree: _Tree) -> dict[Source, Terms]:
    supply = _top_of(Role.SUPPLY, meters, tree)
    grid = supply or tree.top(meters, lambda a: a.carrier == ELECTRICITY)
    found = {Source.GRID: tuple(Term(m) for m in grid)}
    for source, role in _GIVES.items():
        found[source] = tuple(Term(m, -1.0) for m in _top_of(role, meters, tree))
    return {source: terms for source, terms in found.items() if terms}


def _park_carrier(meters: list[Meter], tree: _Tree) -> CarrierTerms:
    supply, made = (_top_of(role, meters, tree) for role in (Role.SUPPLY, Role.GENERATION))
    if supply or made:
        return CarrierTerms(tuple(Term(m) for m in (*supply, *made)), tuple(Term(m) for m in supply))
    carrier = meters[0].carrier
    top = tree.top((m for m in meters if m.role in _TAKES), lambda a: a.carrier == carrier)
    return CarrierTerms(tuple(Term(m) for m in top), tuple(Term(m) for m in top))


def enterprise_sites(park: Park) -> dict[str, Site]:
    """Every enterprise as a site. Generation counts as its own where it is behind its entry meters."""
    tree = _Tree(park)
    own: dict[str, dict[str, list[Meter]]] = {e.id: {} for e in park.enterprises}
    for meter in park.carrier_meters:
        if meter.enterprise in own:
            own[meter.enterprise].setdefault(meter.carrier, []).append(meter)
    return {
        enterprise.id: _enterprise_site(enterprise.id, enterprise.contracted_demand, own[enterprise.id], tree)
        for enterprise in park.enterprises
    }


def own_site(park: Park) -> Site:
    """What the park itself uses: meters of no enterprise that only take, below the supply."""
    tree = _Tree(park)
    own: dict[str, list[Meter]] = {}
    for meter in park.carrier_meters:
        if meter.enterprise is None and meter.role in {Role.CONSUMPTION, Role.CHARGING} and _is_leaf_use(park, meter):
            own.setdefault(meter.carrier, []).append(meter)
    return _enterprise_site(None, None, own, tree)


def _is_leaf_use(park: Park, meter: Meter) -> bool:
    """Whether a meter of the park is not itself upstream of an enterprise, like a feeder or a transformer."""
    below = list(park.children(meter.id))
    while below:
        child = below.pop()
        if child.enterprise is not None:
            return False
        below.extend(park.children(child.id))
    return True


def _enterprise_site(enterprise: str | None, contract: float | None, own: dict[str, list[Meter]], tree: _Tree) -> Site:
    entries = {carrier: _entries(meters, tree) for carrier, meters in own.items()}
    sources: dict[Source, Terms] = {}
    electric = entries.get(ELECTRICITY, ())
    if electric:
        ids = frozenset(m.id for m in electric)
        sources[Source.GRID] = tuple(Term(m) for m in electric)
        for source, role in _GIVES.items():
            behind = (m for m in _top_of(role, own[ELECTRICITY], tree) if tree.behind(m, ids))
            sources[source] = tuple(Term(m, -1.0) for m in behind)
    sources = {source: terms for source, terms in sources.items() if terms}
    carriers: dict[str, CarrierTerms] = {}
    for carrier in sorted(entries, key=lambda name: (name != ELECTRICITY, name)):
        taken = tuple(Term(m) for m in entries[carrier])
        used = tuple(t for terms in sources.values() for t in terms) if carrier == ELECTRICITY else taken
        if taken:
            carriers[carrier] = CarrierTerms(used, taken)
    return Site(enterprise, contract, sources, carriers)


def _entries(meters: list[Meter], tree: _Tree) -> tuple[Meter, ...]:
    """As `Park.entry_meters`: meters that take and whose parent is none of the same site and carrier."""
    ids = {m.id for m in meters}
    takers = [m for m in meters if m.role in _TAKES]
    return tuple(m for m in takers if not any(a.id in ids for a in tree.upstream[m.id][:1]))
