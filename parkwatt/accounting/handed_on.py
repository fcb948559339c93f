"""What a kWh is by market and by Annex 4 at a meter that others are supplied through.

Contracts and certificates cover what their owner uses. Of what goes through an enterprise's entry meter to another one
behind it, that one's count: a kWh there is the mean of all of them. So the sums come out right: an enterprise's entry
meter less what it hands on is what it used, by its own contracts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from parkwatt.accounting.emissions import Conversion, Supplied
from parkwatt.accounting.factors import ANNEX_4, RESIDUAL, Factor, FactorBook
from parkwatt.accounting.ledger import Owner
from parkwatt.accounting.rules import Market
from parkwatt.accounting.site import GIVES
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.park import Meter, Park


class _Part(NamedTuple):
    """What goes through a meter for one owner: how much [kWh], and what a kWh of it is."""

    owner: Owner
    kwh: float
    supplied: Supplied


def market_of(
    park: Park,
    covered: Mapping[tuple[Owner, date], Supplied],
    kwh: Mapping[tuple[str, date], float],
    book: FactorBook,
) -> Market:
    """What a kWh is [kg CO2], per enterprise, and per meter where others are supplied through it.

    Args:
        park: with the meters.
        covered: what a kWh is that an enterprise uses, per month; one that nothing covers is left out.
        kwh: what went through meters in a month; one of which that is not known is left out.
        book: factors of what nothing covers.
    """
    handed = _handed_on(park)
    found = {(owner, "", month): supplied for (owner, month), supplied in covered.items()}
    for month in {month for _, month in covered}:
        region, year = park.grid_region, month.year
        plain = Supplied(
            *(_plain(book.electricity(basis, region, year=year)) for basis in (RESIDUAL, ANNEX_4)),
        )
        through = {meter: kwh[meter, month] for meter in _concerned(handed) if (meter, month) in kwh}
        month_of = _Month(park, handed, {o: s for (o, m), s in covered.items() if m == month}, plain, through)
        for meter in handed:
            supplied = month_of.through(meter)
            if supplied is not None:
                found[park.meter_by_id[meter].enterprise, meter, month] = supplied
    return found


class _Month:
    """What goes through meters in a month."""

    def __init__(
        self,
        park: Park,
        handed: Mapping[str, Sequence[str]],
        covered: Mapping[Owner, Supplied],
        plain: Supplied,
        kwh: Mapping[str, float],
    ) -> None:
        self._park, self._handed, self._covered, self._plain, self._kwh = park, handed, covered, plain, kwh

    def through(self, meter: str) -> Supplied | None:
        """What a kWh through a meter is; None where that is what its owner uses, or not known."""
        behind = self._handed.get(meter, ())
        total = self._kwh.get(meter, 0.0)
        if not behind or total <= 0 or any(each not in self._kwh for each in behind):
            return None
        parts = [
            _Part(self._owner(each), self._kwh[each], self.through(each) or self._of(self._owner(each)))
            for each in behind
        ]
        own = self._of(self._owner(meter))
        if all(part.supplied == own for part in parts):
            return None
        parts.insert(0, _Part(self._owner(meter), total - sum(part.kwh for part in parts), own))
        return Supplied(
            _mean(f"market/through/{meter}", parts, total, lambda supplied: supplied.market),
            _mean(f"annex4/through/{meter}", parts, total, lambda supplied: supplied.annex4),
        )

    def _owner(self, meter: str) -> Owner:
        return self._park.meter_by_id[meter].enterprise

    def _of(self, owner: Owner) -> Supplied:
        return self._covered.get(owner, self._plain)


def _handed_on(park: Park) -> dict[str, list[str]]:
    """Entry meters of enterprises, and the first meters of others below each."""
    found: dict[str, list[str]] = {}
    for meter in park.carrier_meters:
        above = park.meter_by_id.get(meter.parent or "")
        if above is None or not _counts(meter) or above.enterprise in {None, meter.enterprise}:
            continue
        entry = above
        for higher in park.ancestors(above.id):
            if higher.enterprise != above.enterprise:
                break
            entry = higher
        found.setdefault(entry.id, []).append(meter.id)
    return found


def _counts(meter: Meter) -> bool:
    return meter.carrier == ELECTRICITY and meter.role not in GIVES and meter.formula is None


def _concerned(handed: Mapping[str, Sequence[str]]) -> set[str]:
    """All meters at which something is handed on, and those that take it."""
    return {*handed, *(meter for some in handed.values() for meter in some)}


def _plain(factor: Factor) -> Conversion:
    return Conversion(factor.value, (factor,))


def _mean(factor_id: str, parts: Sequence[_Part], total: float, method: Callable[[Supplied], Conversion]) -> Conversion:
    """The mean of what goes through a meter, as a factor that says what it is made of."""
    value = sum(part.kwh * method(part.supplied).per_unit for part in parts) / total
    said = "; ".join(
        f"{part.owner or 'the park'}: {part.kwh:.0f} kWh x {method(part.supplied).per_unit:.6g}"
        f" ({', '.join(factor.id for factor in method(part.supplied).factors)})"
        for part in parts
    )
    factor = Factor(factor_id, value, "kgCO2/kWh", None, None, f"mean of all that it supplies: {said}", "declared")
    return Conversion(value, (factor,))
