"""How large a meter's flow is: from what the park file says of the enterprise down to the last machine."""

import math
from dataclasses import dataclass

import numpy as np

from ingest.simulate.chance import Floats, between
from ingest.simulate.remainder import is_remainder
from ingest.simulate.sectors import Sector, sector_of
from ingest.simulate.shapes import Use
from ingest.simulate.tree import MeterTree
from parkwatt.park import Domain, Meter, Park, Role

LOAD_OF_CONTRACT = 0.72
"""Load in full swing per contracted demand."""

PV_PER_AREA = 0.018
"""Rooftop PV per floor area [kW/m2]; floors share the roof, and no roof is full."""

BATTERY_SHARE = 0.12
"""Rated power of a battery per load of its enterprise."""

_DOMAIN_SIZE = {Domain.PROCESS: 1.6, Domain.BUILDING: 0.6, Domain.INFRASTRUCTURE: 0.8, Domain.TRANSPORT: 0.4}
_ELSEWHERE_MW = 0.5
"""Load that media are sized after where no enterprise is known [MW]."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a meter sees in full swing, and how the rows below it add up.

    Attributes:
        nominal: flow of each row in full swing [unit of the carrier's flow]; negative for generation.
        weight: what a row counts in its parent: 1 and the losses on the way.
    """

    nominal: Floats
    weight: Floats


def use_of(meter: Meter) -> Use:
    """What a meter's flow depends on."""
    match meter.role:
        case Role.GENERATION:
            return Use.SUN if meter.carrier == "electricity" else Use.WHOLE
        case Role.STORAGE:
            return Use.BATTERY
        case Role.CHARGING:
            return Use.CARS
        case _ if meter.carrier == "cooling":
            return Use.COOLING
        case _ if meter.enterprise is None and meter.domain is Domain.INFRASTRUCTURE and meter.role is not Role.SUPPLY:
            return Use.LIGHTING
        case _:
            uses = {Domain.BUILDING: Use.BUILDING, Domain.INFRASTRUCTURE: Use.PLANT, Domain.TRANSPORT: Use.CARS}
            return uses.get(meter.domain, Use.PROCESS)


def meter_sector(park: Park, meter: Meter) -> Sector:
    """The sector of a meter's enterprise; the general one for the park's own."""
    enterprise = park.enterprise_by_id.get(meter.enterprise) if meter.enterprise else None
    return sector_of(enterprise.sector if enterprise else "")


def size(park: Park, tree: MeterTree, *, seed: int) -> Size:
    """Size every meter of a park."""
    return _Sizing(park, tree, seed).size()


class _Sizing:
    def __init__(self, park: Park, tree: MeterTree, seed: int) -> None:
        self._park = park
        self._tree = tree
        self._seed = seed
        self._entries: dict[tuple[str | None, str, Role], int] = {}
        self._children: dict[int, list[int]] = {}
        for row, meter in enumerate(tree.meters):
            parent = int(tree.parent[row])
            if parent >= 0:
                self._children.setdefault(parent, []).append(row)
            if not self._inside(row):
                key = (meter.enterprise, meter.carrier, meter.role)
                self._entries[key] = self._entries.get(key, 0) + 1

    def size(self) -> Size:
        nominal = np.zeros(len(self._tree))
        weight = np.ones(len(self._tree))
        for row in range(len(self._tree)):
            if not self._inside(row):
                nominal[row] = self._entry(self._tree.meters[row])
            self._share_out(row, nominal, weight)
        return Size(nominal, weight)

    def _inside(self, row: int) -> bool:
        """Whether a meter is sized by the one upstream: same enterprise, same kind of use."""
        parent = int(self._tree.parent[row])
        if parent < 0:
            return False
        below, above = self._tree.meters[row], self._tree.meters[parent]
        return below.enterprise == above.enterprise and below.role is above.role and above.role is not Role.SUPPLY

    def _share_out(self, row: int, nominal: Floats, weight: Floats) -> None:
        """Divide a meter's nominal flow among those below, less losses; the more of them, the less has no meter."""
        below = self._children.get(row, [])
        if not below:
            return
        above = self._tree.meters[row]
        lost = between(0.006, 0.022, self._seed, above.id, "loss") if above.carrier != "water" else 0.03
        inside = [child for child in below if self._inside(child)]
        metered = [child for child in inside if not is_remainder(self._tree.meters[child])]
        covered = 0.95 * (1 - math.exp(-len(metered) / 2.2)) if len(metered) < len(inside) else 1.0
        sizes = {child: self._relative(self._tree.meters[child]) for child in metered}
        for child in inside:
            share = covered * sizes[child] / sum(sizes.values()) if child in sizes else 1 - covered
            nominal[child] = nominal[row] * share / (1 + lost)
            weight[child] = 1 + lost
        for child in below:
            if above.role is Role.SUPPLY and self._tree.meters[child].role is not Role.GENERATION:
                weight[child] = 1 + lost

    def _relative(self, meter: Meter) -> float:
        places = meter_sector(self._park, meter).places
        known = next((place.size for place in places if meter.name.en.startswith(place.en)), None)
        return (known or _DOMAIN_SIZE[meter.domain]) * between(0.75, 1.3, self._seed, meter.id, "size")

    def _entry(self, meter: Meter) -> float:
        """Flow of a meter at the top of its enterprise, or of its kind in it."""
        load = self._load(meter.enterprise)
        count = self._entries[meter.enterprise, meter.carrier, meter.role]
        varied = between(0.8, 1.2, self._seed, meter.id, "size")
        match meter.role:
            case Role.GENERATION if meter.carrier == "electricity":
                enterprise = self._park.enterprise_by_id.get(meter.enterprise or "")
                roof = (enterprise.area or 0) * PV_PER_AREA if enterprise else 0
                return -(min(roof, 1.3 * load) or 0.3 * load) * varied / count
            case Role.STORAGE:
                return max(50.0, BATTERY_SHARE * load) * varied / count
            case Role.CHARGING:
                return between(60, 240, self._seed, meter.id, "chargers")
        if meter.enterprise is None and meter.role is not Role.SUPPLY:
            load = between(15, 90, self._seed, meter.id, "size")
        if meter.carrier == "electricity":
            return load * varied / count
        sector = meter_sector(self._park, meter)
        per_mwh = sector.per_mwh.get(meter.carrier) or sector_of("").per_mwh.get(meter.carrier, 1.0)
        return per_mwh * load / 1000 * varied / count

    def _load(self, enterprise_id: str | None) -> float:
        """Electric load of an enterprise in full swing [kW]."""
        enterprise = self._park.enterprise_by_id.get(enterprise_id or "")
        if enterprise is None:
            return _ELSEWHERE_MW * 1000
        if enterprise.contracted_demand is not None:
            return enterprise.contracted_demand * LOAD_OF_CONTRACT
        if enterprise.area is not None:
            return enterprise.area * sector_of(enterprise.sector).density / 1000
        return between(150, 900, self._seed, enterprise.id, "load")
