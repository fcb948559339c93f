"""The park page: is anything wrong, are we better than yesterday, who uses what."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View
from dashboards.live.views import attention, curve, flow, media, ranking, tiles
from dashboards.live.views.around import QUICK, around

_FLOW_EVERY = 2_000
"""The Sankey is redrawn every so many ms: faster than that nobody can follow it."""


def park_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """The park now."""
    del subject
    now = figures.quick(figures.make.park_now, QUICK)
    slow_now = figures.quick(figures.make.park_now, _FLOW_EVERY)
    day = figures.slow(figures.make.park_day)
    frame = around(edition, figures) | tiles.park_tiles(edition, now, day) | media.carriers(edition, now, day)
    frame |= ranking.enterprises(edition, now, day, order=slow_now)
    frame |= Frame(charts={"flow": flow.flow(edition, slow_now)})
    if day is not None:
        frame |= Frame(charts={"today": curve.day(edition, day.curve, day.time)})
    if now.newest is None and day is None:
        frame |= Frame(fragments={"attention": Fragment("loading", "")})
    return frame | attention.attention_list(edition, figures)


PARK = View("park", park_frame, title="frame.title", path="/", nav="park", styles=("park",))
