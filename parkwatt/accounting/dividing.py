"""Divides what the park uses, emits or pays into groups that add up to it: by carrier, enterprise, domain or meter.

Every meter belongs to one cell of carrier, enterprise and domain; what it hands on to a meter of another cell is that
one's. A group is a sum of cells, so that nothing is counted twice however it is grouped and filtered.

A supply meter serves everything, so that what no meter below it takes belongs to no domain.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from parkwatt.accounting.energy_use import MADE_INSIDE, counted_carriers
from parkwatt.accounting.site import Terms
from parkwatt.accounting.totals import divided
from parkwatt.accounting.virtual import real_terms
from parkwatt.park import CARRIERS, Meter, Park, Role

_GIVES = frozenset({Role.GENERATION, Role.STORAGE})

Cell = tuple[str | None, str | None, str | None]
"""Enterprise, domain, and the meter where that is asked for."""
_NOBODY: Cell = (None, None, None)

Group = str | None
"""Name of a group: a carrier, an id, a domain; None for what belongs to none."""


class What(StrEnum):
    """What can be compared."""

    KWH = "kwh"
    AMOUNT = "amount"
    """In the unit of the carrier."""
    TCE = "tce"
    TCE_EQUAL = "tce_equal"
    CO2_LOCATION = "co2_location"
    CO2_MARKET = "co2_market"
    CO2_ANNEX4 = "co2_annex4"
    COST = "cost"

    @property
    def field(self) -> str:
        """Its name among the fields of rows."""
        return f"{self}_kg" if self.startswith("co2_") else str(self)

    @property
    def used(self) -> bool:
        """Whether own generation is in it; otherwise it is of what comes in."""
        return self in {What.KWH, What.AMOUNT}


class By(StrEnum):
    """How it can be grouped."""

    NONE = "none"
    CARRIER = "carrier"
    ENTERPRISE = "enterprise"
    DOMAIN = "domain"
    METER = "meter"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the park counts; None for no restriction.

    Attributes:
        carrier: name of a carrier.
        enterprise: id; empty for the park's own.
        domain: name of a domain.
        meters: ids; what goes through them, wherever it goes; none of them may be below another.
    """

    carrier: str | None = None
    enterprise: str | None = None
    domain: str | None = None
    meters: tuple[str, ...] = ()


def divide(park: Park, scope: Scope, by: By, what: What) -> dict[Group, Terms]:
    """The sum of real meters behind each group; one that has none is left out.

    Args:
        park: with the meters.
        scope: what counts of it.
        by: what makes a group.
        what: of what; coal, CO2 and cost are of what comes in, own generation is left out of them.
    """
    named: Callable[[Meter], Group] = {
        By.NONE: lambda _: None,
        By.CARRIER: lambda meter: meter.carrier,
        By.ENTERPRISE: lambda meter: meter.enterprise,
        By.DOMAIN: _domain,
        By.METER: lambda meter: meter.id,
    }[by]
    parts: list[tuple[Group, Terms]] = []
    if scope.meters:
        chosen = [meter for meter in (park.meter_by_id[id_] for id_ in scope.meters) if _counts(scope, meter)]
        parts = [(named(meter), {meter.id: 1.0}) for meter in chosen]
    else:
        for carrier in carriers_of(park, scope, what):
            cells = divided(park, carrier, lambda meter: _cell(by, meter), rest=_NOBODY)
            parts += [
                (_of_cell(by, carrier, cell), terms)
                for cell, terms in cells.items()
                if _inside(scope, cell[0], cell[1])
            ]
    found: dict[Group, dict[str, float]] = {}
    # The energy of steam and heat that is made inside is in the energy of all carriers already: in the fuel.
    of_all = what is What.KWH and scope.carrier is None
    generated = frozenset(CARRIERS if what.used else ()) - (MADE_INSIDE if of_all else frozenset())
    for group, terms in parts:
        into = found.setdefault(group, {})
        for meter, factor in _real(park, terms, generated=generated).items():
            into[meter] = into.get(meter, 0.0) + factor
    return {
        group: terms for group, into in found.items() if (terms := {m: f for m, f in into.items() if abs(f) > 1e-12})
    }


def together(groups: Mapping[Group, Terms]) -> Terms:
    """All groups as one sum."""
    found: dict[str, float] = {}
    for terms in groups.values():
        for meter, factor in terms.items():
            found[meter] = found.get(meter, 0.0) + factor
    return {meter: factor for meter, factor in found.items() if abs(factor) > 1e-12}


def carriers_of(park: Park, scope: Scope, what: What) -> list[str]:
    """Carriers that count: what is made inside of others is left out, for they are counted; water only costs."""
    if scope.carrier is not None:
        return [scope.carrier]
    there = {meter.carrier for meter in park.carrier_meters}
    counted = [carrier for carrier in counted_carriers(park, None) if carrier in there]
    return [*counted, "water"] if what is What.COST and "water" in there else counted


def below_another(park: Park, meters: Collection[str]) -> tuple[str, str] | None:
    """A meter that is below another one of them, and that one; both would count the same."""
    for meter in meters:
        for above in park.ancestors(meter):
            if above.id in meters:
                return meter, above.id
    return None


def _domain(meter: Meter) -> str | None:
    return None if meter.role is Role.SUPPLY else str(meter.domain)


def _cell(by: By, meter: Meter) -> Cell:
    return meter.enterprise, _domain(meter), meter.id if by is By.METER else None


def _of_cell(by: By, carrier: str, cell: Cell) -> Group:
    enterprise, domain, meter = cell
    return {By.NONE: None, By.CARRIER: carrier, By.ENTERPRISE: enterprise, By.DOMAIN: domain, By.METER: meter}[by]


def _inside(scope: Scope, enterprise: str | None, domain: str | None) -> bool:
    return scope.enterprise in {None, enterprise or ""} and scope.domain in {None, domain}


def _counts(scope: Scope, meter: Meter) -> bool:
    return scope.carrier in {None, meter.carrier} and _inside(scope, meter.enterprise, _domain(meter))


def _real(park: Park, terms: Terms, *, generated: Collection[str]) -> Terms:
    """In terms of meters that have rows; generators and batteries of the carriers that count what they make."""

    def counts(meter: Meter) -> bool:
        return meter.role not in _GIVES or meter.carrier in generated

    found: dict[str, float] = {}
    for meter, factor in terms.items():
        if not counts(park.meter_by_id[meter]):
            continue
        for real, number in real_terms(park, meter).items():
            if counts(park.meter_by_id[real]):
                found[real] = found.get(real, 0.0) + factor * number
    return found
