"""A question put together from the words of whoever asks: options of a command, or parameters of an address."""

from collections.abc import Mapping

from parkwatt.explaining.asking import Question, Subject
from parkwatt.explaining.spans import TIMES, asked_time, depth_of
from parkwatt.park import Park

WORDS = ("what", "enterprise", "meter", "carrier", "domain", *TIMES, "depth")
"""All words that a question is made of."""


def question_of(park: Park, said: Mapping[str, str | None]) -> Question:
    """The question that some of `WORDS` ask; without a depth, as deep as fits the time.

    Raises:
        NoFigureError: if there is no such figure, or the time is none.
        NobodyError: if the park has no such enterprise, meter, carrier or domain.
    """
    words = {name: said.get(name) or None for name in WORDS}
    asked = asked_time(park, words)
    return Question(
        words["what"] or "",
        Subject.of(park, enterprise=words["enterprise"], meter=words["meter"]),
        asked.stretch,
        asked.depth if words["depth"] is None else depth_of(words["depth"]),
        words["carrier"],
        words["domain"],
    ).checked(park)
