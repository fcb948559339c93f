"""What stands on top of an analysis: the period, what it is compared with, and of what."""

from datetime import date

from dashboards.live.edition import Edition
from dashboards.live.figures.analysis import Asked, Days, Preset, days_of
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.analysis_asked import (
    DATES,
    FIRST_DAY,
    GROUPS,
    THE_PARKS,
    last_day,
    subject,
    table_address,
    whats,
    why_address,
)
from dashboards.live.views.analysis_table import what_name
from parkwatt.analysis import Versus
from parkwatt.park import Domain

Choice = tuple[str, str, list[tuple[str, str]]]
"""Name of a choice, what is chosen, and what can be: as an address says it, and as people do."""


def head(edition: Edition, asked: Asked, today: date) -> Frame:
    """Choices, each of them an address of its own."""

    def link(days: Days) -> dict[str, str]:
        found = subject(asked._replace(days=days))
        return {"subject": found, "href": f"/analysis{found}"}

    days, later = asked.days, asked.days.later
    inside = today if days.first <= today <= days.last else days.last
    html = edition.render(
        "parts/analysis_head.html",
        days=days,
        preset=days.preset,
        presets=[(str(one), link(days_of(one, inside))) for one in Preset],
        earlier=link(days.earlier),
        later=link(later) if later.first <= today else None,
        against=asked.versus if isinstance(asked.versus, Days) else None,
        least=FIRST_DAY,
        most=last_day(today),
        choices=_choices(edition, asked),
    )
    tools = edition.render(
        "parts/analysis_tools.html", address=table_address(edition.park, asked), why=why_address(asked)
    )
    return Frame(fragments={"head": Fragment(html, html), "tools": Fragment(tools, tools)})


def _choices(edition: Edition, asked: Asked) -> list[Choice]:
    park, words, scope = edition.park, edition.words, asked.scope
    everything = ("", words("analysis.all"))
    owners = [(e.id, edition.name(e.name, e.id)) for e in park.enterprises]
    carriers = sorted({meter.carrier for meter in park.carrier_meters})
    return [
        ("what", str(asked.what), [(str(one), what_name(edition, scope, one)) for one in whats(scope)]),
        ("by", str(asked.by), [(str(one), words(f"analysis.by_{one}")) for one in GROUPS]),
        ("carrier", scope.carrier or "", [everything, *((one, words(f"carrier.{one}")) for one in carriers)]),
        (
            "enterprise",
            THE_PARKS if scope.enterprise == "" else scope.enterprise or "",
            [everything, *owners, (THE_PARKS, words("analysis.the_parks_own"))],
        ),
        ("domain", scope.domain or "", [everything, *((str(d), words(f"analysis.domain_{d}")) for d in Domain)]),
        (
            "versus",
            DATES if isinstance(asked.versus, Days) else str(asked.versus),
            [(str(one), words(f"analysis.versus_{one}")) for one in (*Versus, DATES)],
        ),
    ]
