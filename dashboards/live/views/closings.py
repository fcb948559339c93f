"""Closed periods with what is held back in them, and figures that were stated again."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.closings import Closing
from dashboards.live.format import MISSING, Shown, spelled
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.meter_tree import name_of
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
    }


def _row(edition: Edition, restated: Restatement) -> dict[str, object]:
    meter = edition.park.meter_by_id.get(restated.meter)
    unit = _UNITS.get(restated.field, "")
    if restated.field in {"amount", "imported"} and meter is not None:
        unit = QUANTITIES[meter.medium.register].unit
    return {
        "time": f"{edition.format.local(restated.time):%Y-%m-%d %H:%M}",
        "period": restated.period,
        "name": name_of(edition, restated.meter),
        "address": meter_address(restated.meter),
        "figure": edition.words(f"questions.figure.{restated.field}"),
        "before": _sum(restated.before, unit),
        "after": _sum(restated.after, unit),
        "author": restated.author,
        "reason": restated.reason,
    }


def _sum(value: float | None, unit: str) -> Shown:
    if value is None:
        return Shown(MISSING, spelled(unit), state="missing")
    return Shown(f"{value:,.3f}".replace("-", "\N{MINUS SIGN}"), spelled(unit))
