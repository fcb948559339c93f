"""Enterprises by power now: who uses what, and is it more than usual."""

from collections.abc import Collection

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import EnterpriseDay, ParkDay, ParkNow
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.tiles import amount_shown, total_shown

SHOWN = 9
"""How many of them the park page lists; the rest is on the page of enterprises."""


def enterprises(edition: Edition, now: ParkNow, day: ParkDay | None, *, order: ParkNow, shown: int = SHOWN) -> Frame:
    """The largest users.

    Args:
        edition: the language.
        now: their power.
        day: their day; None until it is known.
        order: the park some moments ago: rows keep its order for a while, so that the list can be read.
        shown: how many rows.
    """
    rows = [enterprise.enterprise for enterprise in order.enterprises[:shown]]
    values = enterprise_values(edition, now, day, rows)
    frame = Frame(values)
    html = edition.render(
        "parts/ranking.html",
        frame,
        rows=[(row, edition.name(edition.park.enterprise_by_id[row].name, row)) for row in rows],
        count=len(edition.park.enterprises),
        more=len(edition.park.enterprises) > shown,
    )
    return frame | Frame(fragments={"ranking": Fragment(tuple(rows), html)})


def enterprise_values(edition: Edition, now: ParkNow, day: ParkDay | None, rows: Collection[str]) -> dict[str, Shown]:
    """Live values of the enterprises in `rows`: `e.<id>.power`, `.share`, `.bar`, `.today`, `.usual`."""
    largest = max((one.power.value or 0.0 for one in now.enterprises), default=0.0) or 1.0
    days = {} if day is None else {one.enterprise: one for one in day.enterprises}
    values: dict[str, Shown] = {}
    for one in now.enterprises:
        if one.enterprise not in rows:
            continue
        key = f"e.{one.enterprise}"
        values[f"{key}.power"] = total_shown(edition, one.power, "kW")
        values[f"{key}.share"] = edition.format.percent(one.share, reason=edition.words("missing.no_current"))
        values[f"{key}.bar"] = Shown("", share=round((one.power.value or 0.0) / largest, 3))
        if found := days.get(one.enterprise):
            values[f"{key}.today"] = amount_shown(edition, found.today, "kWh")
            values[f"{key}.usual"] = usual_shown(edition, found)
    return values


def usual_shown(edition: Edition, day: EnterpriseDay) -> Shown:
    """Today until now against the same weekdays until now."""
    if day.usual is None:
        return edition.format.change(None, None, against="")
    against = edition.words("park.usual_hint", n=day.usual.days)
    shown = edition.format.change(day.today.value, day.usual.value, against="")
    return shown._replace(title=against)
