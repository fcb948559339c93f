"""The energy of the park, of an enterprise or of a meter over a stretch of time, on every basis, from accounted rows.

Energy in kWh is what was used: own generation of electricity is in it. Standard coal and CO2 are of what came in over
the border, as the rows have them; own generation has none. Carriers without a factor for standard coal (cooling, water,
compressed air) are left out, as the electricity that makes them is counted; so are heat and steam of a park that has
no supply of them, because their fuel is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from parkwatt.accounting.known import Shares
from parkwatt.accounting.row_sums import AMOUNTS, RowSums
from parkwatt.accounting.site import Terms, at_border, used_of
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.accounting.virtual import real_terms
from parkwatt.park import Park, Role

CARRIERS = (ELECTRICITY, "gas", "steam", "heat", "coal", "oil")
"""Those that have a factor for standard coal."""
_MADE_INSIDE = frozenset({"steam", "heat"})
_GIVES = frozenset({Role.GENERATION, Role.STORAGE})


@dataclass(frozen=True, slots=True)
class EnergyUse:
    """Energy over a stretch of time.

    Attributes:
        amounts: by field of rows in `AMOUNTS`; a field that a row lacks is left out.
        by_carrier: energy content [kWh].
        shares: of the time, means over the meters that count.
        lacking: meters of which less than 90 % of the time is known.
        meters: how many count.
        factors: ids of all factors that it rests on.
    """

    amounts: Mapping[str, float]
    by_carrier: Mapping[str, float]
    shares: Shares
    lacking: tuple[str, ...]
    meters: int
    factors: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Whether every meter is known well enough to stand for all of the time."""
        return self.meters > 0 and not self.lacking


def energy_use(park: Park, enterprise: str | None, sums: RowSums) -> EnergyUse:
    """What an enterprise used; of None: what the whole park did.

    Args:
        park: with the meters.
        enterprise: its id.
        sums: of the rows of all meters that count.
    """
    border = {carrier: at_border(park, enterprise, carrier) for carrier in counted_carriers(park, enterprise)}
    return _energy(park, border | {ELECTRICITY: used_of(park, enterprise, ELECTRICITY)}, border, sums)


def meter_energy(park: Park, meter: str, sums: RowSums) -> EnergyUse:
    """What went through one meter, virtual or not."""
    terms = {park.meter_by_id[meter].carrier: {meter: 1.0}}
    return _energy(park, terms, terms, sums)


def _energy(park: Park, used: Mapping[str, Terms], border: Mapping[str, Terms], sums: RowSums) -> EnergyUse:
    """Energy of what was used, standard coal and CO2 of what came in, by carrier."""
    used, border = ({carrier: _real(park, terms) for carrier, terms in part.items()} for part in (used, border))
    gives = {meter.id for meter in park.meters if meter.role in _GIVES}
    came_in = {meter: factor for terms in border.values() for meter, factor in terms.items() if meter not in gives}
    all_used = {meter: factor for terms in used.values() for meter, factor in terms.items()}
    amounts = {field: sums.total(field, all_used if field == "kwh" else came_in) for field in AMOUNTS}
    by_carrier = {carrier: sums.total("kwh", terms) for carrier, terms in used.items()}
    meters = all_used.keys() | came_in.keys()
    return EnergyUse(
        amounts={field: amount for field, amount in amounts.items() if amount is not None},
        by_carrier={carrier: amount for carrier, amount in by_carrier.items() if amount is not None},
        shares=sums.shares(meters),
        lacking=sums.lacking(meters),
        meters=len(meters),
        factors=sums.factors(meters),
    )


def counted_carriers(park: Park, enterprise: str | None) -> list[str]:
    """Carriers that count: at the park none that is made inside of others that are counted."""
    supplied = {m.carrier for m in park.meters if m.role is Role.SUPPLY}
    made = {m.carrier for m in park.meters if m.role is Role.GENERATION}
    inside = (made - supplied) & _MADE_INSIDE if enterprise is None else set()
    return [carrier for carrier in CARRIERS if carrier not in inside]


def _real(park: Park, terms: Terms) -> dict[str, float]:
    """A sum of meters in terms of those that have rows."""
    found: dict[str, float] = {}
    for meter, factor in terms.items():
        for real, number in real_terms(park, meter).items():
            found[real] = found.get(real, 0.0) + factor * number
    return {meter: factor for meter, factor in found.items() if factor}
