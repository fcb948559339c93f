"""Analysis: any period against any other, in groups, with every chart as picture and data."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View, asked_of
from dashboards.live.views.analysis_asked import PARAMETERS, read
from dashboards.live.views.analysis_charts import charts, no_charts
from dashboards.live.views.analysis_head import head
from dashboards.live.views.analysis_table import table, tiles
from dashboards.live.views.around import around


def analysis_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """What was asked for."""
    today = edition.format.local(figures.now()).date()
    asked = read(edition.park, asked_of(subject)[1], today)
    page = figures.slow(figures.make.analysis, asked)
    frame = around(edition, figures) | head(edition, asked, today)
    if page is None:
        html = edition.render("parts/analysis_waiting.html")
        return frame | Frame(fragments={"none": Fragment(html, html)})
    if page.found is None or page.empty:
        html = edition.render("parts/analysis_none.html", too_long=page.too_long)
        nothing = {"none": Fragment(html, html), "table": Fragment("none", "")}
        return frame | Frame(fragments=nothing) | no_charts()
    frame |= Frame(fragments={"none": Fragment("", "")})
    return frame | tiles(edition, asked, page.found) | table(edition, asked, page.found) | charts(edition, asked, page)


ANALYSIS = View(
    "analysis",
    analysis_frame,
    title="analysis.title",
    path="/analysis",
    nav="analysis",
    styles=("lists", "meter", "enterprise", "analysis"),
    parameters=PARAMETERS,
)
