"""`/api/v1/inventory`: the emissions of a year, a month or a day, line by line."""

from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi import Query as QueryParameter
from pydantic import BaseModel, Field

from dashboards.live.context import Context
from dashboards.live.explain_links import explain_api
from parkwatt.accounting.inventory import Inventory, Line, Method
from parkwatt.accounting.ledger import Use
from parkwatt.inventories import NothingOverError, PeriodError, read_inventory
from parkwatt.store.open_derived import open_derived

_PERIODS = {len("2026"): "year", len("2026-03"): "month", len("2026-03-01"): "day"}
"""How a question names a period of so many letters."""


class InventoryFactor(BaseModel):
    """A factor that a line rests on."""

    id: str
    version: str
    value: float
    unit: str
    source: str
    checked: str = Field(description="How sure it is.")


class InventoryLine(BaseModel):
    """One source of emissions."""

    scope: str = Field(description="1, 2 or process.")
    source: str = Field(description="A carrier, or the process that an enterprise declares.")
    amount: float | None
    unit: str
    t_co2: dict[Method, float | None] = Field(description="By location, by market, by Annex 4 [t].")
    measured_share: float | None
    estimated_share: float | None
    missing_share: float | None
    factors: list[InventoryFactor]
    note: str
    explain: dict[Method, str] = Field(description="Where each comes from; of what meters measured.")


class ClaimAnswer(BaseModel):
    """What became of a line of the green ledger."""

    id: str
    enterprise: str | None
    claimed_mwh: float = Field(description="Its part of the finished months of its period.")
    covered_mwh: float
    unused_mwh: float = Field(description="What exceeds consumption; it covers nothing.")


class InventoryAnswer(BaseModel):
    """The emissions of a period."""

    enterprise: str | None
    period: str
    lines: list[InventoryLine]
    total_t_co2: dict[Method, float | None] = Field(description="Null where a line is not known.")
    tce_equal: float | None
    core_indicator: float | None = Field(description="t CO2 by Annex 4 per tce by equal value.")
    least_sure: str
    lacking: list[str] = Field(description="Meters of which less than 90 % of the time is known.")
    claims: list[ClaimAnswer]


def inventory_routes(context: Context) -> APIRouter:
    """The route that answers about emissions of a period."""
    router = APIRouter(tags=["accounting"])

    @router.get("/inventory", summary="Emissions of a year, a month or a day by scope and method")
    def inventory(
        period: Annotated[str, QueryParameter(description="2026, 2026-03 or 2026-03-01, as far as it is over.")],
        enterprise: Annotated[str | None, QueryParameter(description="Whose; the whole park if left out.")] = None,
    ) -> InventoryAnswer:
        """Scope 1, scope 2 by three methods, heat, declared processes; each with its factors and how sure they are."""
        if enterprise is not None and enterprise not in context.park.enterprise_by_id:
            raise HTTPException(404, f"there is no enterprise {enterprise!r}")
        home = open_derived(context.store)
        try:
            found, ledger = read_inventory(home, context.park, enterprise, period, now=context.clock())
        except (PeriodError, NothingOverError) as error:
            raise HTTPException(400, str(error)) from None
        return _answer(found, [use for use in ledger.uses if enterprise in {None, use.claim.enterprise}])

    return router


def _answer(found: Inventory, uses: list[Use]) -> InventoryAnswer:
    return InventoryAnswer(
        enterprise=found.owner,
        period=found.period,
        lines=[_line(line, found) for line in found.lines],
        total_t_co2={method: found.total(method) for method in Method},
        tce_equal=found.tce_equal,
        core_indicator=found.core_indicator,
        least_sure=found.least_sure,
        lacking=list(found.lacking),
        claims=[
            ClaimAnswer(
                id=use.claim.id,
                enterprise=use.claim.enterprise,
                claimed_mwh=use.claimed / 1000,
                covered_mwh=use.covered / 1000,
                unused_mwh=use.unused / 1000,
            )
            for use in uses
        ],
    )


def _line(line: Line, found: Inventory) -> InventoryLine:
    shares = line.shares
    time = {_PERIODS[len(found.period)]: found.period}
    whose = {"enterprise": found.owner or "", "carrier": line.source}
    return InventoryLine(
        scope=line.scope,
        source=line.source,
        amount=line.amount,
        unit=line.unit,
        t_co2=dict(line.t_co2),
        measured_share=None if shares is None else shares.measured,
        estimated_share=None if shares is None else shares.estimated,
        missing_share=None if shares is None else shares.missing,
        factors=[
            InventoryFactor(id=f.id, version=f.version, value=f.value, unit=f.unit, source=f.source, checked=f.checked)
            for f in line.factors
        ],
        note=line.note,
        explain={}
        if shares is None
        else {method: explain_api(whose, what=f"co2_{method}", **time) for method in line.t_co2},
    )
