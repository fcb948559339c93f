"""The green ledger against consumption: which share of electricity is claimed, and what a kWh is by market and Annex 4.

A claim covers the consumption of its own period, a month or a year, evenly: claimed / consumed, never more than all of
it. What exceeds consumption covers nothing. While a period runs, the finished months take their part of it by days.
By market the rest counts with the residual factor, in which what others claimed is no longer contained. By Annex 4
(2025 No. 910) zero-carbon electricity is taken off what came in, and the rest counts with the fixed factor.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from parkwatt.accounting.emissions import Conversion, Supplied
from parkwatt.accounting.factors import ANNEX_4, RESIDUAL, Factor, FactorBook
from parkwatt.park import Park
from parkwatt.park.carbon import GreenSupply, Instrument
from parkwatt.park.ledger_check import claims_of
from parkwatt.park.times import days_of

Owner = str | None
Consumed = Mapping[tuple[Owner, date], float]
"""Electricity that came in [kWh] per enterprise and first day of a finished month; under None of the whole park."""
KWH_PER_MWH = 1000.0
REST_OF_ANNEX_4 = "annex4/not_zero_carbon"
"""Id of the share of electricity that Annex 4 counts with its factor."""
CERTIFICATES_OF_ANNEX_4 = "assumptions/annex4_certificates"
"""Id of the share of what certificates without their electricity cover that Annex 4 takes off."""


class Covered(NamedTuple):
    """What one claim covers in one month.

    Attributes:
        claim: the line of the ledger.
        kwh: covered by it.
    """

    claim: GreenSupply
    kwh: float


class Use(NamedTuple):
    """What became of a claim.

    Attributes:
        claim: the line of the ledger.
        claimed: [kWh] of the finished months of its period.
        covered: [kWh] that it covers.
    """

    claim: GreenSupply
    claimed: float
    covered: float

    @property
    def unused(self) -> float:
        """[kWh] that exceed consumption."""
        return self.claimed - self.covered


def months_of(period: str) -> list[date]:
    """First days of the months that a year, month or day lies in or consists of."""
    month, after = days_of(period)
    found = []
    while month < after:
        found.append(month.replace(day=1))
        month = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return found


class Ledger:
    """The claims of a park against what it consumed."""

    def __init__(self, park: Park, consumed: Consumed) -> None:
        """Match claims with consumption.

        Args:
            park: whose ledger.
            consumed: electricity that came in, of finished months.
        """
        self._park, self._consumed = park, consumed
        self._delivering = {line.id for line in park.green_supply if line.instrument is not Instrument.CERTIFICATE}
        self.uses: list[Use] = []
        self._covered: dict[tuple[Owner, date], list[Covered]] = {}
        free = dict(consumed)
        for claim in sorted(claims_of(park.green_supply), key=lambda claim: claim.enterprise is None):
            self._match(claim, free)

    def _match(self, claim: GreenSupply, free: dict[tuple[Owner, date], float]) -> None:
        """Cover with a claim what nothing covers yet, the same share of every month."""
        period = claim.claimed_for or claim.vintage
        first, after = days_of(period)
        finished = [month for month in months_of(period) if (claim.enterprise, month) in self._consumed]
        days = sum((_end(month, after) - max(month, first)).days for month in finished)
        claimed = claim.mwh * KWH_PER_MWH * days / (after - first).days
        there = {month: max(free[claim.enterprise, month], 0.0) for month in finished}
        share = min(1.0, claimed / sum(there.values())) if sum(there.values()) > 0 else 0.0
        for month, kwh in there.items():
            self._covered.setdefault((claim.enterprise, month), []).append(Covered(claim, kwh * share))
            free[claim.enterprise, month] -= kwh * share
            if claim.enterprise is not None and (None, month) in free:
                self._covered.setdefault((None, month), []).append(Covered(claim, kwh * share))
                free[None, month] -= kwh * share
        self.uses.append(Use(claim, claimed, sum(there.values()) * share))

    def covered(self, owner: Owner, month: date) -> list[Covered]:
        """What covers the consumption of an enterprise in a month, or of the whole park.

        What the park claims as a whole covers the same share of everybody.
        """
        own = self._covered.get((owner, month), [])
        if owner is None:
            return own
        kwh = self._consumed.get((owner, month), 0.0)
        left, total = kwh - sum(each.kwh for each in own), self._uncovered_by_own(month)
        park = [each for each in self._covered.get((None, month), []) if each.claim.enterprise is None]
        return [*own, *(Covered(each.claim, each.kwh * left / total) for each in park if total > 0 and left > 0)]

    def _uncovered_by_own(self, month: date) -> float:
        """Consumption of the whole park that no enterprise covered itself [kWh]."""
        own = [each.kwh for each in self._covered.get((None, month), []) if each.claim.enterprise is not None]
        return self._consumed.get((None, month), 0.0) - sum(own)

    def market(self, book: FactorBook) -> dict[tuple[Owner, date], Supplied]:
        """CO2 of a kWh [kg], per enterprise and month of which something is covered."""
        found = {}
        for (owner, month), kwh in self._consumed.items():
            covered = self.covered(owner, month)
            if covered and kwh > 0:
                region, year = self._park.grid_region, month.year
                residual, annex4 = (book.electricity(basis, region, year=year) for basis in (RESIDUAL, ANNEX_4))
                counting = book.get(CERTIFICATES_OF_ANNEX_4, year=year)
                by_annex4 = _by_annex4(annex4, counting, [(each, self._is_alone(each)) for each in covered], kwh)
                found[owner, month] = Supplied(_by_market(residual, covered, kwh), by_annex4)
        return found

    def _is_alone(self, covered: Covered) -> bool:
        """Whether what covers is a certificate that was bought without its electricity."""
        claim = covered.claim
        return claim.instrument is Instrument.CERTIFICATE and claim.batch not in self._delivering


def _by_market(residual: Factor, covered: Sequence[Covered], kwh: float) -> Conversion:
    """What is covered by its own factors, the rest by the residual one."""
    rest = kwh - sum(each.kwh for each in covered)
    co2 = sum(each.kwh * each.claim.kgco2_per_kwh for each in covered) + max(rest, 0.0) * residual.value
    return Conversion(co2 / kwh, (residual, *(_factor(each.claim) for each in covered)))


def _by_annex4(fixed: Factor, counting: Factor, covered: Sequence[tuple[Covered, bool]], kwh: float) -> Conversion:
    """The fixed factor for what is not covered by zero-carbon electricity.

    Args:
        fixed: of Annex 4.
        counting: share of what certificates alone cover that is taken off.
        covered: what covers, and whether it is a certificate alone.
        kwh: what came in.
    """
    green = [(each, alone) for each, alone in covered if each.claim.kgco2_per_kwh == 0]
    if not green:
        return Conversion(fixed.value, (fixed,))
    taken_off = [(each.claim.id, each.kwh * (counting.value if alone else 1.0)) for each, alone in green]
    rest = max(1.0 - sum(covers for _, covers in taken_off) / kwh, 0.0)
    claims = ", ".join(f"{claim}: {covers:.0f} kWh" for claim, covers in taken_off)
    share = Factor(
        id=REST_OF_ANNEX_4,
        value=rest,
        unit="kWh/kWh",
        year=None,
        region=None,
        source=f"share of {kwh:.0f} kWh that is no zero-carbon electricity of the green ledger ({claims})",
        checked="declared",
    )
    assumed = (counting,) if any(alone for _, alone in green) else ()
    return Conversion(fixed.value * rest, (fixed, share, *assumed))


def _factor(claim: GreenSupply) -> Factor:
    """The line of the ledger as a factor."""
    return Factor(
        id=f"green_supply/{claim.id}",
        value=claim.kgco2_per_kwh,
        unit="kgCO2/kWh",
        year=None,
        region=None,
        source=claim.source,
        checked="declared",
    )


def _end(month: date, after: date) -> date:
    return min((month + timedelta(days=32)).replace(day=1), after)
