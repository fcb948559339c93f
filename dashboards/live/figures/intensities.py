"""Energy per product, area and value added, with what registers and people say of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.live.figures.beside_energy import PRODUCTION, BesideEnergy
from parkwatt.accounting.energy_use import energy_use, meter_energy
from parkwatt.accounting.intensity import Intensity, Per, intensity
from parkwatt.accounting.row_sums import RowSums
from parkwatt.accounting.told import UNTOLD, Told, metered, told
from parkwatt.kept_rows import quarters
from parkwatt.park import Park
from parkwatt.park.output import Product
from parkwatt.park.times import Span, span_of


@dataclass(frozen=True, slots=True)
class Compared:
    """An intensity, and how much its values rose since the same time a year earlier."""

    now: Intensity
    risen: Mapping[str, float]


def intensities(park: Park, enterprise: str | None, sums: RowSums, beside: BesideEnergy) -> list[Intensity]:
    """Of an enterprise, or of the park with all its products; in the order of the park file.

    Args:
        park: whose products.
        enterprise: its id; None for the park.
        sums: of the rows of a stretch.
        beside: reads production.
    """
    energy, stretch = energy_use(park, enterprise, sums), sums.stretch
    found = [
        intensity(Per.AREA, enterprise, "m2", _area(park, enterprise), energy),
        intensity(Per.VALUE_ADDED, enterprise, "10,000 yuan", _value_added(park, enterprise, stretch), energy),
    ]
    for product in park.products:
        if enterprise not in {None, product.enterprise}:
            continue
        its = None
        if product.energy_meter is not None:
            its = meter_energy(park, product.energy_meter, sums)
        elif sum(other.enterprise == product.enterprise for other in park.products) == 1:
            its = energy_use(park, product.enterprise, sums)
        found.append(intensity(Per.PRODUCT, product.id, product.unit, _made(park, product, stretch, beside), its))
    return found


def _made(park: Park, product: Product, stretch: Span, beside: BesideEnergy) -> Told:
    """How much of a product was made, by its register or as it is declared."""
    if product.meter is None:
        return told(((span_of(o.period, park.zone), o.amount) for o in park.output if o.product == product.id), stretch)
    counted = beside.counted([product.meter], PRODUCTION, quarters(*stretch))
    return metered(counted[product.meter]) if product.meter in counted else UNTOLD


def _area(park: Park, enterprise: str | None) -> Told:
    areas = [e.area for e in park.enterprises if enterprise in {None, e.id}]
    known = [area for area in areas if area is not None]
    if not known:
        return UNTOLD
    whole = math.fsum(known)
    return Told(whole if len(known) == len(areas) else None, whole, len(known) / len(areas))


def _value_added(park: Park, enterprise: str | None, stretch: Span) -> Told:
    """At constant prices [10,000 yuan]; of the park only where every enterprise says it, all of one base year."""
    lines = [line for line in park.value_added if enterprise in {None, line.enterprise}]
    owners = [e.id for e in park.enterprises if enterprise in {None, e.id}]
    each = [
        told(((span_of(line.period, park.zone), line.amount) for line in lines if line.enterprise == owner), stretch)
        for owner in owners
    ]
    if all(one.part is None for one in each):
        return UNTOLD
    part = math.fsum(one.part or 0.0 for one in each)
    whole = all(one.amount is not None for one in each) and len({line.base_year for line in lines}) == 1
    return Told(part if whole else None, part, math.fsum(one.covered for one in each) / len(each))
