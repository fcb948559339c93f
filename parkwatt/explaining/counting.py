"""Which meters make up a figure, each with the number it is multiplied with, and why the others do not.

The same rule as the page's and the reports': energy in kWh and amounts are of what was used, own generation included;
standard coal, CO2 and cost are of what came in over the border.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from parkwatt.accounting.totals import park_use, uses
from parkwatt.accounting.virtual import real_terms
from parkwatt.explaining.asking import NoFigureError, Question, SubjectKind
from parkwatt.park import Meter, Park, Role

ELECTRICITY = "electricity"
ENERGY_CARRIERS = (ELECTRICITY, "gas", "steam", "heat", "coal", "oil")
"""Those that have a factor for standard coal: the others are made of them."""
_MADE_INSIDE = frozenset({"steam", "heat"})
GIVES = frozenset({Role.GENERATION, Role.STORAGE})
"""Roles of meters that give out: what they give has no standard coal, no CO2 and no cost."""
_USED = frozenset({"amount", "kwh"})
"""Fields of what was used; the others are of what came in."""


class Why(StrEnum):
    """Why a meter is not in a figure."""

    BELOW = "below"
    """A meter above it counts, and has measured the same already."""
    GIVES = "gives"
    """It gives out: what it gives did not come in."""
    NO_ENERGY = "no_energy"
    """Its carrier has no factor: what makes it is counted."""
    MADE_INSIDE = "made_inside"
    """Its carrier is made inside: the fuel is counted."""
    NOT_ASKED = "not_asked"
    """Another carrier was asked for."""
    ELSEWHERE = "elsewhere"
    """It is not at the border of the one who is asked about."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The meters of a figure.

    Attributes:
        terms: the number per meter id.
        left_out: ids of the other meters of the one who is asked about, by the reason.
        carriers: what flows through those that count.
    """

    terms: Mapping[str, float]
    left_out: Mapping[Why, tuple[str, ...]]
    carriers: tuple[str, ...]


def counted(park: Park, question: Question) -> Counted:
    """The meters that make up a figure.

    Raises:
        NoFigureError: if amounts of several carriers are asked for together.
    """
    if question.subject.kind is SubjectKind.METER:
        meter = park.meter_by_id[question.subject.id]
        return Counted({meter.id: 1.0}, {}, (meter.carrier,))
    enterprise = question.subject.id or None
    own = [m for m in park.meters if enterprise in {None, m.enterprise}]
    carriers = _carriers(park, question, own)
    if question.field == "amount" and len(carriers) > 1:
        message = f"amounts of {', '.join(carriers)} do not add up; name one with carrier"
        raise NoFigureError(message)
    terms: dict[str, float] = {}
    for carrier in carriers:
        terms |= _terms(park, enterprise, carrier, question.field)
    return Counted(terms, _left_out(park, own, terms, carriers, question), carriers)


def _carriers(park: Park, question: Question, own: list[Meter]) -> tuple[str, ...]:
    there = dict.fromkeys(m.carrier for m in own)
    if question.carrier is not None:
        return tuple(carrier for carrier in there if carrier == question.carrier)
    if question.field in {"amount", "cost"}:
        return tuple(there)
    inside = _inside(park) if question.subject.kind is SubjectKind.PARK else frozenset[str]()
    return tuple(carrier for carrier in ENERGY_CARRIERS if carrier in there and carrier not in inside)


def _inside(park: Park) -> frozenset[str]:
    """Carriers that are made inside of others that are counted."""
    supplied = {m.carrier for m in park.meters if m.role is Role.SUPPLY}
    made = {m.carrier for m in park.meters if m.role is Role.GENERATION}
    return frozenset((made - supplied) & _MADE_INSIDE)


def _terms(park: Park, enterprise: str | None, carrier: str, field: str) -> dict[str, float]:
    used = park_use(park, carrier) if enterprise is None else uses(park, carrier).get(enterprise, {})
    if field == "cost":  # a bill is of a meter, and of what it took in
        return {m: 1.0 for m, factor in used.items() if factor > 0 and park.meter_by_id[m].role not in GIVES}
    found: dict[str, float] = {}
    for meter, factor in used.items():
        for real, number in real_terms(park, meter).items():
            found[real] = found.get(real, 0.0) + factor * number
    with_own = field in _USED and carrier == ELECTRICITY
    return {m: n for m, n in found.items() if n and (with_own or park.meter_by_id[m].role not in GIVES)}


def _left_out(
    park: Park, own: list[Meter], terms: Mapping[str, float], carriers: tuple[str, ...], question: Question
) -> dict[Why, tuple[str, ...]]:
    found: dict[Why, list[str]] = {}
    for meter in own:
        if meter.id not in terms:
            found.setdefault(_why(park, meter, terms, carriers, question), []).append(meter.id)
    return {why: tuple(found[why]) for why in Why if why in found}


def _why(park: Park, meter: Meter, terms: Mapping[str, float], carriers: tuple[str, ...], question: Question) -> Why:
    if meter.carrier not in carriers:
        if question.carrier is not None:
            return Why.NOT_ASKED
        return Why.MADE_INSIDE if meter.carrier in _MADE_INSIDE else Why.NO_ENERGY
    if any(above.id in terms for above in park.ancestors(meter.id)):
        return Why.GIVES if meter.role in GIVES else Why.BELOW
    return Why.GIVES if meter.role in GIVES else Why.ELSEWHERE
