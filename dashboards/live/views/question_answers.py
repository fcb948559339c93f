"""The answers that a question may have, each with what it takes to say it, filled in as far as the readings go."""

from typing import NamedTuple

from dashboards.live.edition import Edition
from dashboards.live.figures.questions import Question
from parkwatt.accounting.happenings import Happening
from parkwatt.park.events import EventKind
from parkwatt.readings import Millis

_FALL = (EventKind.REPLACEMENT, EventKind.RESET, EventKind.ROLLOVER, EventKind.IGNORE, EventKind.UNKNOWN)
_RISE = (EventKind.ACCEPT, EventKind.IGNORE, EventKind.REPLACEMENT, EventKind.UNKNOWN)
_AMOUNT = (EventKind.ACCEPT, EventKind.IGNORE, EventKind.UNKNOWN)
_BELOW_ZERO = (EventKind.IGNORE, EventKind.UNKNOWN)
_ASKED = {
    EventKind.REPLACEMENT: ("time", "old_final", "new_initial"),
    EventKind.RESET: ("time", "old_final", "new_initial"),
    EventKind.IGNORE: ("time", "until"),
}
"""Fields that are asked for; of all other kinds the time goes along unasked."""


class Answer(NamedTuple):
    """One possible answer.

    Attributes:
        kind: as in the park file.
        values: what is sent, by the keys of the park file, before anybody changes it.
        asked: those of them that are shown.
    """

    kind: EventKind
    values: dict[str, str]
    asked: tuple[str, ...]


def answers(edition: Edition, question: Question) -> list[Answer]:
    """What may have happened; nothing while a decision stands that the readings contradict."""
    kinds: tuple[EventKind, ...] = _FALL
    match question.event.kind:
        case Happening.MISFIT:
            kinds = ()
        case Happening.NEGATIVE:
            kinds = _BELOW_ZERO
        case Happening.JUMP:
            kinds = _AMOUNT if question.periods else _RISE
    return [Answer(kind, _values(edition, question, kind), _ASKED.get(kind, ())) for kind in kinds]


def _values(edition: Edition, question: Question, kind: EventKind) -> dict[str, str]:
    found = {"time": wall(edition, question.first.time)}
    if kind is EventKind.IGNORE:
        found["until"] = wall(edition, question.until)
    if kind in {EventKind.REPLACEMENT, EventKind.RESET}:
        found["old_final"] = "" if question.last is None else number(question.last.value)
        found["new_initial"] = "0" if kind is EventKind.RESET else number(question.first.value)
    return found


def wall(edition: Edition, time: Millis) -> str:
    """A time on the park's wall clock, as the park file and the browser's own field for it write it."""
    return f"{edition.format.local(time):%Y-%m-%dT%H:%M:%S}"


def number(value: float) -> str:
    """A register's value as it is typed."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
