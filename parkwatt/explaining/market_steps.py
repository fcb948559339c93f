"""What a kWh is by market, as steps: each contract and certificate with its share, and the rest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import fsum

from parkwatt.account_market import ledger
from parkwatt.accounting.ledger import Covered
from parkwatt.accounting.row_sums import RowSums
from parkwatt.accounting.site import brought_in
from parkwatt.accounting.totals import ELECTRICITY
from parkwatt.explaining.chain import Level, Step
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.workings import Operand, Working
from parkwatt.park.carbon import GreenSupply
from parkwatt.park.times import Span, span_of


def mix(looking: Looking, owner: str | None, month: date, factors: Sequence[Step], unit: str) -> tuple[Step, ...]:
    """The parts of what came in for an enterprise (None: the park) in a month, each with its CO2 per kWh.

    Args:
        looking: what is looked at.
        owner: who claims.
        month: its first day.
        factors: of what is covered by nothing first, then of what covers.
        unit: of CO2 per kWh.
    """
    consumed = _consumed(looking, owner, month)
    covered = ledger(looking.park, looking.home, finished=looking.finished).covered(owner, month)
    by_id = {f"green_supply/{each.claim.id}": each for each in covered}
    parts = []
    for factor in factors:
        each = by_id.get(factor.sources[0].id)
        kwh = consumed - fsum(one.kwh for one in covered) if each is None else each.kwh
        parts.append(_part(looking, factor, each, max(kwh, 0.0), consumed, unit))
    return tuple(parts)


def _part(  # noqa: PLR0913, PLR0917 - a share has these parts
    looking: Looking, factor: Step, covered: Covered | None, kwh: float, consumed: float, unit: str
) -> Step:
    title = Phrase("market.rest") if covered is None else Phrase("market.covered", id=covered.claim.id)
    sources = factor.sources
    if covered is not None:
        sources = tuple(one._replace(place=looking.places(covered.claim)) for one in sources)
    return Step(
        Level.CONVERSION,
        title,
        Phrase("market.part_rule"),
        result=kwh / consumed * (factor.result or 0.0),
        unit=unit,
        working=Working.PRODUCT,
        inputs=(
            Operand(Phrase("market.kwh"), kwh, "kWh"),
            Operand(Phrase("market.consumed"), consumed, "kWh", -1.0),
        ),
        notes=() if covered is None else (_instrument(covered.claim),),
        weight=1.0,
        children=(replace(factor, sources=sources),),
    )


def _instrument(claim: GreenSupply) -> Phrase:
    return Phrase(
        "market.instrument",
        instrument=Phrase(f"instrument.{claim.instrument}"),
        mwh=claim.mwh,
        vintage=claim.vintage,
        period=claim.claimed_for or claim.vintage,
    )


def _consumed(looking: Looking, owner: str | None, month: date) -> float:
    """Electricity that came in for an owner in a month [kWh], as the ledger counts it."""
    span = span_of(f"{month:%Y-%m}", looking.zone)
    terms = brought_in(looking.park, owner, ELECTRICITY)
    sums = RowSums(Span(*span))
    sums.add(looking.home.consumption(sorted(terms), start=span.start, end=span.end))
    return sums.total("kwh", terms) or 0.0
