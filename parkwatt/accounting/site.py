"""The electricity of the park or of an enterprise: which meters stand at its border, make, store and charge.

Each is a sum of meters, every one times a number, in which nothing is counted twice (see `totals`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.intervals import Intervals, missing
from parkwatt.accounting.totals import ELECTRICITY, park_use, uses
from parkwatt.accounting.virtual import combined
from parkwatt.park import Meter, Park, Role

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


class Borders:
    """The sums of a park's meters, each worked out once."""

    def __init__(self, park: Park) -> None:
        """Of a park."""
        self._park = park
        self._whole: dict[str, Terms] = {}
        self._parts: dict[str, Mapping[str | None, Terms]] = {}

    def site(self, enterprise: str | None) -> Site:
        """The electricity of an enterprise; of None: of the whole park.

        A generator of somebody else behind the enterprise's own meter delivers over the border.
        """
        park = self._park
        giving = self._giving(enterprise, ELECTRICITY)
        charging = [m for m in park.meters if m.role is Role.CHARGING and enterprise in {None, m.enterprise}]
        return Site(
            border=self.border(enterprise, ELECTRICITY),
            generation={m.id: -1.0 for m in giving if m.role is Role.GENERATION},
            storage={m.id: 1.0 for m in giving if m.role is Role.STORAGE},
            charging={m.id: 1.0 for m in charging if m.carrier == ELECTRICITY and not _below_charging(park, m)},
            use=self.used(enterprise, ELECTRICITY),
        )

    def used(self, enterprise: str | None, carrier: str) -> Terms:
        """What an enterprise uses of a carrier; of None: what the whole park does."""
        if enterprise is None:
            return self._park_use(carrier)
        if carrier not in self._parts:
            self._parts[carrier] = uses(self._park, carrier)
        return self._parts[carrier].get(enterprise, {})

    def border(self, enterprise: str | None, carrier: str) -> Terms:
        """What comes in over the border of an enterprise, or of the park, less what goes out."""
        border = dict(self.used(enterprise, carrier))
        for meter in self._giving(enterprise, carrier):
            border[meter.id] = border.get(meter.id, 0.0) + 1.0
        return {meter: factor for meter, factor in border.items() if factor}

    def brought_in(self, enterprise: str | None, carrier: str) -> dict[str, float]:
        """What came in over a border and has coal and CO2.

        What generators and batteries of others give behind the border has none: coal and CO2 count where energy came
        in.
        """
        border = self.border(enterprise, carrier)
        return {meter: factor for meter, factor in border.items() if self._park.meter_by_id[meter].role not in GIVES}

    def _park_use(self, carrier: str) -> Terms:
        if carrier not in self._whole:
            self._whole[carrier] = park_use(self._park, carrier)
        return self._whole[carrier]

    def _giving(self, enterprise: str | None, carrier: str) -> list[Meter]:
        """The generators and batteries of an enterprise, or of the park, that are below no other."""
        all_use = self._park_use(carrier)
        known = self._park.meter_by_id
        found = [known[meter] for meter, factor in all_use.items() if factor == -1]
        return [m for m in found if m.role in GIVES and enterprise in {None, m.enterprise}]


def site_of(park: Park, enterprise: str | None) -> Site:
    """The electricity of an enterprise; of None: of the whole park."""
    return Borders(park).site(enterprise)


def used_of(park: Park, enterprise: str | None, carrier: str) -> Terms:
    """What an enterprise uses of a carrier; of None: what the whole park does."""
    return Borders(park).used(enterprise, carrier)


def at_border(park: Park, enterprise: str | None, carrier: str) -> Terms:
    """What comes in over the border of an enterprise, or of the park, less what goes out."""
    return Borders(park).border(enterprise, carrier)


def brought_in(park: Park, enterprise: str | None, carrier: str) -> dict[str, float]:
    """What came in over a border and has coal and CO2."""
    return Borders(park).brought_in(enterprise, carrier)


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
