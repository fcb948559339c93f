"""Closed periods with what is held back in them, and figures that were stated again."""

from decimal import Decimal

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.closings import Closing, HeldBill
from dashboards.live.format import MISSING, Shown, spelled
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.meter_tree import name_of
from dashboards.reports.words import say
from parkwatt.accounting.bill_differences import BILL
from parkwatt.quantities import QUANTITIES
from parkwatt.store.derived import Restatement

NAMED = 6
"""Meters that are named before the others are counted."""
_UNITS = {
    "kwh": "kWh",
    "tce": "tce",
    "tce_equal": "tce",
    "co2_location_kg": "kg CO2",
    "co2_market_kg": "kg CO2",
    "co2_annex4_kg": "kg CO2",
    "cost": "CNY",
}


def closings(edition: Edition, figures: FigureCache) -> Frame:
    """Two lists: periods whose figures stand, and what was stated again."""
    found = figures.slow(figures.make.closings)
    if found is None:
        return Frame(fragments={part: Fragment("waiting", "") for part in ("closed", "restated")})
    closed = edition.render("parts/closed.html", periods=[_period(edition, one) for one in found.periods])
    restated = edition.render("parts/restated.html", rows=[_row(edition, one) for one in found.restated])
    return Frame(fragments={"closed": Fragment(closed, closed), "restated": Fragment(restated, restated)})


def _period(edition: Edition, closing: Closing) -> dict[str, object]:
    held = closing.held
    return {
        "period": closing.lock.period,
        "by": closing.lock.by,
        "on": "" if closing.lock.on is None else closing.lock.on.isoformat(),
        "reason": closing.lock.reason,
        "rows": sum(one.rows for one in held),
        "by_rules": any(one.by_rules for one in held),
        "late": any(not one.by_rules for one in held),
        "meters": [(name_of(edition, one.meter), meter_address(one.meter)) for one in held[:NAMED]],
        "more": max(0, len(held) - NAMED),
        "bills": [_bill(edition, bill) for bill in closing.bills[:NAMED]],
        "bills_more": max(0, len(closing.bills) - NAMED),
    }


def _bill(edition: Edition, bill: HeldBill) -> dict[str, object]:
    """A bill that stands, line by line, beside what it would be."""
    return {
        "name": _payer(edition, bill.owner),
        "month": bill.month,
        "lines": [
            {
                "item": _item(edition, line.item or "total"),
                "before": _yuan(line.before),
                "now": _yuan(line.now),
            }
            for line in bill.lines
        ],
    }


def _row(edition: Edition, restated: Restatement) -> dict[str, object]:
    kind, *billed = restated.field.split(" ")
    if kind == BILL:
        return _of_bill(edition, restated, *billed)
    meter = edition.park.meter_by_id.get(restated.meter)
    unit = _UNITS.get(restated.field, "")
    if restated.field in {"amount", "imported"} and meter is not None:
        unit = QUANTITIES[meter.medium.register].unit
    return {
        **_said(edition, restated),
        "name": name_of(edition, restated.meter),
        "address": meter_address(restated.meter),
        "figure": edition.words(f"questions.figure.{restated.field}"),
        "before": _sum(restated.before, unit),
        "after": _sum(restated.after, unit),
    }


def _of_bill(edition: Edition, restated: Restatement, month: str, item: str, *_tariff: str) -> dict[str, object]:
    """A line of a bill that was stated again."""
    enterprise = edition.park.enterprise_by_id.get(restated.meter)
    return {
        **_said(edition, restated),
        "name": _payer(edition, None if enterprise is None else enterprise.id),
        "address": "",
        "figure": edition.words("questions.bill_line", month=month, item=_item(edition, item)),
        "before": _yuan(restated.before),
        "after": _yuan(restated.after),
    }


def _said(edition: Edition, restated: Restatement) -> dict[str, object]:
    """When, who and why."""
    return {
        "time": f"{edition.format.local(restated.time):%Y-%m-%d %H:%M}",
        "period": restated.period,
        "author": restated.author,
        "reason": restated.reason,
    }


def _payer(edition: Edition, owner: str | None) -> str:
    """Whose bill it is."""
    customer = edition.park if owner is None else edition.park.enterprise_by_id.get(owner)
    return owner or "" if customer is None else edition.name(customer.name, customer.id)


def _item(edition: Edition, item: str) -> str:
    """What a line of a bill charges."""
    return say("bill.total" if item == "total" else f"bill.items.{item}", edition.language)


def _yuan(amount: Decimal | float | None) -> Shown:
    """An amount on a bill."""
    if amount is None:
        return Shown(MISSING, "CNY", state="missing")
    return Shown(f"{amount:,.2f}".replace("-", "\N{MINUS SIGN}"), "CNY")


def _sum(value: float | None, unit: str) -> Shown:
    if value is None:
        return Shown(MISSING, spelled(unit), state="missing")
    return Shown(f"{value:,.3f}".replace("-", "\N{MINUS SIGN}"), spelled(unit))
