"""`/api/v1/balance`: every meter against the meters below it, and where a loss sits."""

from math import isnan

from fastapi import APIRouter

from dashboards.live.accounted import accounted, span
from dashboards.live.answers_quality import BalanceAnswer, BalancePartAnswer, BalancesAnswer, LackAnswer
from dashboards.live.context import Context
from dashboards.live.parameters import FromParameter, MeterParameter, ToParameter, is_wanted
from parkwatt.accounting.balance import Balance, balances, ranked
from parkwatt.park import Park
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import to_iso


def balance_routes(context: Context) -> APIRouter:
    """The route that answers about losses."""
    router = APIRouter(tags=["accounting"])

    @router.get("/balance", summary="Every meter against the meters below it")
    def balance(meter: MeterParameter = None, from_: FromParameter = None, to: ToParameter = None) -> BalancesAnswer:
        """Gaps, their uncertainty, and where a loss sits, from accounted quarter-hours.

        Without `from` and `to`: the last 30 whole local days. Quarter-hours that are not settled yet are left out.
        """
        asked = span(context, from_, to)
        found = balances(context.park, accounted(context, asked))
        wanted = [one for one in found if is_wanted(one.meter, meter)]
        return BalancesAnswer(
            start=to_iso(asked.start),
            end=to_iso(asked.end),
            balances=[_balance_answer(context.park, one) for one in wanted],
            where=[one.meter for one in ranked(context.park, wanted)],
        )

    return router


def _number(value: float) -> float | None:
    return None if isnan(value) else value


def _balance_answer(park: Park, found: Balance) -> BalanceAnswer:
    meter = park.meter_by_id[found.meter]
    return BalanceAnswer(
        meter=meter.id,
        enterprise=meter.enterprise,
        carrier=meter.carrier,
        unit=QUANTITIES[meter.medium.register].unit,
        parent=meter.parent,
        amount=_number(found.amount),
        children=[BalancePartAnswer(meter=child, amount=_number(part)) for child, part in found.parts.items()],
        through=list(found.through),
        gap=_number(found.gap),
        gap_share=found.gap_share if not isnan(found.gap) else None,
        uncertainty=_number(found.uncertainty),
        beyond=found.beyond,
        compared_share=found.compared,
        verdict=found.verdict,
        lacks=[LackAnswer(**lack._asdict()) for lack in found.lacks],
        assumed_class=list(found.assumed),
    )
