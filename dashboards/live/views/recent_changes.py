"""Meters that were adopted here lately: what was written, and the way back."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Fragment, Frame
from parkwatt.adoption import Adoption
from parkwatt.park.changes import Change
from parkwatt.readings import Millis

SHOWN = 5
_NEWS: Millis = 86_400_000
"""So long a meter's own page says that it was added [ms]."""


def recent_changes(figures: FigureCache) -> tuple[Change, ...]:
    """The changes that stand, the newest first; none where the park file cannot be written."""
    adoption = figures.context.adoption
    return () if adoption is None else figures.slow(_read, adoption) or ()


def _read(now: Millis, adoption: Adoption) -> tuple[Change, ...]:
    del now
    return adoption.changes()


def listed(edition: Edition, figures: FigureCache) -> Frame:
    """The last changes, for the inbox."""
    shown = recent_changes(figures)[:SHOWN]
    html = edition.render("parts/changes.html", changes=shown, now=figures.now())
    return Frame(fragments={"changes": Fragment(tuple(change.id for change in shown), html)})


def of_meter(edition: Edition, figures: FigureCache, meter: str) -> Frame:
    """A notice on the page of a meter that was added a short while ago."""
    for change in recent_changes(figures):
        if change.meter == meter and figures.now() - change.time < _NEWS:
            html = edition.render("parts/adopted.html", change=change)
            return Frame(fragments={"adopted": Fragment(change.id, html)})
    return Frame(fragments={"adopted": Fragment("", "")})
