"""What an address asks the page of explanations for."""

from collections.abc import Mapping

from parkwatt.accounting.periods import local_date
from parkwatt.explaining import Depth, Question, SubjectKind
from parkwatt.explaining.questions import WORDS, question_of
from parkwatt.explaining.spans import TIMES
from parkwatt.park import Park
from parkwatt.readings import Millis

PARAMETERS = tuple(name for name in WORDS if name != "depth")


def whole(park: Park, asked: Mapping[str, str], now: Millis) -> dict[str, str]:
    """What an address asks, with what it leaves out: energy, of today."""
    said = {name: text for name, text in asked.items() if text and name in PARAMETERS}
    if not said.keys() & set(TIMES):
        said["day"] = str(local_date(now, park.zone))
    return {"what": "kwh"} | said


def read(park: Park, said: Mapping[str, str]) -> Question:
    """The question, as deep as somebody can read: meters of the whole park unless it is about one quarter-hour.

    Raises:
        NoFigureError: if there is no such figure.
    """
    question = question_of(park, said)
    if question.subject.kind is not SubjectKind.PARK or "at" in said:
        return question
    return question._replace(depth=min(question.depth, Depth.METERS))
