"""Which meters make which number: the park as a whole and each enterprise as a site with sources and carriers.

They are the meters of the accounted figures (see `parkwatt.accounting.site`), so that tiles and reports show the same:
nothing is counted twice, and what an enterprise hands on to others through its own meters is theirs. Only demand is
that of whole entry meters, as the grid company counts it. Virtual meters stand for the real ones of their formulas.

The sign of `active_power` is that of the park's rules: positive from the supply side to the load side. So a generator's
and a discharging battery's power is negative there and turned here, the only place where that happens.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dashboards.live.figures.shapes import Source
from parkwatt.accounting.site import Borders
from parkwatt.accounting.totals import ELECTRICITY, supplies
from parkwatt.accounting.virtual import real_terms
from parkwatt.park import Meter, Park, Role

_GIVES = frozenset({Role.GENERATION, Role.STORAGE})


class Term(NamedTuple):
    """A meter in a sum; `sign` is what it is multiplied with, -1 where the sum wants the other direction."""

    meter: Meter
    sign: float = 1.0

    @property
    def is_taken_off(self) -> bool:
        """Whether it makes a sum of what is used smaller, so that without it the sum is not known."""
        return self.sign < 0 and self.meter.role not in _GIVES


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
        entry: whole entry meters of electricity, what is handed on included.
        sources: meters per source of electricity; a source without meters is left out.
        carriers: meters per carrier, electricity first.
    """

    enterprise: str | None
    contract: float | None
    entry: Terms
    sources: Mapping[Source, Terms]
    carriers: Mapping[str, CarrierTerms]

    @property
    def electricity(self) -> Terms:
        """The meters whose sum is the electricity used."""
        return tuple(term for terms in self.sources.values() for term in terms)

    @property
    def meters(self) -> tuple[Meter, ...]:
        """All meters in it, each once."""
        groups = [self.entry, self.electricity, *(t for c in self.carriers.values() for t in (c.used, c.imported))]
        return tuple({term.meter.id: term.meter for terms in groups for term in terms}.values())


def park_site(park: Park) -> Site:
    """The park as a site; where it has no supply meter, what is at the top of the tree stands in for it."""
    return _site(park, Borders(park), None, park.contracted_demand, supplies(park, ELECTRICITY))


def enterprise_sites(park: Park) -> dict[str, Site]:
    """Every enterprise as a site."""
    borders = Borders(park)
    entries: dict[str | None, list[Meter]] = {}
    for meter in park.carrier_meters:
        if borders.used(meter.enterprise, ELECTRICITY).get(meter.id, 0.0) > 0 and meter.role not in _GIVES:
            entries.setdefault(meter.enterprise, []).append(meter)
    return {e.id: _site(park, borders, e.id, e.contracted_demand, entries.get(e.id, ())) for e in park.enterprises}


def own_site(park: Park) -> Site:
    """What the park itself uses: meters of no enterprise that only take, below the supply; no losses of its grid."""
    own: dict[str, list[Meter]] = {}
    for meter in park.carrier_meters:
        if meter.enterprise is None and meter.role in {Role.CONSUMPTION, Role.CHARGING} and _is_leaf_use(park, meter):
            own.setdefault(meter.carrier, []).append(meter)
    carriers = {}
    for carrier in _in_order(own):
        ids = {meter.id for meter in own[carrier]}
        terms = _terms(park, {meter.id: 1.0 for meter in own[carrier] if meter.parent not in ids})
        carriers[carrier] = CarrierTerms(terms, terms)
    electric = carriers[ELECTRICITY].used if ELECTRICITY in carriers else ()
    return Site(None, None, electric, {Source.GRID: electric} if electric else {}, carriers)


def _is_leaf_use(park: Park, meter: Meter) -> bool:
    """Whether a meter of the park is not itself upstream of an enterprise, like a feeder or a transformer."""
    below = list(park.children(meter.id))
    while below:
        child = below.pop()
        if child.enterprise is not None:
            return False
        below.extend(park.children(child.id))
    return True


def _site(park: Park, borders: Borders, enterprise: str | None, contract: float | None, entry: Iterable[Meter]) -> Site:
    there = {meter.carrier for meter in park.carrier_meters}
    used = {carrier: _terms(park, borders.used(enterprise, carrier)) for carrier in _in_order(there)}
    carriers = {
        carrier: CarrierTerms(terms, _terms(park, borders.brought_in(enterprise, carrier)))
        for carrier, terms in used.items()
        if terms
    }
    accounted = borders.site(enterprise)
    sources = {
        Source.GRID: _terms(park, accounted.border),
        Source.PV: _terms(park, accounted.generation),
        Source.BATTERY: _terms(park, {meter: -factor for meter, factor in accounted.storage.items()}),
    }
    return Site(
        enterprise=enterprise,
        contract=contract,
        entry=_terms(park, {meter.id: 1.0 for meter in entry}),
        sources={source: terms for source, terms in sources.items() if terms},
        carriers=carriers,
    )


def _in_order(carriers: Iterable[str]) -> list[str]:
    return sorted(carriers, key=lambda name: (name != ELECTRICITY, name))


def _terms(park: Park, terms: Mapping[str, float]) -> Terms:
    """A sum in terms of real meters, in the order of the park file."""
    found: dict[str, float] = {}
    for meter, factor in terms.items():
        for real, number in real_terms(park, meter).items():
            found[real] = found.get(real, 0.0) + factor * number
    return tuple(Term(meter, found[meter.id]) for meter in park.meters if abs(found.get(meter.id, 0.0)) > 1e-12)
