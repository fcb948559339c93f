"""The electricity of the park or of an enterprise: which meters stand at its border, make, store and charge.

Each is a sum of meters, every one times a number, in which nothing is counted twice (see `totals`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Intervals, missing
from parkwatt.accounting.totals import park_use, uses
from parkwatt.accounting.virtual import combined
from parkwatt.park import Meter, Park, Role

ELECTRICITY = "electricity"
GIVES = frozenset({Role.GENERATION, Role.STORAGE})
"""Roles of meters that give energy out: coal and CO2 of it count where the energy for it came in."""

Terms = Mapping[str, float]
"""A number per meter id."""


@dataclass(frozen=True, slots=True)
class Site:
    """Sums of meters.

    Attributes:
        border: what comes in over the border less what goes out.
        generation: what is made, positive.
        storage: what batteries take in less what they give back.
        charging: what vehicles take.
        use: what is used: border + generation - storage.
    """

    border: Terms
    generation: Terms
    storage: Terms
    charging: Terms
    use: Terms


def site_of(park: Park, enterprise: str | None) -> Site:
    """The electricity of an enterprise; of None: of the whole park.

    A generator of somebody else behind the enterprise's own meter delivers over the border.
    """
    own = [m for m in park.meters if m.carrier == ELECTRICITY and enterprise in {None, m.enterprise}]
    giving = _giving(park, enterprise, ELECTRICITY)
    return Site(
        border=at_border(park, enterprise, ELECTRICITY),
        generation={m.id: -1.0 for m in giving if m.role is Role.GENERATION},
        storage={m.id: 1.0 for m in giving if m.role is Role.STORAGE},
        charging={m.id: 1.0 for m in own if m.role is Role.CHARGING and not _below_charging(park, m)},
        use=used_of(park, enterprise, ELECTRICITY),
    )


def used_of(park: Park, enterprise: str | None, carrier: str) -> Terms:
    """What an enterprise uses of a carrier; of None: what the whole park does."""
    return park_use(park, carrier) if enterprise is None else uses(park, carrier).get(enterprise, {})


def at_border(park: Park, enterprise: str | None, carrier: str) -> Terms:
    """What comes in over the border of an enterprise, or of the park, less what goes out."""
    border = dict(used_of(park, enterprise, carrier))
    for meter in _giving(park, enterprise, carrier):
        border[meter.id] = border.get(meter.id, 0.0) + 1.0
    return {meter: factor for meter, factor in border.items() if factor}


def brought_in(park: Park, enterprise: str | None, carrier: str) -> dict[str, float]:
    """What came in over a border and has coal and CO2.

    What generators and batteries of others give behind the border has none: coal and CO2 count where energy came in.
    """
    border = at_border(park, enterprise, carrier)
    return {meter: factor for meter, factor in border.items() if park.meter_by_id[meter].role not in GIVES}


def _giving(park: Park, enterprise: str | None, carrier: str) -> list[Meter]:
    """The generators and batteries of an enterprise, or of the park, that are below no other."""
    all_use = park_use(park, carrier)
    return [
        m
        for m in park.meters
        if m.role in GIVES and m.carrier == carrier and enterprise in {None, m.enterprise} and all_use.get(m.id) == -1
    ]


def amounts(terms: Terms, used: Mapping[str, Intervals], border: NDArray[np.int64]) -> Intervals | None:
    """What a sum of meters comes to; None where there is no meter at all.

    Args:
        terms: the sum.
        used: what meters took in, by their ids; one that is not in it is missing.
        border: of the intervals [ms].
    """
    if not terms:
        return None
    return combined(terms, {meter: used.get(meter, missing(border)) for meter in terms})


def _below_charging(park: Park, meter: Meter) -> bool:
    """Whether a meter of chargers is counted at another above it."""
    return any(above.role is Role.CHARGING for above in park.ancestors(meter.id))
