"""The screen in the lobby: how clean is this park's energy right now, for people five metres away."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import ParkDay, ParkNow, Source
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View
from dashboards.live.views import curve, flow
from dashboards.live.views.around import QUICK, around
from dashboards.live.views.ranking import enterprise_values
from dashboards.live.views.tiles import total_shown

_CALM = 5_000
"""What moves on a wall moves slowly [ms]."""
_ROWS = 8


def screen_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """The park for visitors."""
    del subject
    now = figures.quick(figures.make.park_now, QUICK)
    calm = figures.quick(figures.make.park_now, _CALM)
    day = figures.slow(figures.make.park_day)
    pv = next((source.power for source in now.sources if source.source is Source.PV), None)
    values = {
        "clean": edition.format.percent(now.clean_share, reason=edition.words("missing.no_current")),
        "power": total_shown(edition, now.power, "kW"),
        "pv": Shown("") if pv is None else total_shown(edition, pv, "kW"),
        "clock": Shown(edition.format.clock(figures.now())),
        "date": Shown(edition.format.day(figures.now())),
        "avoided": edition.format.quantity(
            None if day is None else avoided_co2(day), "kg CO2", reason=edition.words("missing.no_history")
        ),
        "co2": edition.format.quantity(None if day is None else day.co2.value, "t CO2"),
        **enterprise_values(edition, now, day, [one.enterprise for one in calm.enterprises[:_ROWS]]),
    }
    frame = around(edition, figures) | Frame(
        values, charts={"flow": {**flow.flow(edition, calm, users=6), "big": True}}
    )
    if day is not None:
        frame |= Frame(charts={"today": {**curve.day(edition, day.curve, day.time), "big": True}})
    return frame | _ranking(edition, frame, calm)


def avoided_co2(day: ParkDay) -> float | None:
    """CO2 that the park's own generation kept the grid from emitting today [kg]; None where it is not known."""
    made = next((series.values for series in day.curve.sources if series.source is Source.PV), None)
    factor = next((factor.value for factor in day.co2.factors if factor.unit.endswith("/kWh")), None)
    if made is None or factor is None:
        return None
    hours = day.curve.step / 3_600_000
    return sum(max(0.0, power) for power in made if power is not None) * hours * factor


def _ranking(edition: Edition, frame: Frame, calm: ParkNow) -> Frame:
    rows = [(one.enterprise, _name(edition, one.enterprise)) for one in calm.enterprises[:_ROWS]]
    return Frame(fragments={"ranking": Fragment(str(rows), edition.render("parts/podium.html", frame, rows=rows))})


def _name(edition: Edition, enterprise: str) -> str:
    return edition.name(edition.park.enterprise_by_id[enterprise].name, enterprise)


SCREEN = View("screen", screen_frame, title="screen.title", path="/screen", styles=("screen",))
