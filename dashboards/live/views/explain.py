"""Where a figure comes from: the chain, level by level, down to the messages."""

from collections.abc import Iterator, Mapping

from dashboards.live.drawings import Drawings
from dashboards.live.edition import Edition
from dashboards.live.explain_links import explain_api, explain_page
from dashboards.live.figure_cache import FigureCache
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View, asked_of
from dashboards.live.views.around import around
from dashboards.live.views.explain_asked import PARAMETERS, read, whole
from parkwatt.explaining import Chain, Depth, NoFigureError, Question, Step
from parkwatt.explaining.asking import FIELDS
from parkwatt.explaining.chain import Level
from parkwatt.explaining.outline import outline, verdict
from parkwatt.explaining.phrases import Phrase
from parkwatt.explaining.since import told
from parkwatt.park import Park
from parkwatt.readings import to_iso

_OPEN = frozenset({Level.FIGURE, Level.TOTAL})
_FEW = 8
"""A step with no more parts than this is open from the beginning, unless it is one of more itself."""
_DRAWN: Drawings[Chain] = Drawings()
"""A chain is worked out again every few minutes, and the page looked at several times a second."""


def explain_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """The chain that an address asks for."""
    asked = whole(edition.park, asked_of(subject)[1], figures.now())
    frame = around(edition, figures)
    try:
        question = read(edition.park, asked)
    except NoFigureError as error:
        return frame | _without(edition, asked, error.said)
    found = figures.slow(figures.make.explain, question)
    if found is None or found.chain is None:
        return frame | _without(edition, asked, None if found is None else found.refusal, question)
    chain = found.chain
    sentence = told(chain, found.since)
    running = Shown("" if sentence is None else sentence.said(edition.language))
    way = (edition.language, *asked.items())
    drawn = _DRAWN.of(chain, way, lambda: _chain(edition, asked, question, chain, running))
    return frame | Frame({"explain.running": running}, {"chain": drawn})


def _chain(edition: Edition, asked: Mapping[str, str], question: Question, chain: Chain, running: Shown) -> str:
    """A chain as HTML; what runs on begins with what is known of it now, and is told anew by its own key."""
    return edition.render(
        "parts/explain_chain.html",
        Frame({"explain.running": running}),
        figures=_figures(edition.park, asked),
        wider=list(_wider(edition, asked, question)),
        json=explain_api(asked, depth=chain.depth.name.lower(), lang=edition.language),
        top=_step(edition, asked, chain.figure, chain.depth),
        verdict=verdict(chain, edition.language),
        agrees=not chain.differing,
    )


def _without(
    edition: Edition, asked: Mapping[str, str], refusal: Phrase | None, question: Question | None = None
) -> Frame:
    """Why there is no chain; without a reason it is on its way."""
    html = edition.render(
        "parts/explain_none.html",
        figures=_figures(edition.park, asked),
        wider=list(_wider(edition, asked, question)),
        refusal="" if refusal is None else refusal.said(edition.language),
    )
    return Frame(fragments={"chain": Fragment(html, html)})


def _figures(park: Park, asked: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """What else can be asked of the same: names, addresses, and whether it is what was asked."""
    one = asked.keys() & {"meter", "carrier"} or len({meter.carrier for meter in park.carrier_meters}) == 1
    names = [name for name in FIELDS if one or name != "amount"]  # amounts of several carriers do not add up
    return [(name, explain_page(asked, what=name), name == asked["what"]) for name in names]


def _wider(edition: Edition, asked: Mapping[str, str], question: Question | None) -> Iterator[tuple[str, str]]:
    """From a quarter-hour to its day, from a day to its month: names and addresses."""
    if question is not None and asked.keys() & {"at", "day"}:
        day = f"{edition.format.local(question.stretch.start):%Y-%m-%d}"
        if "at" in asked:
            yield day, explain_page(asked, day=day)
        yield day[:7], explain_page(asked, month=day[:7])
    if asked.get("enterprise") or asked.get("meter"):
        yield edition.words("explain.park"), explain_page(asked, enterprise="", meter="")


def _step(edition: Edition, asked: Mapping[str, str], step: Step, depth: Depth, *, among: int = 1) -> dict[str, object]:
    """A step and all below it; one of very many is folded, unless something below it differs."""
    said, few = outline(step, edition.language), among <= _FEW and len(step.children) <= _FEW
    children = [_step(edition, asked, child, depth, among=len(step.children)) for child in step.children]
    sound = said.agrees and all(child["sound"] for child in children)
    return {
        "level": step.level,
        "title": said.title,
        "result": _taken_off(said.result) if (step.weight or 0.0) < 0 and step.result else said.result,
        "check": said.check,
        "agrees": said.agrees,
        "sound": sound,
        "beside": said.beside,
        "children": children,
        "open": few or step.level in _OPEN or not sound,
        "deeper": _deeper(edition, asked, step, depth),
    }


def _taken_off(result: str) -> str:
    """A number that its parent subtracts."""
    return f"\N{MINUS SIGN} ({result})" if result.startswith("-") else f"\N{MINUS SIGN} {result}"


def _deeper(edition: Edition, asked: Mapping[str, str], step: Step, depth: Depth) -> str:
    """The page that goes on where this one ends."""
    if step.meter is not None and depth < Depth.DAYS:
        return explain_page(asked, enterprise="", meter=step.meter)
    if step.start is None:
        return ""
    if step.level is Level.DAY and depth < Depth.INTERVALS:
        return explain_page(asked, day=f"{edition.format.local(step.start):%Y-%m-%d}")
    if step.level is Level.INTERVAL and depth < Depth.READINGS:
        return explain_page(asked, at=to_iso(step.start))
    return ""


EXPLAIN = View(
    "explain",
    explain_frame,
    title="explain.title",
    path="/explain",
    styles=("lists", "meter", "explain"),
    parameters=PARAMETERS,
)
