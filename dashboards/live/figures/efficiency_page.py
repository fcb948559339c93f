"""Efficiency of a month or a year, computed again when another quarter-hour is settled and some minutes have gone."""

from dataclasses import dataclass

from dashboards.live.context import Context
from dashboards.live.figures.beside_energy import BesideEnergy
from dashboards.live.figures.efficiency import Efficiency, efficiency
from dashboards.live.figures.kept import Kept
from parkwatt.kept_rows import TooLongError, settled
from parkwatt.park.times import Span, span_of
from parkwatt.readings import Millis
from parkwatt.store.open_derived import open_derived

_KEPT = 12
"""Pages that are kept, the newest."""


@dataclass(frozen=True, slots=True, eq=False)
class EfficiencyPage:
    """What is known of a period.

    Attributes:
        stretch: of the period, as far as it is settled; None where nothing of it is.
        found: None where nothing is settled, or it is too much at once.
    """

    stretch: Span | None
    found: Efficiency | None

    @property
    def empty(self) -> bool:
        """Whether nothing is accounted of it."""
        return self.found is None or self.found.flexibility is None


class EfficiencyFigures:
    """Computes `EfficiencyPage`; keeps the last ones."""

    def __init__(self, context: Context) -> None:
        """Remember where to look."""
        self._context = context
        self._kept = Kept[tuple[str | None, str], EfficiencyPage](_KEPT)

    def of(self, now: Millis, enterprise: str | None, period: str) -> EfficiencyPage:
        """Of an enterprise, or of the park; of a year or a month."""
        return self._kept.of(
            (enterprise, period),
            now,
            lambda: self._page(now, enterprise, period),
            passing=lambda before: before.empty,
        )

    def _page(self, now: Millis, enterprise: str | None, period: str) -> EfficiencyPage:
        context = self._context
        start, end = span_of(period, context.park.zone)
        stretch = Span(start, settled(end, now=now))
        if stretch.end <= stretch.start:
            return EfficiencyPage(None, None)
        beside = BesideEnergy(context.store, context.park, context.live.latest)
        try:
            found = efficiency(open_derived(context.store), context.park, enterprise, stretch, beside=beside)
        except TooLongError:
            return EfficiencyPage(stretch, None)
        return EfficiencyPage(stretch, found)
