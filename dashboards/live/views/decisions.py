"""Questions that only people can answer, what they decided, and what stands although it would be otherwise."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Frame
from dashboards.live.view import View
from dashboards.live.views.around import around
from dashboards.live.views.closings import closings
from dashboards.live.views.decision_rows import decisions
from dashboards.live.views.questions import questions


def decisions_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """Of the whole park."""
    del subject
    frame = around(edition, figures) | questions(edition, figures)
    return frame | decisions(edition, figures) | closings(edition, figures)


DECISIONS = View(
    "decisions",
    decisions_frame,
    title="questions.title",
    path="/decisions",
    nav="inbox",
    styles=("lists", "questions"),
)
