"""Where a figure comes from: the chain, level by level, down to the messages."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View, asked_of
from dashboards.live.views.around import around
from dashboards.live.views.explain_asked import PARAMETERS, address, moment_address, read
from parkwatt.explaining import Chain, Depth, NoFigureError, Step
from parkwatt.explaining.asking import FIELDS
from parkwatt.explaining.chain import Level
from parkwatt.explaining.outline import outline, verdict

_OPEN = frozenset({Level.FIGURE, Level.TOTAL})
_PARTS_OPEN = 8
"""A level with no more parts than this is open from the beginning."""


def explain_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """The chain that an address asks for."""
    asked = asked_of(subject)[1]
    frame = around(edition, figures)
    try:
        question = read(edition.park, asked, figures.now())
    except NoFigureError as error:
        return frame | _page(edition, asked, refusal=str(error))
    found = figures.slow(figures.make.explain, question)
    if found is None:
        return frame | _page(edition, asked, waiting=True)
    if found.chain is None:
        return frame | _page(edition, asked, refusal=found.refusal)
    return frame | _page(edition, asked, chain=found.chain)


def _page(
    edition: Edition, asked: Mapping[str, str], *, chain: Chain | None = None, refusal: str = "", waiting: bool = False
) -> Frame:
    html = edition.render(
        "parts/explain_chain.html",
        figures=[(name, address(asked, what=name), name == (asked.get("what") or "kwh")) for name in FIELDS],
        wider=list(_wider(edition, asked)),
        json=f"/api/v1/explain?{urlencode({'what': 'kwh', **asked, 'lang': edition.language})}",
        top=None if chain is None else _step(edition, asked, chain.figure, chain.depth),
        verdict="" if chain is None else verdict(chain, edition.language),
        agrees=chain is None or not chain.differing,
        refusal=refusal,
        waiting=waiting,
    )
    return Frame(fragments={"chain": Fragment(html, html)})


def _wider(edition: Edition, asked: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """From a quarter-hour to its day, from a day to its month: names and addresses."""
    text = asked.get("at", "")[:10] or asked.get("day", "")
    if asked.get("at"):
        yield text, address(asked, day=text)
    if len(text) == len("2026-07-15"):
        yield text[:7], address(asked, month=text[:7])
    if asked.get("enterprise") or asked.get("meter"):
        yield edition.words("explain.park"), address({**asked, "enterprise": "", "meter": ""})


def _step(edition: Edition, asked: Mapping[str, str], step: Step, depth: Depth) -> dict[str, object]:
    said = outline(step, edition.language)
    return {
        "level": step.level,
        "title": said.title,
        "result": said.result,
        "check": said.check,
        "agrees": said.agrees,
        "beside": said.beside,
        "children": [_step(edition, asked, child, depth) for child in step.children],
        "open": step.level in _OPEN or 0 < len(step.children) <= _PARTS_OPEN,
        "deeper": _deeper(edition, asked, step, depth),
    }


def _deeper(edition: Edition, asked: Mapping[str, str], step: Step, depth: Depth) -> str:
    """The page that goes on where this one ends."""
    if step.meter is not None and depth < Depth.DAYS:
        return address({**asked, "enterprise": ""}, meter=step.meter)
    if step.start is None:
        return ""
    if step.level is Level.DAY and depth < Depth.INTERVALS:
        return address(asked, day=f"{edition.format.local(step.start):%Y-%m-%d}")
    if step.level is Level.INTERVAL and depth < Depth.READINGS:
        return moment_address(asked, step.start)
    return ""


EXPLAIN = View(
    "explain",
    explain_frame,
    title="explain.title",
    path="/explain",
    styles=("lists", "meter", "explain"),
    parameters=PARAMETERS,
)
