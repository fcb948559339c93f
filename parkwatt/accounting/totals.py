"""Totals in which nothing is counted twice: what the park, its enterprises and the park itself use of a carrier.

A total is a sum of meters, each times a number. What a generator or a battery gives out is negative at an electricity
meter, and taken off it raises a total: use = came in - what generators and batteries took in. Meters of steam, heat
and cold that is made inside count what is made as anything else, in one direction: it comes in there.

What an enterprise hands on to others through its own meters is theirs, so that the uses of all owners add up to that of
the park, losses in its own grid included in what the park itself uses.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeVar

from parkwatt.accounting.virtual import real_terms
from parkwatt.park import Meter, Park, Role

ELECTRICITY = "electricity"
_GIVES = frozenset({Role.GENERATION, Role.STORAGE})

K = TypeVar("K", bound=Hashable)


def park_use(park: Park, carrier: str) -> dict[str, float]:
    """What the whole park uses of a carrier: the number per meter id.

    What comes in is measured by the topmost supply meters, and but for electricity by those of what is made inside;
    without any of both by the meters at the top of the tree.
    """
    return _without_zeros({m.id: 1.0 for m in supplies(park, carrier)}, {m.id: -1.0 for m in _givers(park, carrier)})


def uses(park: Park, carrier: str) -> dict[str | None, dict[str, float]]:
    """What each enterprise uses of a carrier, and under None what the park itself does with the losses of its grid.

    They add up to `park_use`. An enterprise without meters of the carrier is left out.
    """
    return divided(park, carrier, lambda meter: meter.enterprise, rest=None)


def divided(park: Park, carrier: str, owner: Callable[[Meter], K], *, rest: K) -> dict[K, dict[str, float]]:
    """What the park uses of a carrier, divided among any owners of meters; the parts add up to `park_use`.

    What an owner hands on to others through their meters is theirs.

    Args:
        park: with the meters.
        carrier: which.
        owner: whose a meter is.
        rest: who owns what is upstream of meters of which nobody said it: the grid behind the supply.
    """
    found: dict[K, dict[str, float]] = {}

    def hand_over(meter: Meter, giver: K) -> None:
        """What a meter took in is its own owner's, and no longer the upstream owner's."""
        if owner(meter) != giver:
            found[owner(meter)][meter.id] = 1.0
            found.setdefault(giver, {})[meter.id] = -1.0

    entries = {m.id for m in supplies(park, carrier)}
    supplied = any(park.comes_in(m) for m in supplies(park, carrier))
    for meter in _counted(park, carrier):
        own = found.setdefault(owner(meter), {})
        upstream = park.meter_by_id.get(meter.parent or "")
        if meter.id in entries:
            own[meter.id] = 1.0
        elif upstream is not None:
            hand_over(meter, owner(upstream))
        elif supplied and meter.role not in _GIVES:
            hand_over(meter, rest)
    for meter in _givers(park, carrier):
        own = found[owner(meter)]
        own[meter.id] = own.get(meter.id, 0.0) - 1.0
    return {who: _without_zeros(terms) for who, terms in found.items()}


def _counted(park: Park, carrier: str) -> Iterator[Meter]:
    """Meters of a carrier, without those that only sum up meters that stand elsewhere in the tree."""
    for meter in park.carrier_meters:
        if meter.carrier == carrier and not _sums_up(park, meter):
            yield meter


def _sums_up(park: Park, meter: Meter) -> bool:
    """Whether a virtual meter at the top stands for meters that are not below it, and so are counted there."""
    if meter.parent is not None or meter.formula is None:
        return False
    return any(all(a.id != meter.id for a in park.ancestors(term)) for term in real_terms(park, meter.id))


def supplies(park: Park, carrier: str) -> list[Meter]:
    """The meters through which a carrier comes into the park, or in which it is made, else those at the top."""
    meters = list(_counted(park, carrier))
    supply = [m for m in meters if park.comes_in(m)]
    return supply or [m for m in meters if m.parent is None and m.role not in _GIVES]


def _givers(park: Park, carrier: str) -> list[Meter]:
    """Generators and batteries, without those below another: its meter holds what they give already."""
    if carrier != ELECTRICITY:
        return []
    return [
        m
        for m in _counted(park, carrier)
        if m.role in _GIVES and all(a.role not in _GIVES for a in park.ancestors(m.id))
    ]


def _without_zeros(*parts: Mapping[str, float]) -> dict[str, float]:
    """Sums of meters added up, without what cancels out."""
    found: dict[str, float] = {}
    for part in parts:
        for meter, factor in part.items():
            found[meter] = found.get(meter, 0.0) + factor
    return {meter: factor for meter, factor in found.items() if factor}
