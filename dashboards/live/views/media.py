"""What flows besides electricity: gas, steam, water, air, each in its own unit."""

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import CarrierFlow, EnterpriseNow, EnterprisePage, ParkDay, ParkNow
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.tiles import amount_shown, total_shown

_ORDER = ("gas", "coal", "oil", "steam", "heat", "cooling", "compressed_air", "water")
"""Fuels, heat, cold, air, water."""


def carriers(edition: Edition, now: ParkNow | EnterpriseNow, day: ParkDay | EnterprisePage | None) -> Frame:
    """Every carrier that enters the park, or the enterprise, besides electricity."""
    flows = sorted(
        (flow for flow in now.carriers if flow.carrier in _ORDER), key=lambda flow: _ORDER.index(flow.carrier)
    )
    values: dict[str, Shown] = {}
    for flow in flows:
        values[f"media.{flow.carrier}"] = total_shown(edition, flow.flow, flow.unit)
        values |= _today(edition, flow, day)
    frame = Frame(values)
    owner = now.enterprise if isinstance(now, EnterpriseNow) else ""
    html = edition.render("parts/media.html", frame, carriers=[flow.carrier for flow in flows], owner=owner)
    return frame | Frame(fragments={"media": Fragment(tuple(flow.carrier for flow in flows), html)})


def _today(edition: Edition, flow: CarrierFlow, day: ParkDay | EnterprisePage | None) -> dict[str, Shown]:
    found = None if day is None else next((one for one in day.carriers if one.carrier == flow.carrier), None)
    if found is None:
        return {}
    against = edition.words("change.yesterday_until_now")
    return {
        f"media.{flow.carrier}.today": amount_shown(edition, found.today, found.unit),
        f"media.{flow.carrier}.change": edition.format.change(
            found.today.value, found.yesterday.value, against=against
        ),
    }
