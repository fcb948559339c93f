"""What an address asks the page of analysis for, and the addresses of what else can be asked."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from dashboards.live.explain_links import explain_page, scope_words
from dashboards.live.figures.analysis import Asked, Days, Preset, days_of
from dashboards.live.view import subject_of
from parkwatt.accounting.dividing import By, Scope, What
from parkwatt.analysis import Versus
from parkwatt.park import Domain, Park
from parkwatt.readings import to_datetime

GROUPS = (By.CARRIER, By.ENTERPRISE, By.DOMAIN, By.METER)
PARAMETERS = (
    *("period", "day", "from", "to"),
    *("versus", "versus_from", "versus_to"),
    *("what", "by", "carrier", "enterprise", "domain"),
)
DATES = "dates"
"""How an address says that a period is compared with days of its own."""
THE_PARKS = "-"
"""How an address names what belongs to no enterprise."""
FIRST_DAY = date(2000, 1, 1)
"""No park has readings of days before it."""


def read(park: Park, asked: Mapping[str, str], today: date) -> Asked:
    """What an address asks for; what nobody offers is the usual."""
    carrier = asked.get("carrier")
    scope = Scope(
        carrier if carrier in {meter.carrier for meter in park.carrier_meters} else None,
        _enterprise(park, asked.get("enterprise")),
        next((str(one) for one in Domain if one == asked.get("domain")), None),
    )
    usual = By.METER if scope.enterprise is not None else By.ENTERPRISE
    days = _days(asked.get("from"), asked.get("to"), today) or days_of(
        next((one for one in Preset if one == asked.get("period")), Preset.MONTH),
        _day(asked.get("day"), today) or today,
    )
    return Asked(
        days,
        next((one for one in whats(scope) if one == asked.get("what")), What.KWH),
        next((one for one in GROUPS if one == asked.get("by")), usual),
        scope,
        _versus(asked, days, today),
    )


def whats(scope: Scope) -> list[What]:
    """What can be asked for: an amount has a unit only of one carrier."""
    return [one for one in What if one is not What.AMOUNT or scope.carrier is not None]


def _enterprise(park: Park, text: str | None) -> str | None:
    if text == THE_PARKS:
        return ""
    return text if text in park.enterprise_by_id else None


def _versus(asked: Mapping[str, str], days: Days, today: date) -> Versus | Days:
    if asked.get("versus") == DATES:
        return _days(asked.get("versus_from"), asked.get("versus_to"), today) or days.earlier
    return next((one for one in Versus if one == asked.get("versus")), Versus.PREVIOUS)


def _days(first: str | None, last: str | None, today: date) -> Days | None:
    """Days from one to another, in whichever order they are said; None if one of them is no day."""
    found = sorted(day for day in (_day(first, today), _day(last, today)) if day is not None)
    return Days(*found) if len(found) == 2 else None


def last_day(today: date) -> date:
    """The last day that can be asked for: the running year can be, as a whole."""
    return date(today.year, 12, 31)


def _day(text: str | None, today: date) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= last_day(today) else None


def subject(asked: Asked) -> str:
    """The subject of what is asked for."""
    scope = asked.scope
    said = {
        **_said_days(asked.days),
        "what": str(asked.what),
        "by": str(asked.by),
        **_said_versus(asked.versus),
        "carrier": scope.carrier or "",
        "enterprise": THE_PARKS if scope.enterprise == "" else scope.enterprise or "",
        "domain": scope.domain or "",
    }
    return subject_of("", {name: text for name, text in said.items() if text})


def _said_days(days: Days) -> dict[str, str]:
    """Days as an address says them."""
    if days.preset is not None:
        return {"period": str(days.preset), "day": days.first.isoformat()}
    return {"from": days.first.isoformat(), "to": days.last.isoformat()}


def _said_versus(versus: Versus | Days) -> dict[str, str]:
    if not isinstance(versus, Days):
        return {"versus": str(versus)}
    return {"versus": DATES, "versus_from": versus.first.isoformat(), "versus_to": versus.last.isoformat()}


def why_address(asked: Asked) -> str:
    """Where the sum of the period comes from; empty for what is the park's own, which no chain is about."""
    words = scope_words(asked.scope)
    days = {"from": str(asked.days.first), "to": str(asked.days.last + timedelta(days=1))}
    return "" if words is None else explain_page(words, what=str(asked.what), **days)


def table_address(park: Park, asked: Asked) -> str:
    """Where the API answers the same as a table."""

    def times(days: Days) -> list[str]:
        return [to_datetime(time).astimezone(park.zone).isoformat() for time in days.span(park.zone)]

    first, last = times(asked.days)
    versus = "/".join(times(asked.versus)) if isinstance(asked.versus, Days) else str(asked.versus)
    said = {"what": str(asked.what), "from": first, "to": last, "by": str(asked.by), "versus": versus}
    filters = {"carrier": asked.scope.carrier, "enterprise": asked.scope.enterprise, "domain": asked.scope.domain}
    said |= {name: text for name, text in filters.items() if text is not None}
    return f"/api/v1/analysis?{urlencode(said | {'format': 'csv'})}"
