"""`/api/v1/flexibility`: generation, batteries, chargers, and how the load matches carbon-free supply."""

import numpy as np
from fastapi import APIRouter

from dashboards.live.accounted import span
from dashboards.live.answers_efficiency import (
    BatteryAnswer,
    ChargingAnswer,
    EnergySharesAnswer,
    FlexibilityAnswer,
    GenerationAnswer,
    MatchingAnswer,
    PeakShavedAnswer,
)
from dashboards.live.api_efficiency import shares_answer
from dashboards.live.asked_site import EnterpriseParameter, efficiency_of
from dashboards.live.context import Context
from dashboards.live.parameters import FromParameter, ToParameter
from parkwatt.accounting.charging import Charging
from parkwatt.accounting.flexibility import BatteryFigures, Flexibility
from parkwatt.accounting.known import total
from parkwatt.accounting.matching import Matching
from parkwatt.accounting.periods import HOUR
from parkwatt.accounting.storage import PeakShaved
from parkwatt.readings import to_iso


def flexibility_routes(context: Context) -> APIRouter:
    """The route that answers about flexibility."""
    router = APIRouter(tags=["accounting"])

    @router.get("/flexibility", summary="Generation, batteries, chargers and matching with carbon-free supply")
    def flexibility(
        enterprise: EnterpriseParameter = None, from_: FromParameter = None, to: ToParameter = None
    ) -> FlexibilityAnswer:
        """Of an enterprise, or of the park, from accounted quarter-hours.

        Without `from` and `to`: the last 30 whole local days.
        """
        asked = efficiency_of(context, enterprise, span(context, from_, to))
        found = asked.flexibility
        shares = None if found is None else found.shares
        return FlexibilityAnswer(
            start=to_iso(asked.stretch.start),
            end=to_iso(asked.stretch.end),
            enterprise=enterprise,
            generation=None if found is None else _generation(found),
            batteries=[] if found is None else [_battery(one) for one in found.batteries],
            peak_shaved=None if found is None or found.peak is None else _peak(found.peak),
            charging=None if found is None or found.charging is None else _charging(found.charging),
            matching=[]
            if found is None
            else [_matching(one) for one in (found.hourly, found.quarterly) if one is not None],
            direct_share=None if found is None else found.direct,
            energy_shares=None
            if shares is None
            else EnergySharesAnswer(
                energy_kwh=shares.energy,
                electrification=shares.electrification,
                non_fossil=shares.non_fossil,
                clean=shares.clean,
            ),
        )

    return router


def _generation(found: Flexibility) -> GenerationAnswer | None:
    made = found.made
    if made is None:
        return None
    return GenerationAnswer(
        made_kwh=total(made.made),
        self_consumed_kwh=total(made.self_consumed),
        exported_kwh=total(made.exported),
        imported_kwh=total(made.imported),
        self_consumption=made.self_consumption,
        self_sufficiency=made.self_sufficiency,
        specific_yield=found.specific_yield,
        curtailed_kwh=found.curtailed.amount,
        shares=shares_answer(made.shares),
    )


def _battery(found: BatteryFigures) -> BatteryAnswer:
    known = np.empty(0) if found.charge is None else found.charge[~np.isnan(found.charge)]
    trip = found.trip
    return BatteryAnswer(
        meter=found.meter,
        capacity_kwh=found.capacity,
        charged_kwh=total(found.did.charged),
        discharged_kwh=total(found.did.discharged),
        cycles=found.cycles,
        round_trip=None if trip is None else trip.efficiency,
        round_trip_basis=None if trip is None else trip.basis,
        round_trip_uncertainty=None if trip is None else trip.uncertainty,
        charge_percent=float(known[-1]) if len(known) else None,
        charge_estimated=found.charge_estimated,
        shares=shares_answer(found.did.shares),
    )


def _peak(found: PeakShaved) -> PeakShavedAnswer:
    return PeakShavedAnswer(
        with_kw=found.with_battery,
        with_at=to_iso(found.with_at),
        without_kw=found.without,
        without_at=to_iso(found.without_at),
        shaved_kw=found.shaved,
        shares=shares_answer(found.shares),
    )


def _charging(found: Charging) -> ChargingAnswer:
    return ChargingAnswer(
        energy_kwh=found.energy,
        rest_kwh=found.rest,
        share=found.share,
        peak_kw=None if found.peak is None else found.peak.value,
        peak_at=None if found.peak is None else to_iso(found.peak.start),
        shares=shares_answer(found.shares),
    )


def _matching(found: Matching) -> MatchingAnswer:
    return MatchingAnswer(
        every="1h" if found.every == HOUR else "15min",
        load_kwh=found.load,
        carbon_free_kwh=found.carbon_free,
        matched_kwh=found.matched,
        score=found.score,
        volume=found.volume,
        shares=shares_answer(found.shares),
    )
