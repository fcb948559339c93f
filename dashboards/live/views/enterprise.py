"""One enterprise: what it uses, how that compares, where it goes, and whether its meters are heard."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import EnterpriseNow, EnterprisePage
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import UnknownSubjectError, View
from dashboards.live.views import attention, curve, enterprise_heat, media, meter_tree, tiles
from dashboards.live.views.around import QUICK, around
from dashboards.live.views.sectors import sector_name


def enterprise_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """The enterprise now.

    Raises:
        UnknownSubjectError: if the park has no such enterprise.
    """
    if subject not in edition.park.enterprise_by_id:
        raise UnknownSubjectError(subject)
    now = figures.quick(figures.make.enterprise_now, QUICK, subject)
    page = figures.slow(figures.make.enterprise_page, subject)
    frame = around(edition, figures) | tiles.site_tiles(edition, now.power, page) | media.carriers(edition, now, page)
    frame |= Frame(_standing(edition, now, page), {"facts": _facts(edition, subject)})
    frame |= meter_tree.meters(edition, now)
    if page is not None:
        charts = {
            "today": curve.day(edition, page.curve, page.time),
            "heat": enterprise_heat.heat(edition, page.heat_map, page.curve.start),
        }
        frame |= Frame(charts=charts)
    return frame | attention.attention_list(edition, figures, enterprise=now)


def _standing(edition: Edition, now: EnterpriseNow, page: EnterprisePage | None) -> dict[str, Shown]:
    """Its place among the others, and against its own other days."""
    words = edition.words
    values = {
        "share": edition.format.percent(now.share, reason=words("missing.no_current")),
        "rank": Shown("") if now.rank is None else Shown(words("enterprise.rank", rank=now.rank, of=_count(edition))),
    }
    if page is not None and page.usual is not None:
        change = edition.format.change(page.energy.value, page.usual.value, against=words("change.usual"))
        values["usual"] = change._replace(title=words("park.usual_hint", n=page.usual.days))
    return values


def _count(edition: Edition) -> int:
    return len(edition.park.enterprises)


def _facts(edition: Edition, subject: str) -> Fragment:
    enterprise = edition.park.enterprise_by_id[subject]
    area = None if enterprise.area is None else edition.format.quantity(enterprise.area, "m2")
    html = edition.render(
        "parts/enterprise_facts.html",
        enterprise=enterprise,
        name=edition.name(enterprise.name, subject),
        sector=sector_name(edition, enterprise.sector),
        area=area,
    )
    return Fragment(subject, html)


ENTERPRISE = View(
    "enterprise",
    enterprise_frame,
    title="enterprise.title",
    path="/enterprise/{subject}",
    nav="enterprises",
    styles=("park", "lists", "enterprise"),
)
