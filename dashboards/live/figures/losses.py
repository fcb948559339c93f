"""Losses and quality of the last days, computed again when another quarter-hour is settled, or after some minutes."""

from dashboards.live.context import Context
from dashboards.live.figures.evidence import evidence
from dashboards.live.figures.kept import Kept
from dashboards.live.figures.quality import Judged, judged
from parkwatt.accounting.periods import QUARTER, day_of, days_earlier
from parkwatt.kept_rows import TooLongError, kept
from parkwatt.readings import Millis
from parkwatt.store.derived import Stretch
from parkwatt.store.open_derived import open_derived

PERIODS = (1, 7, 30, 90)
"""Days that can be looked at."""


class LossFigures:
    """Computes `Judged`; keeps the last of each period."""

    def __init__(self, context: Context) -> None:
        """Remember where to look."""
        self._context = context
        self._kept = Kept[Stretch, Judged](len(PERIODS))

    def of(self, now: Millis, days: int) -> Judged:
        """The last whole days until midnight; `used` is empty where nothing is accounted, or it is too much at once."""
        span = self._span(now, days)
        return self._kept.of(span, now, lambda: self._judged(span), passing=lambda found: not found.used)

    def _span(self, now: Millis, days: int) -> Stretch:
        zone = self._context.park.zone
        # Until half an hour past midnight the day before is not settled to its end.
        end, _ = day_of(now - 2 * QUARTER, zone)
        return Stretch(days_earlier(end, days, zone), end)

    def _judged(self, span: Stretch) -> Judged:
        home, park = open_derived(self._context.store), self._context.park
        try:
            used = kept(home, park, span)
        except TooLongError:
            used = {}
        return judged(park, used, evidence(self._context.store, home, park, span) if used else {}, span)
