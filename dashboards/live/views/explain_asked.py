"""What an address asks the page of explanations for, and the addresses of what else can be asked."""

from collections.abc import Mapping
from urllib.parse import urlencode

from parkwatt.accounting.periods import local_date
from parkwatt.explaining import Depth, Question, Subject
from parkwatt.explaining.spans import asked_time
from parkwatt.park import Park
from parkwatt.readings import Millis, to_iso

PARAMETERS = (
    *("what", "enterprise", "meter", "carrier", "domain"),
    *("year", "month", "day", "at", "from", "to"),
)
_TIMES = frozenset({"year", "month", "day", "at", "from", "to"})


def read(park: Park, asked: Mapping[str, str], now: Millis) -> Question:
    """The question of an address, as deep as somebody can read; of today where it says of no time.

    Raises:
        NoFigureError: if there is no such figure.
    """
    if not any(asked.get(name) for name in _TIMES):
        asked = {**asked, "day": str(local_date(now, park.zone))}
    at = asked.get("at", "").replace(" ", "+") or None  # a "+" of an offset that nobody escaped
    time = asked_time(
        park,
        **{name: asked.get(name) or None for name in ("year", "month", "day")},
        at=at,
        start=asked.get("from") or None,
        end=asked.get("to") or None,
    )
    whose = Subject.of(park, enterprise=asked.get("enterprise") or None, meter=asked.get("meter") or None)
    several = whose == Subject.of(park, enterprise=None, meter=None)
    question = Question(
        asked.get("what") or "kwh",
        whose,
        time.stretch,
        min(time.depth, Depth.METERS) if several and not at else time.depth,
        asked.get("carrier") or None,
        asked.get("domain") or None,
    )
    return question.checked(park)


def address(asked: Mapping[str, str], **other: str) -> str:
    """The page of the same figure with something otherwise; another time takes the place of the one before."""
    kept = {name: text for name, text in asked.items() if text and not (_TIMES & other.keys() and name in _TIMES)}
    return f"/explain?{urlencode({**kept, **other})}"


def moment_address(asked: Mapping[str, str], time: Millis) -> str:
    """The page of the same figure in the quarter-hour of a moment."""
    return address(asked, at=to_iso(time))
