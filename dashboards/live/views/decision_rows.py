"""What was decided about registers, and what is said of them: rows of tables."""

from collections.abc import Iterable, Sequence

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.meter_tree import name_of
from dashboards.live.views.meter_values import exact
from parkwatt.accounting.happenings import Basis, Happening
from parkwatt.deciding import decision_id
from parkwatt.park.events import MeterEvent
from parkwatt.park.times import wall_clock
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis
from parkwatt.store.derived import Happened

LISTED = 100
"""Decisions that are listed, the newest."""
_DECIMALS = 6
"""Accounting counts in multiples of 2^-24; more digits show only that."""
_LEFT_OUT = frozenset({Happening.DIP, Happening.SPIKE, Happening.IGNORE, Happening.CLOCK})
_LOOKS = {Basis.DECLARED: "good", Basis.EVIDENCE: "missing", Basis.OPEN: "warn"}


def decisions(edition: Edition, figures: FigureCache, *, meter: str | None = None) -> Frame:
    """What people decided about registers, the newest first, each with the way back."""
    zone = edition.park.zone
    made = [event for event in edition.park.events if meter in {None, event.meter}]
    made.sort(key=lambda event: wall_clock(event.time, zone), reverse=True)
    html = edition.render(
        "parts/decisions.html",
        rows=[decision_row(edition, event) for event in made[:LISTED]],
        more=max(0, len(made) - LISTED),
        here=meter is not None,
        decides=figures.context.recording is not None,
    )
    return Frame(fragments={"decisions": Fragment(html, html)})


def decision_row(edition: Edition, event: MeterEvent) -> dict[str, object]:
    """A decision: what, when, with which values, why and by whom."""
    time = wall_clock(event.time, edition.park.zone)
    return {
        "id": decision_id(event),
        "meter": event.meter,
        "name": name_of(edition, event.meter),
        "address": meter_address(event.meter),
        "kind": edition.words(f"happening.{event.kind}"),
        "time": _moment(edition, time),
        "title": edition.format.full(time),
        "until": None if event.until is None else _moment(edition, wall_clock(event.until, edition.park.zone)),
        "values": _values(edition, event),
        "reason": event.reason,
        "by": event.by,
        "withdrawn": event.withdrawn,
    }


def _values(edition: Edition, event: MeterEvent) -> list[str]:
    """What it says beside its time, in words."""
    meter = edition.park.meter_by_id[event.meter]
    unit = QUANTITIES[event.quantity or meter.medium.register].unit
    found = [
        edition.words(f"questions.value.{name}", value=exact(value, unit))
        for name, value in (("old_final", event.old_final), ("new_initial", event.new_initial))
        if value is not None
    ]
    if event.ratio_before is not None and event.ratio_after is not None:
        ratios = (f"{ratio:g}" for ratio in (event.ratio_before, event.ratio_after))
        found.append(edition.words("questions.value.ratio", **dict(zip(("before", "after"), ratios, strict=True))))
    if event.shift:
        found.append(edition.words("questions.value.shift", seconds=f"{event.shift:+g}"))
    return found


def log(edition: Edition, figures: FigureCache, meter: str) -> Frame:
    """What happened to the registers of a meter: declared, told by evidence, or open."""
    found = figures.slow(figures.make.register_log, meter)
    if found is None:
        return Frame(fragments={"log": Fragment("waiting", "")})
    several = len({event.quantity for event in found}) > 1
    html = edition.render("parts/register_log.html", rows=list(_rows(edition, found)), several=several)
    return Frame(fragments={"log": Fragment(html, html)})


def _rows(edition: Edition, found: Sequence[Happened]) -> Iterable[dict[str, object]]:
    for event in found:
        unit = QUANTITIES[event.quantity].unit
        yield {
            "time": _moment(edition, event.time),
            "title": edition.format.full(event.time),
            "kind": edition.words(f"happening.{event.kind}"),
            "hint": edition.words(f"happening_hint.{event.kind}"),
            "basis": Shown(
                edition.words(f"basis.{event.basis}"),
                title=edition.words(f"basis_hint.{event.basis}"),
                state=_LOOKS[Basis(event.basis)],
            ),
            "quantity": edition.words(f"quantity.{event.quantity}"),
            "before": exact(round(event.before, _DECIMALS), unit),
            "after": exact(round(event.after, _DECIMALS), unit),
            "used": _used(edition, event, unit),
            "reason": event.reason,
        }


def _used(edition: Edition, event: Happened, unit: str) -> Shown:
    """What counts across it; nothing is to be said where readings are only left out or moved."""
    if event.used is None and event.kind in _LEFT_OUT:
        return Shown("")
    used = None if event.used is None else round(event.used, _DECIMALS)
    return exact(used, unit, reason=edition.words("questions.not_known"))


def _moment(edition: Edition, time: Millis) -> str:
    """Date and clock; events may be years old."""
    return f"{edition.format.local(time):%Y-%m-%d %H:%M}"
