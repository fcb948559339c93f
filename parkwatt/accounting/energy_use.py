"""The energy of the park, of an enterprise or of a meter over a stretch of time, on every basis, from accounted rows.

Energy in kWh is what was used: own generation of electricity is in it. Standard coal and CO2 are of what came in over
the border, as the rows have them; own generation has none. Carriers without a factor for standard coal (cooling, water,
compressed air) are left out, as the electricity that makes them is counted; so is steam and heat that is made inside,
because its fuel is. Fuel that came without a meter counts as it is declared; of a period that the stretch cuts, a part
by time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from parkwatt.accounting.conversions import of_carrier, of_fuel
from parkwatt.accounting.factors import FactorBook
from parkwatt.accounting.known import Shares
from parkwatt.accounting.row_sums import AMOUNTS, RowSums
from parkwatt.accounting.site import Borders, Terms
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.accounting.virtual import real_terms
from parkwatt.park import Park, Role
from parkwatt.park.times import Span, days_of, span_of

CARRIERS = (ELECTRICITY, "gas", "steam", "heat", "coal", "oil")
"""Those that have a factor for standard coal."""
MADE_INSIDE = frozenset({"steam", "heat"})
"""Carriers whose energy, where they are made inside, is that of the fuel that they are made of."""
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
        park: with the meters and what is declared of deliveries.
        enterprise: its id.
        sums: of the rows of all meters that count.
    """
    borders = Borders(park)
    border = {carrier: borders.brought_in(enterprise, carrier) for carrier in counted_carriers(park, enterprise)}
    made = {carrier: borders.used(enterprise, carrier) for carrier in border.keys() - MADE_INSIDE}
    metered = _energy(park, border | made, border, sums)
    return _with_deliveries(metered, park, enterprise, sums.stretch)


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


def _with_deliveries(metered: EnergyUse, park: Park, enterprise: str | None, stretch: Span) -> EnergyUse:
    """The same, with fuel that came without a meter."""
    amounts, by_carrier, factors = dict(metered.amounts), dict(metered.by_carrier), set(metered.factors)
    book = FactorBook.of(park)
    for each in park.deliveries:
        period = span_of(each.period, park.zone)
        inside = min(period.end, stretch.end) - max(period.start, stretch.start)
        if enterprise not in {None, each.enterprise} or inside <= 0:
            continue
        year, amount = days_of(each.period)[0].year, each.amount * inside / (period.end - period.start)
        found = of_fuel(book, each.fuel, year=year)[0] if each.fuel else of_carrier(book, each.carrier, None, year=year)
        for field, conversion in found.items():
            amounts[field] = amounts.get(field, 0.0) + amount * conversion.per_unit
            factors.update(factor.id for factor in conversion.factors)
        by_carrier[each.carrier] = by_carrier.get(each.carrier, 0.0) + amount * found["kwh"].per_unit
    return replace(metered, amounts=amounts, by_carrier=by_carrier, factors=tuple(sorted(factors)))


def counted_carriers(park: Park, enterprise: str | None) -> list[str]:
    """Carriers that count: at the park none that is made inside of others that are counted."""
    supplied = {m.carrier for m in park.meters if m.role is Role.SUPPLY}
    made = {m.carrier for m in park.meters if m.role is Role.GENERATION}
    inside = (made - supplied) & MADE_INSIDE if enterprise is None else set()
    return [carrier for carrier in CARRIERS if carrier not in inside]


def _real(park: Park, terms: Terms) -> dict[str, float]:
    """A sum of meters in terms of those that have rows."""
    found: dict[str, float] = {}
    for meter, factor in terms.items():
        for real, number in real_terms(park, meter).items():
            found[real] = found.get(real, 0.0) + factor * number
    return {meter: factor for meter, factor in found.items() if factor}
