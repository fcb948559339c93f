"""Chains of figures for the page: each is worked out once and kept for a while."""

from dataclasses import dataclass
from threading import Lock

from dashboards.live.context import Context
from dashboards.live.explained import explained
from parkwatt.explaining import Chain, NoFigureError, Question
from parkwatt.readings import Millis

AGAIN: Millis = 300_000
"""Readings that came late are seen after this long [ms]."""
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
        self._kept: dict[Question, tuple[Millis, Explained]] = {}
        self._lock = Lock()

    def of(self, now: Millis, question: Question) -> Explained:
        """The chain of a figure."""
        with self._lock:
            before = self._kept.get(question)
        if before is None or now - before[0] >= AGAIN:
            before = now, self._asked(question)
        with self._lock:
            self._kept.pop(question, None)
            self._kept[question] = before
            while len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return before[1]

    def _asked(self, question: Question) -> Explained:
        try:
            return Explained(explained(self._context, question))
        except (NoFigureError, OSError) as error:
            return Explained(None, str(error))
