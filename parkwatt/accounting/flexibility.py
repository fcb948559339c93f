"""Generation, batteries, chargers and the match with carbon-free supply of the park or of an enterprise, together.

What generators of electricity make counts as carbon-free: the park file does not say what they run on.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from parkwatt.accounting.charging import Charging, charging
from parkwatt.accounting.energy_use import EnergyUse
from parkwatt.accounting.intervals import Floats, Intervals
from parkwatt.accounting.known import total
from parkwatt.accounting.matching import EnergyShares, Matching, direct_share, energy_shares, matching
from parkwatt.accounting.periods import HOUR, QUARTER
from parkwatt.accounting.site import Site, amounts
from parkwatt.accounting.solar import Generation, curtailed, generation, specific_yield
from parkwatt.accounting.storage import (
    Battery,
    PeakShaved,
    RoundTrip,
    battery,
    integrated_charge,
    peak_shaved,
    round_trip,
)
from parkwatt.accounting.told import UNTOLD, Told, told
from parkwatt.park import Park
from parkwatt.park.times import Span, span_of


@dataclass(frozen=True, slots=True, eq=False)
class BatteryFigures:
    """One battery.

    Attributes:
        meter: its id.
        capacity: [kWh]; None where it is not known.
        did: what it did.
        trip: its round-trip efficiency; None where it cannot be told.
        charge: state of charge at the borders [%]; None where it cannot be told.
        charge_estimated: whether that is integrated, and not read.
    """

    meter: str
    capacity: float | None
    did: Battery
    trip: RoundTrip | None
    charge: Floats | None
    charge_estimated: bool

    @property
    def cycles(self) -> float | None:
        """Full equivalent cycles."""
        return self.did.cycles(self.capacity)


@dataclass(frozen=True, slots=True, eq=False)
class Flexibility:
    """What sun, batteries and chargers do for a site; None where there is none, or nothing is known.

    Attributes:
        made: where generation went.
        capacity: of all generators [kW]; None where one does not say it.
        curtailed: energy that was held back [kWh], as it is declared, else as generators say what they could make.
        batteries: one by one.
        peak: what they do together to the highest demand.
        charging: vehicles.
        hourly: the load matched with own generation by the hour.
        quarterly: by the quarter-hour.
        direct: share of own generation in what was used at the same time (0 to 1).
        shares: clean, non-fossil and electric, in energy content.
    """

    made: Generation | None
    capacity: float | None
    curtailed: Told
    batteries: tuple[BatteryFigures, ...]
    peak: PeakShaved | None
    charging: Charging | None
    hourly: Matching | None
    quarterly: Matching | None
    direct: float | None
    shares: EnergyShares | None

    @property
    def specific_yield(self) -> float | None:
        """Energy per capacity [kWh/kW]."""
        return None if self.made is None else specific_yield(self.made, self.capacity)


class Beside(NamedTuple):
    """What is known of a site beside accounted rows.

    Attributes:
        charges: state of charge at the borders [%], by the batteries that say it.
        available: what sun or wind would have given [kWh], by the generators that say it.
        claimed: electricity that the green ledger covers with contracts and certificates of no CO2 [kWh].
    """

    charges: Mapping[str, Floats]
    available: Mapping[str, Intervals]
    claimed: float = 0.0


def flexibility(
    park: Park,
    site: Site,
    used: Mapping[str, Intervals],
    *,
    energy: EnergyUse,
    beside: Beside,
) -> Flexibility | None:
    """What sun, batteries and chargers do; None where nothing at all is accounted.

    Args:
        park: whose meters.
        site: which of them count.
        used: what meters took in, by their ids, all of the same intervals.
        energy: all that the site used.
        beside: what rows do not say.
    """
    if not used:
        return None
    border = next(iter(used.values())).border
    parts = (site.border, site.generation, site.storage, site.charging, site.use)
    net, made, taken, chargers, use = (amounts(terms, used, border) for terms in parts)
    where = None if made is None or net is None else generation(made, net)
    ran_on_own = made is not None and use is not None
    green = 0.0 if where is None else total(where.self_consumed) or 0.0
    return Flexibility(
        made=where,
        capacity=_capacity(park, site),
        curtailed=_curtailed(park, site, used, beside.available),
        batteries=tuple(_battery(park, meter, used, beside.charges) for meter in site.storage if meter in used),
        peak=None if taken is None or net is None else peak_shaved(net, taken),
        charging=None if chargers is None or use is None else charging(chargers, use),
        hourly=matching(use, made, every=HOUR) if ran_on_own and use and made else None,
        quarterly=matching(use, made, every=QUARTER) if ran_on_own and use and made else None,
        direct=None if where is None or use is None else direct_share(where.self_consumed, use),
        shares=energy_shares(energy.by_carrier, green=green + beside.claimed),
    )


def _capacity(park: Park, site: Site) -> float | None:
    """Of all generators [kW]."""
    known = [park.meter_by_id[meter].rated_power for meter in site.generation]
    told_of = [power for power in known if power is not None]
    return math.fsum(told_of) if known and len(told_of) == len(known) else None


def _curtailed(park: Park, site: Site, used: Mapping[str, Intervals], available: Mapping[str, Intervals]) -> Told:
    """What was held back at all generators [kWh]; untold where one of them says nothing."""
    found = [_held_back(park, meter, used, available) for meter in site.generation]
    if not found or any(one.part is None for one in found):
        return UNTOLD
    part = math.fsum(one.part or 0.0 for one in found)
    whole = all(one.amount is not None for one in found)
    return Told(part if whole else None, part, min(one.covered for one in found))


def _held_back(park: Park, meter: str, used: Mapping[str, Intervals], available: Mapping[str, Intervals]) -> Told:
    """At one generator: as it is declared, else by what it could have made."""
    border = next(iter(used.values())).border
    declared = told(
        ((span_of(c.period, park.zone), c.amount) for c in park.curtailment if c.meter == meter),
        Span(int(border[0]), int(border[-1])),
    )
    made = amounts({meter: -1.0}, used, border)
    if declared.amount is not None or meter not in available or made is None:
        return declared
    return curtailed(available[meter], made)


def _battery(park: Park, meter: str, used: Mapping[str, Intervals], charges: Mapping[str, Floats]) -> BatteryFigures:
    capacity, did, charge = park.meter_by_id[meter].storage_capacity, battery(used[meter]), charges.get(meter)
    trip = round_trip(did, charge=charge, capacity=capacity)
    estimated = charge is None and capacity is not None and trip is not None
    if estimated and capacity is not None and trip is not None:
        charge = integrated_charge(did, capacity, efficiency=trip.efficiency)
    return BatteryFigures(meter, capacity, did, trip, charge, estimated)
