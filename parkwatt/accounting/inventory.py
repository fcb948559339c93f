"""The emissions of an enterprise or of the park over a period: scope 1, scope 2 by three methods, process.

Every line has its amount, its factor and how sure that is. The total of the park counts what comes in over its border,
so that nothing its enterprises hand to each other is counted twice and its losses are in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, isclose

from parkwatt.accounting.conversions import of_carrier, of_fuel
from parkwatt.accounting.energy_use import CARRIERS, counted_carriers
from parkwatt.accounting.factors import Factor
from parkwatt.accounting.known import Shares
from parkwatt.accounting.ledger import months_of
from parkwatt.accounting.row_sums import RowSums
from parkwatt.accounting.rules import Rules
from parkwatt.accounting.site import GIVES, Terms, brought_in
from parkwatt.accounting.virtual import real_terms
from parkwatt.park import CARRIERS as ALL_CARRIERS
from parkwatt.park import Park
from parkwatt.park.times import days_of
from parkwatt.quantities import QUANTITIES

KG_PER_T = 1000.0
_FUELS = frozenset({"gas", "coal", "oil"})
_OTHER_FACTORS = "accounted with other factors than those named here: closed since, or about to be accounted again"
"""Said of a line whose rows stand although factors changed."""
_SURE = (
    "verified",
    "two sources",
    "declared",
    "one secondary source",
    "conflicting sources",
    "no source at hand",
    "unverified",
)
"""How sure factors are, the surest first."""


class Method(StrEnum):
    """How electricity is counted."""

    LOCATION = "location"
    MARKET = "market"
    ANNEX_4 = "annex4"


@dataclass(frozen=True, slots=True)
class Line:
    """One source of emissions.

    Attributes:
        scope: `1`, `2`, or `process`.
        source: the carrier, or the process that an enterprise declares.
        amount: [unit]; None for a declared process.
        unit: of the amount.
        t_co2: by method [t CO2]; None where it is not known.
        factors: what it rests on; several of one kind where the period has more than one year.
        shares: how the time is known; None for what is declared.
        tce_equal: its energy by equal value (等价) [tce]; None where that is not known; 0 for a process.
        note: the method or evidence of what is declared; that rows of a closed period rest on other factors.
    """

    scope: str
    source: str
    amount: float | None
    unit: str
    t_co2: Mapping[Method, float | None]
    factors: tuple[Factor, ...]
    shares: Shares | None
    tce_equal: float | None
    note: str = ""

    @property
    def least_sure(self) -> str:
        """How sure the least sure of its factors is; empty where it has none."""
        return max((factor.checked for factor in self.factors), key=_rank, default="")


@dataclass(frozen=True, slots=True)
class Inventory:
    """The emissions of a period.

    Attributes:
        owner: the enterprise; None for the park.
        period: year, month or day.
        lines: what they consist of.
        lacking: meters of which less than 90 % of the time is known.
    """

    owner: str | None
    period: str
    lines: tuple[Line, ...]
    lacking: tuple[str, ...]

    @property
    def tce_equal(self) -> float | None:
        """Energy by equal value (等价) of all lines [tce]; None where one is not known, or there is none."""
        known = [line.tce_equal for line in self.lines if line.tce_equal is not None]
        return fsum(known) if known and len(known) == len(self.lines) else None

    def total(self, method: Method, scope: str | None = None) -> float | None:
        """All lines of a scope, or of all [t CO2]; None where one is not known, or there is none."""
        parts = [line.t_co2.get(method) for line in self.lines if scope in {None, line.scope}]
        known = [part for part in parts if part is not None]
        return fsum(known) if parts and len(known) == len(parts) else None

    @property
    def core_indicator(self) -> float | None:
        """CO2 by Annex 4 per energy by equal value [t/tce], the core indicator of a zero-carbon park."""
        co2 = self.total(Method.ANNEX_4)
        return None if co2 is None or not self.tce_equal else co2 / self.tce_equal

    @property
    def least_sure(self) -> str:
        """How sure the least sure factor of all is."""
        return max((line.least_sure for line in self.lines), key=_rank, default="")


def inventory(rules: Rules, owner: str | None, period: str, sums: RowSums) -> Inventory:
    """The emissions of an enterprise in a period; of None: of the whole park.

    Args:
        rules: of the park.
        owner: id of the enterprise.
        period: year, month or day.
        sums: of the rows of the period, of all meters that count.
    """
    park = rules.park
    borders = {carrier: _real(park, brought_in(park, owner, carrier)) for carrier in counted_carriers(park, owner)}
    borders = {carrier: terms for carrier, terms in borders.items() if terms}
    lines = [
        *(_metered(rules, carrier, terms, sums, period) for carrier, terms in borders.items()),
        *_delivered(rules, owner, period),
        *_declared(park, owner, period),
    ]
    meters = {meter for terms in borders.values() for meter in terms}
    return Inventory(owner, period, tuple(lines), sums.lacking(meters))


def _metered(rules: Rules, carrier: str, terms: Terms, sums: RowSums, period: str) -> Line:
    """What came in through meters."""
    fields = {Method.LOCATION: "co2_location_kg", Method.MARKET: "co2_market_kg", Method.ANNEX_4: "co2_annex4_kg"}
    kg = {method: sums.total(field, terms) for method, field in fields.items()}
    conversions = [
        rules.conversions(rules.park.meter_by_id[meter], month) for meter in terms for month in months_of(period)
    ]
    used = {f for each in conversions for field in fields.values() if field in each for f in each[field].factors}
    return Line(
        scope="1" if carrier in _FUELS else "2",
        source=carrier,
        amount=sums.total("amount", terms),
        unit=QUANTITIES[ALL_CARRIERS[carrier].register].unit,
        t_co2={method: None if value is None else value / KG_PER_T for method, value in kg.items()},
        factors=tuple(sorted(used, key=lambda factor: (factor.id, factor.source))),
        shares=sums.shares(terms.keys()),
        tce_equal=sums.total("tce_equal", terms),
        note=_OTHER_FACTORS if _rests_on_others(rules, terms, sums, period) else "",
    )


def _rests_on_others(rules: Rules, terms: Terms, sums: RowSums, period: str) -> bool:
    """Whether rows say another location-based CO2 than the factors of now make of their amounts."""
    months = months_of(period)
    expected = []
    for meter, factor in terms.items():
        of_months = [rules.conversions(rules.park.meter_by_id[meter], month) for month in months]
        per_unit = {each["co2_location_kg"].per_unit for each in of_months if "co2_location_kg" in each}
        amount = sums.total("amount", {meter: factor})
        if len(per_unit) == 1 and amount is not None:
            expected.append(amount * per_unit.pop())
    kg = sums.total("co2_location_kg", terms)
    return kg is not None and not isclose(kg, fsum(expected), rel_tol=1e-6, abs_tol=1e-3)


def _delivered(rules: Rules, owner: str | None, period: str) -> Iterator[Line]:
    """Fuel that came without a meter."""
    for each in rules.park.deliveries:
        share = _inside(each.period, period)
        if (owner is not None and each.enterprise != owner) or not share:
            continue
        year, unit = days_of(each.period)[0].year, QUANTITIES[ALL_CARRIERS[each.carrier].register].unit
        if each.fuel is None:
            found = of_carrier(rules.book, each.carrier, None, year=year)
        else:
            found, unit = of_fuel(rules.book, each.fuel, year=year)
        co2, energy = found.get("co2_location_kg"), found.get("tce_equal")
        t_co2 = None if co2 is None else each.amount * share * co2.per_unit / KG_PER_T
        yield Line(
            scope="1" if each.fuel or each.carrier in _FUELS else "2",
            source=each.carrier,
            amount=each.amount * share,
            unit=unit,
            t_co2=dict.fromkeys(Method, t_co2),
            factors=() if co2 is None else co2.factors,
            shares=None,
            tce_equal=None if energy is None else each.amount * share * energy.per_unit,
            note=each.source,
        )


def _declared(park: Park, owner: str | None, period: str) -> Iterator[Line]:
    """Emissions of processes."""
    for each in park.process_emissions:
        share = _inside(each.period, period)
        if share and owner in {None, each.enterprise}:
            note = "; ".join(filter(None, (each.method, each.source)))
            t_co2 = dict.fromkeys(Method, each.t_co2 * share)
            yield Line("process", each.process, None, "", t_co2, (), None, 0.0, note)


def _inside(declared: str, period: str) -> float:
    """Share of the days of a declared period that lie in another."""
    (first, after), (start, end) = days_of(declared), days_of(period)
    common = (min(after, end) - max(first, start)).days
    return max(common, 0) / (after - first).days


def _real(park: Park, terms: Terms) -> dict[str, float]:
    """A sum of meters in terms of those that have rows, and CO2 in them."""
    found: dict[str, float] = {}
    for meter, factor in terms.items():
        for real, number in real_terms(park, meter).items():
            if park.meter_by_id[real].role not in GIVES:
                found[real] = found.get(real, 0.0) + factor * number
    return {meter: factor for meter, factor in found.items() if factor}


def _rank(checked: str) -> int:
    return _SURE.index(checked) if checked in _SURE else len(_SURE) if checked else -1


@dataclass(frozen=True, slots=True)
class Change:
    """Why emissions of a carrier changed between two periods: what was used, and by which factor it was counted.

    Attributes:
        carrier: which.
        activity: t CO2 because more or less was used, by the factor of before.
        factor: t CO2 because another factor counts, for what is used now.
    """

    carrier: str
    activity: float
    factor: float


def changes(before: Inventory, after: Inventory, method: Method) -> list[Change]:
    """Physical change and change of factors, kept apart, per metered carrier that both periods know."""
    found = []
    for carrier in CARRIERS:
        (a0, c0), (a1, c1) = (_of(inventory, carrier, method) for inventory in (before, after))
        if a0 and a1 and c0 is not None and c1 is not None:
            found.append(Change(carrier, (a1 - a0) * (c0 / a0), a1 * (c1 / a1 - c0 / a0)))
    return found


def _of(found: Inventory, carrier: str, method: Method) -> tuple[float | None, float | None]:
    """Amount and CO2 of a carrier's meters."""
    for line in found.lines:
        if line.source == carrier and line.shares is not None:
            return line.amount, line.t_co2.get(method)
    return None, None
