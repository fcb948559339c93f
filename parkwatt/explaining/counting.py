"""Which meters make up a figure, each with the number it is multiplied with, and why the others do not.

The meters are those of `parkwatt.accounting.dividing`, from which pages and reports make the same figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from parkwatt.accounting.dividing import By, Scope, What, carriers_of, divide, together
from parkwatt.explaining.asking import NoFigureError, Question, SubjectKind
from parkwatt.explaining.phrases import Phrase
from parkwatt.park import Meter, Park, Role

GIVES = frozenset({Role.GENERATION, Role.STORAGE})
"""Roles of meters that give out: what they give has no standard coal, no CO2 and no cost."""
_MADE_INSIDE = frozenset({"steam", "heat"})


class Why(StrEnum):
    """Why a meter is not in a figure."""

    BELOW = "below"
    """A meter above it counts, and has measured the same already."""
    GIVES = "gives"
    """It gives out: what it gives did not come in."""
    NO_ENERGY = "no_energy"
    """Its carrier has no factor: what makes it is counted."""
    NO_NUMBER = "no_number"
    """Nobody declared a price or a factor for its carrier, while others have one."""
    MADE_INSIDE = "made_inside"
    """Its carrier is made inside: the fuel is counted."""
    NOT_ASKED = "not_asked"
    """Another carrier or domain was asked for."""
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
    what, enterprise = What(question.what), question.subject.id or None
    own = [meter for meter in park.carrier_meters if enterprise in {None, meter.enterprise}]
    if what is What.AMOUNT and question.carrier is None:
        several = tuple(dict.fromkeys(meter.carrier for meter in own))
        if len(several) > 1:
            raise NoFigureError(Phrase("refused.several_carriers", carriers=several))
        question = question._replace(carrier=several[0] if several else None)
    scope = Scope(question.carrier, enterprise, question.domain)
    terms = together(divide(park, scope, By.CARRIER, what))
    carriers = tuple(carriers_of(park, scope, what))
    return Counted(terms, _left_out(park, own, terms, carriers, question), carriers)


def with_numbers(park: Park, found: Counted, has: Mapping[str, bool]) -> Counted:
    """The meters of a figure without carriers for which nobody declared a price or a factor: analyses have none either.

    Args:
        park: with the meters.
        found: the meters of the figure.
        has: of each meter that was heard, whether any of its rows has the number.
    """
    by_carrier: dict[str, bool] = {}
    for meter, known in has.items():
        carrier = park.meter_by_id[meter].carrier
        by_carrier[carrier] = by_carrier.get(carrier, False) or known
    if all(by_carrier.values()) or not any(by_carrier.values()):
        return found
    out = tuple(meter for meter in found.terms if not by_carrier.get(park.meter_by_id[meter].carrier, True))
    terms = {meter: number for meter, number in found.terms.items() if meter not in out}
    return Counted(terms, {**found.left_out, Why.NO_NUMBER: out}, found.carriers)


def _left_out(
    park: Park, own: list[Meter], terms: Mapping[str, float], carriers: tuple[str, ...], question: Question
) -> dict[Why, tuple[str, ...]]:
    found: dict[Why, list[str]] = {}
    for meter in own:
        if meter.id not in terms:
            found.setdefault(_why(park, meter, terms, carriers, question), []).append(meter.id)
    return {why: tuple(found[why]) for why in Why if why in found}


def _why(park: Park, meter: Meter, terms: Mapping[str, float], carriers: tuple[str, ...], question: Question) -> Why:
    if question.domain not in {None, str(meter.domain)}:
        return Why.NOT_ASKED
    if meter.carrier not in carriers:
        if question.carrier is not None:
            return Why.NOT_ASKED
        return Why.MADE_INSIDE if meter.carrier in _MADE_INSIDE else Why.NO_ENERGY
    if any(above.id in terms for above in park.ancestors(meter.id)):
        return Why.GIVES if meter.role in GIVES else Why.BELOW
    return Why.GIVES if meter.role in GIVES else Why.ELSEWHERE
