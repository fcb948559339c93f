"""The tree of balances, and the places where something is lost."""

from collections.abc import Iterator, Sequence
from math import fsum, isnan

from dashboards.live.edition import Edition
from dashboards.live.explain_links import explain_page
from dashboards.live.figures.quality import Judged
from dashboards.live.format import MISSING, Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.colours import colour_of
from dashboards.live.views.meter_tree import name_of
from parkwatt.accounting.balance import Balance, Verdict, ranked
from parkwatt.accounting.intervals import Intervals
from parkwatt.park import Meter
from parkwatt.quantities import QUANTITIES

PLACES = 8
"""Places that are listed."""
LISTED = 1_000
"""Rows of the tree, at most."""
_NAMED = 3
"""Meters that are named before the others are counted."""
_LOOKS = {
    Verdict.WITHIN: "good",
    Verdict.LOSS: "warn",
    Verdict.SURPLUS: "warn",
    Verdict.UNMETERED: "missing",
    Verdict.UNDECIDED: "missing",
    Verdict.BY_FORMULA: "missing",
}


def where(edition: Edition, found: Judged) -> Frame:
    """The places whose gap is beyond its uncertainty, the largest energy first."""
    places = [
        {"meter": balance.meter, "address": meter_address(balance.meter), "text": _told(edition, balance)}
        for balance in ranked(edition.park, found.balances)[:PLACES]
    ]
    assumed = {meter for balance in found.balances for meter in balance.assumed}
    html = edition.render("parts/losses_where.html", places=places, assumed=len(assumed))
    return Frame(fragments={"where": Fragment(html, html)})


def tree(edition: Edition, found: Judged, rows: str) -> Frame:
    """A row per meter: `nodes` have meters below them, `all` are all of them."""
    by_meter = {balance.meter: balance for balance in found.balances}
    walked = [
        (meter, depth)
        for top in edition.park.children(None)
        for meter, depth in _walk(edition, top, 0)
        if rows == "all" or meter.id in by_meter
    ]
    days = [f"{edition.format.local(time):%Y-%m-%d}" for time in found.span]
    span = dict(zip(("from", "to"), days, strict=True))
    lines = [
        {
            "id": meter.id,
            "name": name_of(edition, meter.id),
            "address": meter_address(meter.id),
            "why": explain_page(span, what="amount", meter=meter.id),
            "depth": depth,
            "colour": colour_of(meter.carrier, meter.role),
            **_cells(edition, meter, by_meter.get(meter.id), found.used.get(meter.id)),
        }
        for meter, depth in walked[:LISTED]
    ]
    html = edition.render("parts/losses_tree.html", lines=lines, more=max(0, len(walked) - LISTED))
    return Frame(fragments={"tree": Fragment(html, html)})


def _walk(edition: Edition, meter: Meter, depth: int) -> Iterator[tuple[Meter, int]]:
    yield meter, depth
    for child in edition.park.children(meter.id):
        yield from _walk(edition, child, depth + 1)


def _cells(edition: Edition, meter: Meter, balance: Balance | None, used: Intervals | None) -> dict[str, object]:
    quantity, unit = edition.format.quantity, QUANTITIES[meter.medium.register].unit
    if balance is None:
        known = [] if used is None else used.amount[used.counted > 0].tolist()
        empty = Shown("")
        amount = quantity(fsum(known) if known else None, unit)
        return {"amount": amount, "verdict": empty, "notes": [], "below": None}
    words = edition.words
    share = edition.format.percent(balance.gap_share if balance.compared else None)
    notes = [_lack(edition, balance, n) for n in range(min(_NAMED, len(balance.lacks)))]
    if balance.through:
        notes.append(words("losses.through", meters=_several(edition, balance.through)))
    if balance.verdict in {Verdict.LOSS, Verdict.SURPLUS, Verdict.WITHIN} and balance.assumed:
        notes.append(words("losses.assumed", n=len(balance.assumed)))
    return {
        "amount": quantity(balance.amount, unit),
        "below": quantity(fsum(balance.parts.values()), unit),
        "gap": quantity(balance.gap, unit),
        "share": share,
        "uncertainty": quantity(balance.uncertainty, unit),
        "verdict": Shown(
            words(f"losses.verdict.{balance.verdict}"),
            title=words(f"losses.verdict_hint.{balance.verdict}"),
            state=_LOOKS[balance.verdict],
        ),
        "notes": notes,
    }


def _lack(edition: Edition, balance: Balance, number: int) -> str:
    lack = balance.lacks[number]
    share = f"{100 * lack.share:.0f}"
    return edition.words(f"losses.lack.{lack.kind}", meter=called(edition, lack.meter), share=share)


def _told(edition: Edition, balance: Balance) -> str:
    """One place in a sentence."""
    unit = QUANTITIES[edition.park.meter_by_id[balance.meter].medium.register].unit
    amounts = {"gap": abs(balance.gap), "beyond": balance.beyond}
    shown = {name: MISSING if isnan(a) else str(edition.format.quantity(a, unit)) for name, a in amounts.items()}
    below = _several(edition, tuple(balance.parts))
    kind = "loss" if balance.verdict is Verdict.LOSS else "surplus"
    return edition.words(f"losses.where_{kind}", meter=called(edition, balance.meter), below=below, **shown)


def called(edition: Edition, meter: str) -> str:
    """A meter's name with its id: names may stand twice."""
    name = name_of(edition, meter)
    return meter if name == meter else edition.words("losses.called", name=name, id=meter)


def _several(edition: Edition, meters: Sequence[str]) -> str:
    """Some meters by name, the others as a number."""
    first = edition.words("losses.comma").join(called(edition, meter) for meter in meters[:_NAMED])
    more = len(meters) - _NAMED
    return edition.words("losses.and_more", first=first, n=more) if more > 0 else first
