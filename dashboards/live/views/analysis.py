"""Analysis: any day, week, month or year against another, in groups, with every chart as picture and data."""

from collections.abc import Mapping
from datetime import date, timedelta

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.analysis import Asked, Preset, days_of
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View, asked_of, subject_of
from dashboards.live.views.analysis_charts import charts, no_charts
from dashboards.live.views.analysis_table import table, tiles
from dashboards.live.views.around import around
from parkwatt.accounting.dividing import By, Scope, What
from parkwatt.analysis import Versus
from parkwatt.park import Domain, Park

_BY = (By.CARRIER, By.ENTERPRISE, By.DOMAIN, By.METER)
PARAMETERS = ("period", "day", "what", "by", "versus", "carrier", "enterprise", "domain")


def analysis_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """What was asked for; what nobody offers is the usual."""
    today = edition.format.local(figures.now()).date()
    asked = read(edition.park, asked_of(subject)[1], today)
    page = figures.slow(figures.make.analysis, asked)
    frame = around(edition, figures) | _head(edition, asked, today)
    if page is None:
        return frame | Frame(fragments={"table": Fragment("waiting", ""), "none": Fragment("waiting", "")})
    if page.found is None or page.empty:
        html = edition.render("parts/analysis_none.html", too_long=page.too_long)
        nothing = {"none": Fragment(html, html), "table": Fragment("none", "")}
        return frame | Frame(fragments=nothing) | no_charts()
    frame |= Frame(fragments={"none": Fragment("", "")})
    return frame | tiles(edition, asked, page.found) | table(edition, asked, page.found) | charts(edition, asked, page)


def read(park: Park, asked: Mapping[str, str], today: date) -> Asked:
    """What the address asks for."""
    carriers = {meter.carrier for meter in park.meters}
    what = next((one for one in What if one == asked.get("what") and one is not What.AMOUNT), What.KWH)
    enterprise = asked.get("enterprise") or None
    if enterprise == "-":
        enterprise = ""
    elif enterprise not in park.enterprise_by_id:
        enterprise = None
    carrier = asked.get("carrier")
    scope = Scope(
        carrier if carrier in carriers else None,
        enterprise,
        next((str(one) for one in Domain if one == asked.get("domain")), None),
    )
    usual = By.METER if scope.enterprise is not None else By.ENTERPRISE
    return Asked(
        next((one for one in Preset if one == asked.get("period")), Preset.MONTH),
        _day(asked.get("day"), today),
        what,
        next((one for one in _BY if one == asked.get("by")), usual),
        scope,
        next((one for one in Versus if one == asked.get("versus")), Versus.PREVIOUS),
    )


def _day(text: str | None, today: date) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return today
    return day if date(2000, 1, 1) <= day <= today else today


def subject(asked: Asked, **other: str) -> str:
    """The subject of what is asked for, with something else of it."""
    scope = asked.scope
    said = {
        "period": str(asked.period),
        "day": asked.day.isoformat(),
        "what": str(asked.what),
        "by": str(asked.by),
        "versus": str(asked.versus),
        "carrier": scope.carrier or "",
        "enterprise": "-" if scope.enterprise == "" else scope.enterprise or "",
        "domain": scope.domain or "",
    }
    return subject_of("", {name: text for name, text in (said | other).items() if text})


def _head(edition: Edition, asked: Asked, today: date) -> Frame:
    park, words = edition.park, edition.words

    def link(**other: str) -> dict[str, str]:
        found = subject(asked, **other)
        return {"subject": found, "href": f"/analysis{found}"}

    first, after = asked.days
    carriers = sorted({meter.carrier for meter in park.meters})
    last = after - timedelta(days=1)
    html = edition.render(
        "parts/analysis_head.html",
        asked=asked,
        enterprise=asked.scope.enterprise,
        span=f"{first}" if first == last else words("analysis.span", start=first, end=last),
        periods=[(str(one), link(period=one)) for one in Preset],
        earlier=link(day=(first - timedelta(days=1)).isoformat()),
        later=link(day=min(after, today).isoformat()) if days_of(asked.period, today)[0] >= after else None,
        choices=[
            ("what", str(asked.what), [(str(w), words(f"analysis.what_{w}")) for w in What if w is not What.AMOUNT]),
            ("versus", str(asked.versus), [(str(one), words(f"analysis.versus_{one}")) for one in Versus]),
            ("by", str(asked.by), [(str(one), words(f"analysis.by_{one}")) for one in _BY]),
            ("carrier", asked.scope.carrier or "", _all(edition, [(c, words(f"carrier.{c}")) for c in carriers])),
            (
                "enterprise",
                "-" if asked.scope.enterprise == "" else asked.scope.enterprise or "",
                _all(
                    edition,
                    [
                        *((e.id, edition.name(e.name, e.id)) for e in park.enterprises),
                        ("-", words("analysis.the_parks_own")),
                    ],
                ),
            ),
            ("domain", asked.scope.domain or "", _all(edition, [(d, words(f"analysis.domain_{d}")) for d in Domain])),
        ],
    )
    return Frame(fragments={"head": Fragment(html, html)})


def _all(edition: Edition, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", edition.words("analysis.all")), *choices]


ANALYSIS = View(
    "analysis",
    analysis_frame,
    title="analysis.title",
    path="/analysis",
    nav="analysis",
    styles=("lists", "meter", "enterprise", "analysis"),
    parameters=PARAMETERS,
)
