"""Efficiency: how the load runs, who makes its peaks, what energy goes into what is made, what sun and batteries do."""

from datetime import date, timedelta

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.efficiency import Efficiency
from dashboards.live.figures.efficiency_page import EfficiencyPage
from dashboards.live.format import MISSING, Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View, asked_of, subject_of
from dashboards.live.views.around import around
from dashboards.live.views.efficiency_flexibility import flexibility_cards
from dashboards.live.views.efficiency_load import duration, peak_list
from dashboards.live.views.efficiency_made import intensity_table, output_form
from parkwatt.accounting.known import Shares
from parkwatt.accounting.load_shape import LoadShape
from parkwatt.accounting.reactive import PowerFactor
from parkwatt.accounting.working_hours import WorkingHours
from parkwatt.readings import Millis

MONTHS = 6
"""Months that can be chosen, the running one among them."""
_PARTS = ("peaks", "made", "generation", "batteries", "vehicles")
_FULL = 0.9
"""Share of the time below which it is said how much is known."""


def efficiency_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """Efficiency of who and when was asked for."""
    asked = asked_of(subject)[1]
    enterprise = asked.get("enterprise") or None
    if enterprise not in edition.park.enterprise_by_id:
        enterprise = None
    today = edition.format.local(figures.now()).date()
    periods = _periods(today)
    period = asked["period"] if asked.get("period") in periods else periods[0 if today.day > 1 else 1]
    page = figures.slow(figures.make.efficiency, enterprise, period)
    frame = around(edition, figures) | _head(edition, enterprise, period, periods, page)
    frame |= output_form(edition, enterprise, period, writes=figures.context.recording is not None)
    if page is None:
        return frame | Frame(fragments={part: Fragment("waiting", "") for part in (*_PARTS, "none")})
    if page.empty or page.found is None:
        html = edition.render("parts/efficiency_none.html")
        nothing = {part: Fragment("none", "") for part in _PARTS}
        return frame | Frame(_no_tiles(edition), nothing | {"none": Fragment(html, html)}, {"duration": {}})
    found = page.found
    frame |= Frame(_tiles(edition, found), {"none": Fragment("", "")})
    return (
        frame
        | duration(edition, found)
        | peak_list(edition, found)
        | intensity_table(edition, found, period)
        | flexibility_cards(edition, found.flexibility)
    )


def _periods(today: date) -> list[str]:
    """The running month and those before it, this year and the last one."""
    months: list[str] = []
    day = today
    while len(months) < MONTHS:
        months.append(f"{day:%Y-%m}")
        day = day.replace(day=1) - timedelta(days=1)
    return [*months, f"{today.year}", f"{today.year - 1}"]


def _head(
    edition: Edition, enterprise: str | None, period: str, periods: list[str], page: EfficiencyPage | None
) -> Frame:
    def link(chosen: str) -> dict[str, str]:
        asked = {"period": chosen} | ({"enterprise": enterprise} if enterprise else {})
        subject = subject_of("", asked)
        return {"subject": subject, "href": f"/efficiency{subject}"}

    stretch = None if page is None else page.stretch
    known = edition.park.enterprise_by_id
    html = edition.render(
        "parts/efficiency_head.html",
        owner=edition.name(known[enterprise].name, enterprise) if enterprise else None,
        enterprise=enterprise,
        enterprises=[(e.id, edition.name(e.name, e.id)) for e in edition.park.enterprises],
        period=period,
        periods=[(one, link(one)) for one in periods],
        span=None if stretch is None else [_minute(edition, stretch.start), _minute(edition, stretch.end)],
    )
    return Frame(fragments={"head": Fragment(html, html)})


def _minute(edition: Edition, time: Millis) -> str:
    return f"{edition.format.local(time):%Y-%m-%d %H:%M}"


def _no_tiles(edition: Edition) -> dict[str, Shown]:
    missing = Shown(MISSING, "", edition.words("missing.no_data"), "missing")
    return {f"efficiency.{key}": missing for key in ("maximum", "factor", "base", "idle", "cosine")}


def _tiles(edition: Edition, found: Efficiency) -> dict[str, Shown]:
    lines = {f"efficiency.{key}.line": Shown("") for key in ("maximum", "factor", "base", "idle")}
    values = _no_tiles(edition) | lines | _cosine(edition, found.power_factor)
    if found.demand is not None:
        values |= _demand(edition, found.demand)
    if found.running is not None:
        values |= _running(edition, found.running, found.hours)
    return values


