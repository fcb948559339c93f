"""One meter: what it says, what it said, how sure that is, and everything an engineer needs to find out why."""

from typing import NamedTuple

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import MeterNow, MeterPage, Value
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import UnknownSubjectError, View, asked_of
from dashboards.live.views import meter_curve, meter_facts, meter_payload, meter_series
from dashboards.live.views.addresses import adopt_address
from dashboards.live.views.around import QUICK, around
from dashboards.live.views.decision_rows import decisions, log
from dashboards.live.views.meter_curve import Choice
from dashboards.live.views.meter_row import table_row
from dashboards.live.views.meter_states import age_shown, state_shown
from dashboards.live.views.meter_tree import row_values
from dashboards.live.views.questions import questions
from dashboards.live.views.recent_changes import of_meter
from dashboards.live.views.tiles import amount_shown


class _Subject(NamedTuple):
    """A meter, and which of its curves is looked at."""

    meter: str
    hours: int
    quantity: str | None

    @classmethod
    def of(cls, subject: str) -> "_Subject":
        """What the address asks for; what it asks wrongly is as if it did not ask."""
        meter, asked = asked_of(subject)
        hours = next((one for one in meter_curve.RANGES if str(one) == asked.get("hours")), meter_curve.USUAL_RANGE)
        return cls(meter, hours, asked.get("quantity"))


def meter_frame(edition: Edition, figures: FigureCache, subject: str) -> Frame:
    """The meter now.

    Raises:
        UnknownSubjectError: if the park file does not name it and it was never heard.
    """
    meter, hours, wanted = _Subject.of(subject)
    known = meter in edition.park.meter_by_id
    if not known and meter not in figures.context.live.heard:
        raise UnknownSubjectError(meter)
    now = figures.quick(figures.make.meter_now, QUICK, meter)
    choice = Choice.of(edition, now, hours=hours, quantity=wanted)
    page = figures.slow(figures.make.meter_page, meter, hours=hours, quantity=choice.quantity)
    frame = around(edition, figures) | Frame(_tiles(edition, now, page))
    frame |= meter_curve.curve(edition, choice, now, page) | meter_series.series(edition, now)
    frame |= meter_facts.facts(edition, meter, now)
    frame |= meter_payload.messages(edition, now.raw)
    if known:
        frame |= questions(edition, figures, meter=meter)
        frame |= decisions(edition, figures, meter=meter) | log(edition, figures, meter)
        return frame | of_meter(edition, figures, meter)
    return frame | _advice(edition, meter, now.values, adopts=figures.context.adoption is not None)


def _tiles(edition: Edition, now: MeterNow, page: MeterPage | None) -> dict[str, Shown]:
    row = row_values(edition, now.row)
    start = f"m.{now.row.meter}."
    return {
        **{key.removeprefix(start): shown for key, shown in row.items()},
        "flow.age": age_shown(edition, now.row.flow_time),
        "register.age": age_shown(edition, now.row.register_time),
        "state": state_shown(edition, now.row.state),
        **_clock(edition, now),
        **_today(edition, page),
    }


def _clock(edition: Edition, now: MeterNow) -> dict[str, Shown]:
    words = edition.words
    if now.clock_off is not None:
        key = "meter.clock_behind" if now.clock_off > 0 else "meter.clock_ahead"
        duration = edition.format.duration(abs(now.clock_off))
        return {"clock": Shown(words(key, duration=duration), title=words("meter.clock_hint"), state="warn")}
    sources = {value.time_source for value in now.values}
    if not sources:
        return {"clock": Shown("")}
    return {"clock": Shown(words("meter.clock_own" if "device" in sources else "meter.clock_none"))}


def _today(edition: Edition, page: MeterPage | None) -> dict[str, Shown]:
    """What its register counted today, and how much of it was measured."""
    if page is None or page.consumption is None:
        return {}
    used, before = page.consumption, page.consumption_yesterday
    against = edition.words("change.yesterday_until_now")
    parts = {"measured": used.measured, "estimated": used.estimated, "missing": used.missing}
    shares = {f"quality.{name}": edition.format.percent(share) for name, share in parts.items()}
    return {
        "today": amount_shown(edition, used, page.unit),
        "today.change": edition.format.change(used.value, None if before is None else before.value, against=against),
        **shares,
    }


def _advice(edition: Edition, meter: str, values: tuple[Value, ...], *, adopts: bool) -> Frame:
    html = edition.render(
        "parts/meter_advice.html",
        row=table_row(meter, values),
        meter=meter,
        address=adopt_address(meter),
        adopts=adopts,
    )
    return Frame(fragments={"advice": Fragment(html, html)})


METER = View(
    "meter",
    meter_frame,
    title="meter.title",
    path="/meter/{subject:path}",
    styles=("lists", "meter", "changes", "questions"),
    parameters=("hours", "quantity"),
)
