"""Losses: every meter against those below it, how good the data are, and whether there are enough meters."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.losses import PERIODS
from dashboards.live.figures.quality import Judged
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View, asked_of, subject_of
from dashboards.live.views.around import around
from dashboards.live.views.losses_quality import coverage_table, mends, quality_table
from dashboards.live.views.losses_tree import called, tree, where
from parkwatt.accounting.balance import Verdict
from parkwatt.accounting.emissions import energy
from parkwatt.accounting.quality import Part
from parkwatt.readings import Millis

USUAL_DAYS = 30
_PARTS = ("choices", "where", "tree", "quality", "mends", "coverage")


def losses_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """Losses and quality of the days that were asked for."""
    asked = asked_of(subject)[1]
    days = next((one for one in PERIODS if str(one) == asked.get("days")), USUAL_DAYS)
    rows = "all" if asked.get("rows") == "all" else "nodes"
    frame = around(edition, figures)
    found = figures.slow(figures.make.losses, days)
    frame |= _choices(edition, days, rows, found)
    if found is None:
        return frame | Frame(fragments={part: Fragment("waiting", "") for part in _PARTS[1:]})
    if not found.used:
        html = edition.render("parts/losses_none.html")
        return frame | Frame(fragments={part: Fragment("none", html if part == "where" else "") for part in _PARTS[1:]})
    frame |= Frame(_tiles(edition, found)) | where(edition, found) | tree(edition, found, rows)
    return frame | quality_table(edition, found) | mends(edition, found) | coverage_table(edition)


def _choices(edition: Edition, days: int, rows: str, found: Judged | None) -> Frame:
    def link(days: int, rows: str) -> dict[str, str]:
        subject = subject_of("", {"days": str(days)} | ({"rows": rows} if rows == "all" else {}))
        return {"subject": subject, "href": f"/losses{subject}"}

    html = edition.render(
        "parts/losses_choices.html",
        days=days,
        rows=rows,
        periods=[(one, link(one, rows)) for one in PERIODS],
        kinds=[(one, link(days, one)) for one in ("nodes", "all")],
        span=None if found is None else [_day(edition, found.span.start), _day(edition, found.span.end - 1)],
    )
    return Frame(fragments={"choices": Fragment(html, html)})


def _day(edition: Edition, time: Millis) -> str:
    return f"{edition.format.local(time):%Y-%m-%d}"


def _tiles(edition: Edition, found: Judged) -> dict[str, Shown]:
    words, park = edition.words, edition.park
    lost = 0.0
    places = 0
    for balance in found.balances:
        content = energy(park.meter_by_id[balance.meter].carrier)
        if balance.verdict is Verdict.LOSS:
            places += 1
            lost += balance.beyond * (content.per_unit if content else 0.0)
    undecided = sum(balance.verdict is Verdict.UNDECIDED for balance in found.balances)
    values = {
        "losses.lost": edition.format.quantity(lost, "kWh"),
        "losses.lost.line": Shown(words("losses.lost_line", n=places)),
        "losses.undecided": Shown(
            str(undecided),
            words("losses.of_nodes", n=len(found.balances)),
            words("losses.undecided_hint"),
            "warn" if undecided else "",
        ),
        "losses.undecided.line": Shown(words("losses.undecided_line") if undecided else ""),
    }
    if found.park is None:
        return values
    quality = found.park
    mains = quality.all_meters if quality.mains is None else quality.mains
    line = Shown(words("losses.score_line", all=f"{quality.all_meters:.0f}", mains=f"{mains:.0f}"))
    if quality.missing_mains:
        line = Shown(
            words(
                "losses.missing_mains",
                meters=words("losses.comma").join(called(edition, m) for m in quality.missing_mains),
            ),
            state="warn",
        )
    return values | {
        "losses.score": Shown(f"{quality.score:.0f}", words("losses.of_100"), f"{quality.score:.2f}"),
        "losses.score.line": line,
        "losses.measured": edition.format.percent(quality.parts[Part.COMPLETENESS]),
        "losses.measured.line": Shown(words("losses.measured_line", n=len(quality.flagged))),
    }


LOSSES = View(
    "losses",
    losses_frame,
    title="losses.title",
    path="/losses",
    nav="losses",
    styles=("lists", "meter", "enterprise", "losses"),
    parameters=("days", "rows"),
)
