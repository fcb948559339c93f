"""What stands around every view: the pulse of the data, how far the past is filled in, how much waits."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.format import Shown
from dashboards.live.frame import Frame
from parkwatt.readings import Millis

QUICK: Millis = 50
"""Figures from memory are no older than this [ms]."""
_QUIET_AFTER: Millis = 60_000


def around(edition: Edition, figures: FigureCache) -> Frame:
    """The values in the page's header."""
    return Frame(
        {
            "pulse": _pulse(edition, figures),
            "newest": Shown(str(_newest(figures) or "")),
            "history": _history(edition, figures),
            "inbox.count": _inbox(figures),
        }
    )


def _newest(figures: FigureCache) -> Millis | None:
    return figures.quick(figures.make.park_now, QUICK).newest


def _pulse(edition: Edition, figures: FigureCache) -> Shown:
    words = edition.words
    status = figures.status()
    newest = _newest(figures)
    if status.broker and not status.connected:
        return Shown(words("pulse.broker"), title=words("pulse.broker_hint", broker=status.broker), state="alarm")
    if newest is None:
        return Shown(words("pulse.never"), state="warn")
    if figures.now() - newest > _QUIET_AFTER:
        return Shown(words("pulse.quiet"), title=edition.format.full(newest), state="warn")
    return Shown(words("pulse.live"), state="good")


def _history(edition: Edition, figures: FigureCache) -> Shown:
    share = figures.status().history
    return Shown("" if share is None else edition.words("frame.history", percent=round(share * 100)))


def _inbox(figures: FigureCache) -> Shown:
    inbox = figures.slow(figures.make.inbox)
    return Shown(str(inbox.count), state="warn") if inbox is not None and inbox.count else Shown("")
