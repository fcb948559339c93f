"""Chains of figures for the page: each is worked out once and kept for a while; what runs on is looked up each time."""

from dataclasses import dataclass

from dashboards.live.context import Context
from dashboards.live.explained import counted_since, explained
from dashboards.live.figures.kept import Kept
from parkwatt.explaining import Chain, NoFigureError, Question
from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.since import Since
from parkwatt.readings import Millis

_KEPT = 6
"""Chains that are kept, the newest: one of a day may have thousands of steps."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What is known of a figure.

    Attributes:
        chain: where it comes from; None where there is none.
        refusal: why there is none.
        since: what registers have counted since, where the figure's time still runs.
    """

    chain: Chain | None
    refusal: Phrase | None = None
    since: Since | None = None


class ExplainFigures:
    """Chains that somebody looked at lately."""

    def __init__(self, context: Context) -> None:
        """Nothing is worked out yet."""
        self._context = context
        self._kept = Kept[Question, Chain | Phrase](_KEPT)

    def of(self, now: Millis, question: Question) -> Explained:
        """The chain of a figure, and what came since."""
        found = self._kept.of(question, now, lambda: self._asked(question))
        if isinstance(found, Phrase):
            return Explained(None, found)
        return Explained(found, since=counted_since(self._context, found))

    def _asked(self, question: Question) -> Chain | Phrase:
        try:
            return explained(self._context, question)
        except NoFigureError as error:
            return error.said
        except OSError as error:
            return Phrase("refused.messages", why=str(error))
