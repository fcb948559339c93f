"""What stands where an address names nothing that exists: what was looked for, and where to look instead."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View
from dashboards.live.views.around import around


def unknown_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """The page for `<view>/<id>` that does not exist."""
    view, _, named = subject.partition("/")
    about = view if view in {"enterprise", "meter"} else "meter"
    html = edition.render("parts/unknown.html", about=about, named=named)
    return around(edition, figures) | Frame(fragments={"unknown": Fragment(subject, html)})


UNKNOWN = View("unknown", unknown_frame, title="unknown.title", path="", styles=("lists",))
