"""`/api/v1/bill`: the electricity bill of a month, line by line."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, HTTPException
from fastapi import Query as QueryParameter

from dashboards.live.answers_bill import (
    BasicOptionAnswer,
    BillAnswer,
    BillClosingAnswer,
    BillDayAnswer,
    BillLineAnswer,
    BillNoteAnswer,
    BillOtherwiseAnswer,
    GroundAnswer,
    MaximumAnswer,
)
from dashboards.live.context import Context
from dashboards.live.explain_links import explain_api
from dashboards.live.words import Language
from dashboards.reports.words import say
from parkwatt.accounting.bill import Bill, Closing, NoMetersError
from parkwatt.accounting.bill_grounds import grounds
from parkwatt.accounting.bill_notes import Note
from parkwatt.accounting.periods import local_date
from parkwatt.accounting.what_if import Comparison, compared
from parkwatt.bill_document import UnreadableBillError
from parkwatt.bill_standing import Billing
from parkwatt.park import Park
from parkwatt.readings import to_iso
from parkwatt.store.open_derived import open_derived

EnterpriseParameter = Annotated[str | None, QueryParameter(description="Whose bill; the park's own without.")]
MonthParameter = Annotated[str | None, QueryParameter(description="Like 2026-03; the last whole month without.")]
LanguageParameter = Annotated[Language, QueryParameter(description="Of the sentences.")]


def bill_routes(context: Context) -> APIRouter:
    """The route that answers about bills."""
    router = APIRouter(tags=["accounting"])

    @router.get("/bill", summary="The electricity bill of a month, line by line")
    def bill(
        enterprise: EnterpriseParameter = None, month: MonthParameter = None, lang: LanguageParameter = "en"
    ) -> BillAnswer:
        """Energy by period, basic charge, power-factor adjustment and funds, from accounted quarter-hours.

        That of a closed month is the one of when it was closed: `closing` says by whom, and what would be otherwise.
        A bill that lacks something has no total: `lacks` says what, and lines that are not known are null.
        """
        park = context.park
        if enterprise is not None and enterprise not in park.enterprise_by_id:
            raise HTTPException(404, f"there is no enterprise {enterprise!r}")
        first = _month(context, month)
        try:
            home = open_derived(context.store)
            made = Billing(context.store, home, park, clock=context.clock).bill(enterprise, first)
        except NoMetersError as error:
            raise HTTPException(404, str(error)) from None
        except UnreadableBillError as error:
            raise HTTPException(500, str(error)) from None
        return _answer(park, made, lang)

    return router


def _month(context: Context, text: str | None) -> date:
    """The first day of the month that is asked for.

    Raises:
        HTTPException: 400 if it is no month.
    """
    if text is None:
        this = local_date(context.clock(), context.park.zone).replace(day=1)
        return (this - timedelta(days=1)).replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise HTTPException(400, f"month={text!r} is no month; write it like 2026-03") from None
    if not 1970 < first.year < 9999:
        raise HTTPException(400, f"month={text!r}: nobody metered that")
    return first


def _answer(park: Park, bill: Bill, language: Language) -> BillAnswer:
    demand = bill.demand
    return BillAnswer(
        enterprise=bill.owner,
        month=f"{bill.month:%Y-%m}",
        closing=None if bill.closing is None else _closing(bill.closing),
        complete=bill.is_complete,
        total=float(bill.total) if bill.is_complete else None,
        known=float(bill.total),
        meters=list(bill.meters),
        lines=[
            BillLineAnswer(
                item=line.item,
                tariff=line.tariff,
                quantity=_number(line.quantity),
                unit=line.unit,
                unit_price=_number(line.unit_price),
                amount=_number(line.amount),
                basis=list(line.basis),
            )
            for line in bill.lines
        ],
        kwh=_number(bill.kwh),
        given_back_kwh=_number(bill.given_back),
        kvarh=None if bill.reactive is None else float(bill.reactive.kvarh),
        power_factor=_number(bill.power_factor),
        maximum_demand=None
        if demand is None
        else MaximumAnswer(kw=demand.value, start=to_iso(demand.start), estimated=demand.estimated),
        measured_share=bill.shares.measured,
        estimated_share=bill.shares.estimated,
        missing_share=bill.shares.missing,
        sharp_days=[day.isoformat() for day in bill.sharp_days],
        days=[
            BillDayAnswer(
                tariff=tariff,
                date=day.date.isoformat(),
                sharp=day.is_sharp,
                kwh={period.value: _number(kwh) for period, kwh in day.kwh.items()},
            )
            for tariff, days in bill.days.items()
            for day in days
        ],
        lacks=[_note(note, language) for note in bill.lacks],
        remarks=[_note(note, language) for note in bill.remarks],
        grounds=[GroundAnswer(**ground._asdict()) for ground in grounds(park, bill)],
        basic_charge=_options(compared([bill])),
        explain=None
        if bill.owner is None
        else explain_api(what="cost", enterprise=bill.owner, month=f"{bill.month:%Y-%m}", carrier="electricity"),
    )


def _closing(closing: Closing) -> BillClosingAnswer:
    return BillClosingAnswer(
        period=closing.period,
        on=closing.on.isoformat(),
        by=closing.by,
        reason=closing.reason,
        restated=None if closing.restated is None else to_iso(closing.restated),
        restated_by=closing.restated_by,
        restated_for=closing.restated_for,
        otherwise=[
            BillOtherwiseAnswer(
                item="total" if line.item is None else line.item,
                tariff=line.tariff,
                amount=_number(line.before),
                now=_number(line.now),
            )
            for line in closing.otherwise
        ],
    )


def _options(comparison: Comparison) -> list[BasicOptionAnswer]:
    return [
        BasicOptionAnswer(
            option=option,
            amount=_number(comparison.total(option)),
            more_than_cheapest=_number(comparison.more_than_cheapest(option)),
            charged_now=option is comparison.now,
        )
        for option in comparison.costs
    ]


def _note(note: Note, language: Language) -> BillNoteAnswer:
    return BillNoteAnswer(code=note.code, text=say(f"bill.notes.{note.code}", language, **note.values))


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
