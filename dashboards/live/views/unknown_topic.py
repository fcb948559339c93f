"""A topic that nothing understands: its last messages, its numbers with guesses, and the form that teaches Parkwatt."""

from collections.abc import Iterable
from typing import NamedTuple

from dashboards.live.edition import Edition, embedded
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import TopicPage
from dashboards.live.format import spelled
from dashboards.live.frame import Fragment, Frame
from dashboards.live.remarks import said
from dashboards.live.view import View, asked_of
from dashboards.live.views.around import around
from dashboards.live.views.meter_payload import readable
from parkwatt.onboarding import BESIDE_VALUES, Leaf, Proposal, Remark
from parkwatt.quantities import PHASES, QUANTITIES, Kind, known_units

SURE, LIKELY = 0.85, 0.6
"""From these confidences on a guess is called sure (and filled in beforehand) or likely."""
MESSAGES_SHOWN = 8


class _Row(NamedTuple):
    """A number of the messages as the form shows it.

    Attributes:
        leaf: the number.
        certainty: `sure`, `likely` or `unsure`; empty without a guess.
        chosen: the quantity that is filled in beforehand; empty for none.
        reasons, warnings: as sentences.
    """

    leaf: Leaf
    certainty: str
    chosen: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


def unknown_topic_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """What is known of the topic now; the form is made once and then belongs to whoever fills it in."""
    topic = asked_of(subject)[1].get("topic", "")
    page = figures.slow(figures.make.unknown_topic, topic)
    frame = around(edition, figures)
    if page is None:
        return frame | Frame(fragments={"teach": Fragment("loading", "")})
    return frame | _teach(edition, topic, page) | _messages(edition, page.proposal)


def _teach(edition: Edition, topic: str, page: TopicPage) -> Frame:
    proposal = page.proposal
    if proposal is None or not proposal.leaves:
        html = edition.render(
            "parts/teach_nothing.html", topic=topic, obstacle=page.obstacle, says=_says(edition, page)
        )
        return Frame(fragments={"teach": Fragment(html, html)})
    rows = [_row(edition, leaf) for leaf in proposal.leaves]
    html = edition.render(
        "parts/teach_form.html",
        proposal=proposal,
        rows=rows,
        remarks=_said(edition, proposal.remarks),
        quantities=tuple(QUANTITIES),
        beside=BESIDE_VALUES,
        phases=PHASES,
        kinds=tuple(Kind),
        zone=edition.park.time_zone,
        zones=sorted({"UTC", "Asia/Shanghai", edition.park.time_zone}),
        choices=embedded(
            {
                "language": edition.language,
                "zone": edition.park.time_zone,
                "units": {name: list(known_units(name)) for name in QUANTITIES},
                "spelled": {quantity.unit: spelled(quantity.unit) for quantity in QUANTITIES.values()},
                "words": edition.words.section("teach"),
                "guesses": {row.leaf.path: _guess(row.leaf) for row in rows},
                "likely": [row.leaf.path for row in rows if row.certainty in {"sure", "likely"} and not row.warnings],
            }
        ),
    )
    return Frame(fragments={"teach": Fragment(("form", proposal.topic), html)})


def _says(edition: Edition, page: TopicPage) -> tuple[str, ...]:
    return _said(edition, page.proposal.remarks) if page.proposal is not None else ()


def _said(edition: Edition, remarks: Iterable[Remark]) -> tuple[str, ...]:
    return tuple(said(edition.words, remark) for remark in remarks)


def _row(edition: Edition, leaf: Leaf) -> _Row:
    certainty = ""
    if leaf.quantity is not None:
        certainty = "sure" if leaf.confidence >= SURE else "likely" if leaf.confidence >= LIKELY else "unsure"
    chosen = leaf.quantity or "" if certainty == "sure" and not leaf.warnings else ""
    return _Row(leaf, certainty, chosen, _said(edition, leaf.reasons), _said(edition, leaf.warnings))


def _guess(leaf: Leaf) -> dict[str, str]:
    """What choosing the guess fills in."""
    return {
        "quantity": leaf.quantity or "",
        "phase": leaf.phase or "",
        "unit": leaf.unit or "",
        "kind": leaf.kind or "",
        "factor": "" if leaf.factor == 1 else f"{leaf.factor:g}",
        "channel": leaf.channel or "",
    }


def _messages(edition: Edition, proposal: Proposal | None) -> Frame:
    kept = () if proposal is None else proposal.messages[:MESSAGES_SHOWN]
    shown = [(message, readable(message.payload)) for message in kept]
    html = edition.render("parts/teach_messages.html", messages=shown)
    return Frame(fragments={"last": Fragment(kept, html)})


UNKNOWN_TOPIC = View(
    "unknown_topic",
    unknown_topic_frame,
    title="teach.title",
    path="/inbox/topic",
    nav="inbox",
    styles=("lists", "meter", "teach"),
    parameters=("topic",),
)