def _demand(edition: Edition, shape: LoadShape) -> dict[str, Shown]:
    words, form = edition.words, edition.format
    said = "efficiency.maximum_estimated" if shape.maximum.estimated else "efficiency.maximum_line"
    at = words("time.moment", day=form.day(shape.maximum.start), clock=form.clock(shape.maximum.start))
    return {
        "efficiency.maximum": form.quantity(shape.maximum.value, "kW"),
        "efficiency.maximum.line": Shown(words(said, at=at)),
        "efficiency.factor": form.percent(shape.load_factor),
        "efficiency.factor.line": Shown(words("efficiency.factor_line", mean=form.quantity(shape.mean, "kW"))),
    }


def _running(edition: Edition, shape: LoadShape, hours: WorkingHours | None) -> dict[str, Shown]:
    words, form = edition.words, edition.format
    values = {
        "efficiency.base": form.quantity(shape.base, "kW"),
        "efficiency.base.line": Shown(words("efficiency.base_line", share=form.percent(shape.base_share))),
        "efficiency.night": form.quantity(shape.night, "kWh"),
        "efficiency.weekend": form.quantity(shape.weekend, "kWh"),
        "efficiency.known": _known(edition, shape.shares),
        "efficiency.hours": Shown(_hours(edition, hours)),
    }
    if shape.idle_waste is None:
        steady = Shown(words("efficiency.steady"), "", words("efficiency.steady_hint"), "missing")
        return values | {"efficiency.idle": steady, "efficiency.start": steady._replace(text=MISSING)}
    share = form.percent(shape.idle_waste / shape.energy if shape.energy > 0 else None)
    return values | {
        "efficiency.idle": form.quantity(shape.idle_waste, "kWh"),
        "efficiency.idle.line": Shown(words("efficiency.idle_line", share=share), title=_hours(edition, hours)),
        "efficiency.start": form.quantity(shape.start_up, "kWh"),
    }


def _cosine(edition: Edition, found: PowerFactor | None) -> dict[str, Shown]:
    if found is None or found.mean is None:
        line = Shown(edition.words("efficiency.cosine_none"))
        return {"efficiency.cosine": Shown(MISSING, state="missing"), "efficiency.cosine.line": line}
    reactive = edition.format.quantity(found.reactive, "kvarh")
    return {
        "efficiency.cosine": Shown(str(found.mean)),
        "efficiency.cosine.line": Shown(edition.words("efficiency.cosine_line", reactive=reactive)),
    }


def _known(edition: Edition, shares: Shares) -> Shown:
    percent = {name: f"{100 * share:.0f}" for name, share in shares._asdict().items()}
    text = edition.words("missing.partial", **percent)
    return Shown(text, state="warn" if shares.measured + shares.estimated < _FULL else "")


def _hours(edition: Edition, hours: WorkingHours | None) -> str:
    """Working hours in words, from the first to the last of a day, neighbouring days that are alike together."""
    if hours is None or hours.round_the_clock:
        return ""
    alike: list[tuple[int, int, str]] = []
    for weekday in range(7):
        stretches = hours.of_weekday(weekday)
        if not stretches:
            continue
        begin, end = stretches[0][0], stretches[-1][1]
        text = f"{begin // 60:02d}:{begin % 60:02d}\N{EN DASH}{end // 60:02d}:{end % 60:02d}"
        if alike and alike[-1][1:] == (weekday - 1, text):
            alike[-1] = (alike[-1][0], weekday, text)
        else:
            alike.append((weekday, weekday, text))
    said = [f"{_named(edition, first, last)} {text}" for first, last, text in alike]
    return edition.words("efficiency.hours", hours=edition.words("efficiency.comma").join(said)) if said else ""


def _named(edition: Edition, first: int, last: int) -> str:
    begin, end = (edition.words(f"weekday.{weekday + 1}") for weekday in (first, last))
    return begin if first == last else f"{begin}\N{EN DASH}{end}"


EFFICIENCY = View(
    "efficiency",
    efficiency_frame,
    title="efficiency.title",
    path="/efficiency",
    nav="efficiency",
    styles=("lists", "meter", "adopt", "efficiency"),
    parameters=("enterprise", "period"),
)
