"""Chains of figures for the page: each is worked out once and kept for a while."""

from dataclasses import dataclass

from dashboards.live.context import Context
from dashboards.live.explained import explained
from dashboards.live.figures.kept import Kept
from parkwatt.explaining import Chain, NoFigureError, Question
from parkwatt.readings import Millis

_KEPT = 6
"""Chains that are kept, the newest: one of a day may have thousands of steps."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What is known of a figure.

    Attributes:
        chain: where it comes from; None where there is none.
        refusal: why there is none.
    """

    chain: Chain | None
    refusal: str = ""


class ExplainFigures:
    """Chains that somebody looked at lately."""

    def __init__(self, context: Context) -> None:
        """Nothing is worked out yet."""
        self._context = context
        self._kept = Kept[Question, Explained](_KEPT)

    def of(self, now: Millis, question: Question) -> Explained:
        """The chain of a figure."""
        return self._kept.of(question, now, lambda: self._asked(question))

    def _asked(self, question: Question) -> Explained:
        try:
            return Explained(explained(self._context, question))
        except (NoFigureError, OSError) as error:
            return Explained(None, str(error))
