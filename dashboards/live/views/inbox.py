"""The inbox of the engineer who connects meters: what is silent, what nobody assigned, what could not be read."""

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import Inbox, SilentMeter, UnassignedMeter
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import View
from dashboards.live.views.addresses import adopt_address, enterprise_address, meter_address
from dashboards.live.views.around import around
from dashboards.live.views.colours import colour_of
from dashboards.live.views.inbox_rejections import rejections
from dashboards.live.views.meter_row import table_row
from dashboards.live.views.meter_series import value_shown
from dashboards.live.views.meter_states import age_shown, state_shown
from dashboards.live.views.meter_tree import name_of, row_values
from dashboards.live.views.questions import question_count
from dashboards.live.views.recent_changes import listed

LISTED = 200
"""More silent or unassigned meters than this are counted, not listed."""
_SECTIONS = ("silent", "unassigned", "rejections")


def inbox_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """What waits now; before the first message the park's meters are no news."""
    del subject
    frame = around(edition, figures)
    found = figures.slow(figures.make.inbox)
    if found is None:
        return frame | Frame(fragments={section: Fragment("loading", "") for section in (*_SECTIONS, "changes")})
    counts = {
        "silent": len(found.silent),
        "unassigned": len(found.unassigned),
        "rejections": len(found.rejections) + len(found.topics),
    }
    frame |= Frame({f"inbox.{name}": _count(number) for name, number in counts.items()})
    broker = figures.status().broker
    heard = figures.quick(figures.make.park_now, 1_000).meters.fresh
    frame |= _silent(edition, found, heard=heard, broker=broker)
    frame |= _unassigned(edition, found, broker, adopts=figures.context.adoption is not None)
    frame |= listed(edition, figures) | question_count(figures)
    return frame | rejections(edition, found)


def _count(number: int) -> Shown:
    return Shown(str(number), state="warn") if number else Shown("")


def _silent(edition: Edition, inbox: Inbox, *, heard: int, broker: str) -> Frame:
    shown = inbox.silent[:LISTED] if heard or any(one.since is not None for one in inbox.silent) else ()
    values: dict[str, Shown] = {}
    for one in shown:
        state = state_shown(edition, one.row.state)
        if one.goodbye is not None:
            state = Shown(edition.words("inbox.goodbye"), title=edition.format.full(one.goodbye), state="alarm")
        values |= row_values(edition, one.row) | {
            f"m.{one.row.meter}.state": state,
            f"m.{one.row.meter}.since": age_shown(edition, one.goodbye or one.since),
        }
    frame = Frame(values)
    rows = [
        {
            "meter": one.row.meter,
            "name": name_of(edition, one.row.meter),
            "address": meter_address(one.row.meter),
            "where": _where(edition, one),
            "carrier": one.row.carrier,
            "colour": colour_of(one.row.carrier, one.row.role),
        }
        for one in shown
    ]
    html = edition.render(
        "parts/inbox_silent.html", frame, rows=rows, more=max(0, len(inbox.silent) - LISTED), heard=heard, broker=broker
    )
    version = (tuple(str(row) for row in rows), len(inbox.silent), heard if not rows else 0)
    return frame | Frame(fragments={"silent": Fragment(version, html)})


def _where(edition: Edition, silent: SilentMeter) -> tuple[str, str]:
    """The enterprise and its address; of the park's own meters the park."""
    enterprise = silent.row.enterprise
    if enterprise is None:
        return edition.words("park.the_park"), "/"
    return edition.name(edition.park.enterprise_by_id[enterprise].name, enterprise), enterprise_address(enterprise)


def _unassigned(edition: Edition, inbox: Inbox, broker: str, *, adopts: bool) -> Frame:
    shown = inbox.unassigned[:LISTED]
    values: dict[str, Shown] = {}
    for one in shown:
        values[f"u.{one.meter}.heard"] = age_shown(edition, one.last_heard)
        values |= {_key(one.meter, v.quantity, v.phase): value_shown(edition, v) for v in one.values}
    frame = Frame(values)
    html = edition.render(
        "parts/inbox_unassigned.html",
        frame,
        meters=[_stranger(one) for one in shown],
        more=max(0, len(inbox.unassigned) - LISTED),
        key=_key,
        broker=broker,
        adopts=adopts,
    )
    version = tuple((one.meter, one.first_heard, len(one.values)) for one in inbox.unassigned)
    return frame | Frame(fragments={"unassigned": Fragment(version, html)})


def _stranger(one: UnassignedMeter) -> dict[str, object]:
    return {
        "meter": one.meter,
        "address": meter_address(one.meter),
        "adopt": adopt_address(one.meter),
        "first": one.first_heard,
        "topic": None if one.raw is None else one.raw.topic,
        "values": one.values,
        "row": table_row(one.meter, one.values),
    }


def _key(meter: str, quantity: str, phase: str | None) -> str:
    return f"u.{meter}.{quantity}.{phase or 'total'}"


INBOX = View(
    "inbox", inbox_frame, title="inbox.title", path="/inbox", nav="inbox", styles=("lists", "meter", "inbox", "changes")
)
