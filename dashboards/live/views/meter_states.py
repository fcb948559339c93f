"""How current meters are, in words and shapes: fresh, stale, silent, never heard."""

from collections.abc import Mapping

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import MeterCounts, MeterState
from dashboards.live.format import Shown
from parkwatt.readings import Millis

_LOOKS: Mapping[MeterState, str] = {
    MeterState.FRESH: "good",
    MeterState.STALE: "warn",
    MeterState.SILENT: "alarm",
    MeterState.NEVER: "missing",
}


def state_shown(edition: Edition, state: MeterState) -> Shown:
    """A meter's state; what it means on hover."""
    words = edition.words
    return Shown(words(f"state.{state}"), title=words(f"state.{state}_hint"), state=_LOOKS[state])


def age_shown(edition: Edition, time: Millis | None) -> Shown:
    """A moment for a `data-age` place: the browser counts from it."""
    if time is None:
        return Shown("", title=edition.words("state.never_hint"))
    return Shown(str(time), title=edition.format.full(time))


def counts_shown(edition: Edition, counts: MeterCounts) -> Shown:
    """How many meters are heard, of how many."""
    words = edition.words
    shown = Shown(words("state.heard_of", heard=counts.fresh, meters=counts.total))
    if counts.fresh == counts.total:
        return shown
    parts = {"stale": counts.stale, "silent": counts.silent, "never": counts.never}
    title = " · ".join(f"{words(f'state.{name}')} {number}" for name, number in parts.items() if number)
    return shown._replace(title=title, state="warn")
