"""Links to where a figure comes from: to the page, and to the same over HTTP."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from parkwatt.accounting.dividing import Scope
from parkwatt.accounting.periods import QUARTER, day_start, local_date
from parkwatt.explaining.spans import TIMES
from parkwatt.readings import Millis, to_iso

Asked = Mapping[str, str]
"""Words of a question, see `parkwatt.explaining.questions.WORDS`; without a time of today."""


def explain_page(asked: Asked | None = None, /, **other: str) -> str:
    """The page of a figure: what was asked, with something otherwise."""
    return f"/explain?{urlencode(_words(asked or {}, other))}"


def explain_api(asked: Asked | None = None, /, **other: str) -> str:
    """Where the HTTP interface explains the same."""
    return f"/api/v1/explain?{urlencode(_words(asked or {}, other))}"


def scope_words(scope: Scope) -> dict[str, str] | None:
    """How a question names what of the park counts; None where no chain is about it."""
    if scope.enterprise == "" or len(scope.meters) > 1:
        return None
    if scope.meters:
        alone = scope.carrier is None and scope.enterprise is None and scope.domain is None
        return {"meter": scope.meters[0]} if alone else None
    named = {"enterprise": scope.enterprise, "carrier": scope.carrier, "domain": scope.domain}
    return {name: text for name, text in named.items() if text}


def time_words(start: Millis, end: Millis, zone: ZoneInfo) -> dict[str, str] | None:
    """How a question names a time: a quarter-hour, or local days; None for any other."""
    if end - start == QUARTER and start % QUARTER == 0:
        return {"at": to_iso(start)}
    first, last = (local_date(time, zone) for time in (start, end))
    if start >= end or (day_start(first, zone), day_start(last, zone)) != (start, end):
        return None
    return {"day": str(first)} if last - first == timedelta(days=1) else {"from": str(first), "to": str(last)}


class PeriodLinks:
    """Links to where figures of many periods come from."""

    def __init__(self, borders: Iterable[Millis], zone: ZoneInfo) -> None:
        """Of the periods between borders [ms]."""
        times = [time_words(start, end, zone) for start, end in pairwise(borders)]
        self._times = [None if time is None else urlencode(time) for time in times]

    def of(self, **asked: str) -> list[str | None]:
        """Where the HTTP interface explains a figure, period by period; None where no chain is about the period."""
        whose = explain_api(asked)
        return [None if time is None else f"{whose}&{time}" for time in self._times]


def _words(asked: Asked, other: Asked) -> dict[str, str]:
    """What is asked in the end; another time takes the place of the one before, an empty word that of any."""
    timed = any(name in TIMES for name in other)
    kept = {name: text for name, text in asked.items() if not (timed and name in TIMES)}
    return {name: text for name, text in {**kept, **other}.items() if text}
