"""`/api/v1/efficiency`: load shape, peaks and who makes them, power factor, and energy per what is made."""

import numpy as np
from fastapi import APIRouter

from dashboards.live.accounted import span
from dashboards.live.answers_efficiency import (
    ContributionAnswer,
    DemandAnswer,
    DurationAnswer,
    EfficiencyAnswer,
    EnergyAnswer,
    HoursAnswer,
    IntensityAnswer,
    PeakAnswer,
    PowerFactorAnswer,
    RunningAnswer,
    SharesAnswer,
)
from dashboards.live.asked_site import EnterpriseParameter, efficiency_of
from dashboards.live.context import Context
from dashboards.live.figures.intensities import Compared
from dashboards.live.parameters import FromParameter, ToParameter
from parkwatt.accounting.energy_use import EnergyUse
from parkwatt.accounting.known import Shares
from parkwatt.accounting.load_shape import LoadShape
from parkwatt.accounting.peaks import Peak
from parkwatt.accounting.reactive import PowerFactor
from parkwatt.accounting.working_hours import WorkingHours
from parkwatt.readings import to_iso

_REFUSED: dict[int | str, dict[str, object]] = {
    400: {"description": "The time cannot be read, or is too long."},
    404: {"description": "No such enterprise."},
}


def efficiency_routes(context: Context) -> APIRouter:
    """The route that answers about efficiency."""
    router = APIRouter(tags=["accounting"])

    @router.get("/efficiency", summary="Load shape, peaks, power factor and intensities", responses=_REFUSED)
    def efficiency(
        enterprise: EnterpriseParameter = None, from_: FromParameter = None, to: ToParameter = None
    ) -> EfficiencyAnswer:
        """Of an enterprise, or of the park, from accounted quarter-hours.

        Without `from` and `to`: the last 30 whole local days. What is declared of a month or a year counts where that
        period lies within the asked time.
        """
        found = efficiency_of(context, enterprise, span(context, from_, to))
        curve = found.duration
        return EfficiencyAnswer(
            start=to_iso(found.stretch.start),
            end=to_iso(found.stretch.end),
            enterprise=enterprise,
            energy=_energy(found.energy),
            demand=None if found.demand is None else _demand(found.demand),
            running=None if found.running is None else _running(found.running),
            working_hours=[] if found.hours is None else _hours(found.hours),
            duration=None
            if curve is None or not len(curve.power)
            else DurationAnswer(power_kw=curve.power.tolist(), hours=curve.hours.tolist()),
            peaks=[_peak(peak) for peak in found.peaks],
            power_factor=None if found.power_factor is None else _power_factor(found.power_factor),
            intensities=[_intensity(one) for one in found.intensities],
        )

    return router


def shares_answer(shares: Shares) -> SharesAnswer:
    """Shares as the interface says them."""
    return SharesAnswer(**{name: round(share, 6) for name, share in shares._asdict().items()})


def _energy(energy: EnergyUse) -> EnergyAnswer:
    return EnergyAnswer(
        amounts=dict(energy.amounts),
        by_carrier_kwh=dict(energy.by_carrier),
        lacking=list(energy.lacking),
        factors=list(energy.factors),
        shares=shares_answer(energy.shares),
    )


def _demand(shape: LoadShape) -> DemandAnswer:
    return DemandAnswer(
        energy_kwh=shape.energy,
        mean_kw=shape.mean,
        maximum_kw=shape.maximum.value,
        maximum_at=to_iso(shape.maximum.start),
        maximum_estimated=shape.maximum.estimated,
        load_factor=shape.load_factor,
        shares=shares_answer(shape.shares),
    )


def _running(shape: LoadShape) -> RunningAnswer:
    return RunningAnswer(
        energy_kwh=shape.energy,
        mean_kw=shape.mean,
        base_kw=shape.base,
        base_share=shape.base_share,
        night_kwh=shape.night,
        weekend_kwh=shape.weekend,
        idle_kwh=shape.idle,
        idle_waste_kwh=shape.idle_waste,
        start_up_kwh=shape.start_up,
        shares=shares_answer(shape.shares),
    )


def _hours(hours: WorkingHours) -> list[HoursAnswer]:
    return [
        HoursAnswer(
            weekday=day + 1,
            working=[
                f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"
                for start, end in hours.of_weekday(day)
            ],
        )
        for day in range(7)
    ]


def _peak(peak: Peak) -> PeakAnswer:
    return PeakAnswer(
        start=to_iso(peak.start),
        power_kw=peak.power,
        estimated=peak.estimated,
        parts=[
            ContributionAnswer(of=name, power_kw=part.power, usual_kw=part.usual) for name, part in peak.parts.items()
        ],
        rest_kw=peak.rest,
    )


def _power_factor(found: PowerFactor) -> PowerFactorAnswer:
    known = found.by_interval[~np.isnan(found.by_interval)]
    return PowerFactorAnswer(
        mean=None if found.mean is None else float(found.mean),
        lowest=float(known.min()) if len(known) else None,
        active_kwh=found.active,
        reactive_kvarh=found.reactive,
        shares=shares_answer(found.shares),
    )


def _intensity(one: Compared) -> IntensityAnswer:
    return IntensityAnswer(
        per=one.now.per,
        of=one.now.of,
        unit=one.now.unit,
        amount=one.now.amount,
        covered_share=one.now.covered,
        standing=one.now.standing,
        values=dict(one.now.values),
        risen=dict(one.risen),
    )
