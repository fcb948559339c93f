"""The curve of a meter: one quantity over a range of time, with every gap named and the newest value appended."""

from collections.abc import Iterator
from typing import NamedTuple

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import Curve, MeterNow, MeterPage, MeterState, Value
from dashboards.live.format import spelled
from dashboards.live.frame import Fragment, Frame
from dashboards.live.view import subject_of
from dashboards.live.views.addresses import meter_address
from parkwatt.park import CARRIERS
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis

RANGES = (1, 6, 24, 168, 720)
"""How far back one can look [h]."""
USUAL_RANGE = 24
_HOUR: Millis = 3_600_000
_DENSE: Millis = 60_000
"""Up to this step [ms] new values are appended one by one; of a coarser curve only the newest is."""
_QUIET: Millis = 900_000
"""No value for so long [ms] at either end of the curve is a gap as well."""
_FIGURES = 6
"""Significant figures of a point: a chart shows no more."""


class Choice(NamedTuple):
    """What is looked at.

    Attributes:
        meter: id.
        hours: how far back.
        quantity: which one.
        quantities: those there are to choose from.
    """

    meter: str
    hours: int
    quantity: str
    quantities: tuple[str, ...]

    @classmethod
    def of(cls, edition: Edition, now: MeterNow, *, hours: int, quantity: str | None) -> "Choice":
        """The quantity that was asked for, else the flow, else the first there is."""
        meter = now.row.meter
        found = tuple(value.quantity for value in now.values if value.phase is None)
        known = edition.park.meter_by_id.get(meter)
        flow = CARRIERS[now.row.carrier].flow if known is None else known.medium.flow
        chosen = next((one for one in (quantity, flow) if one in found), found[0] if found else flow)
        return cls(meter, hours, str(chosen), found)

    def link(self, **other: object) -> dict[str, str]:
        """Where another choice is: its address, and its subject for turning in place."""
        asked = {"hours": str(other.get("hours", self.hours)), "quantity": str(other.get("quantity", self.quantity))}
        query = subject_of("", asked)
        return {"href": f"{meter_address(self.meter)}{query}", "subject": f"{self.meter}{query}"}


def curve(edition: Edition, choice: Choice, now: MeterNow, page: MeterPage | None) -> Frame:
    """The chart, and the buttons that choose what it shows."""
    frame = Frame(fragments={"choices": _choices(edition, choice)})
    if page is None:
        return frame
    newest = next((v for v in now.values if v.quantity == choice.quantity and v.phase is None), None)
    frame |= Frame(charts={"curve": _chart(edition, choice, page, newest, quiet=now.row.state is not MeterState.FRESH)})
    if newest is not None and newest.time > page.time - choice.hours * _HOUR:
        frame |= Frame(charts={"curve.live": {"point": [newest.time, newest.value]}})
    return frame


def _choices(edition: Edition, choice: Choice) -> Fragment:
    ranges = [(hours, choice.link(hours=hours)) for hours in RANGES]
    quantities = [(quantity, choice.link(quantity=quantity)) for quantity in choice.quantities]
    return Fragment(
        choice, edition.render("parts/meter_choices.html", choice=choice, ranges=ranges, quantities=quantities)
    )


def _chart(
    edition: Edition, choice: Choice, page: MeterPage, newest: Value | None, *, quiet: bool
) -> dict[str, object]:
    """Data of a chart of kind `curve`."""
    words, quantity = edition.words, QUANTITIES[choice.quantity]
    found = page.curve
    start, end = (page.time - choice.hours * _HOUR, page.time) if found is None else (found.start, found.end)
    gaps = list(_gaps(found, start, end, quiet=quiet))
    return {
        "span": f"{choice.hours} {choice.quantity}",
        "start": start,
        "end": end,
        "unit": spelled(quantity.unit),
        "zero": quantity.kind == "gauge" and choice.quantity.endswith(("power", "flow")),
        "dense": found is not None and found.step <= _DENSE,
        "times": [] if found is None else found.times,
        "mean": [] if found is None else [_rounded(value) for value in found.mean],
        "low": [] if found is None else [_rounded(value) for value in found.low],
        "high": [] if found is None else [_rounded(value) for value in found.high],
        "gaps": [
            {"start": a, "end": b, "short": duration, "name": words("park.gap_all", duration=duration)}
            for a, b in gaps
            for duration in [edition.format.duration(b - a)]
        ],
        "marks": [
            {"time": reset.time, "name": words("meter.reset")} for reset in page.resets if start <= reset.time < end
        ],
        "names": {
            "quantity": words(f"quantity.{choice.quantity}"),
            "range": words("meter.low_high"),
            "low": words("meter.low"),
            "high": words("meter.high"),
            "time": words("chart.time"),
        },
        "summary": _summary(edition, choice, found, newest, len(gaps)),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_FIGURES + 4}g}") if abs(value) >= 1e5 else round(value, 4)


def _gaps(found: Curve | None, start: Millis, end: Millis, *, quiet: bool) -> Iterator[tuple[Millis, Millis]]:
    """Stretches without a reading, those at both ends included: a curve that begins late says since when."""
    known = [] if found is None else [t for t, value in zip(found.times, found.mean, strict=True) if value is not None]
    if found is None or not known:
        yield start, end
        return
    allowed = max(_QUIET, 2 * found.step)
    if known[0] - start > allowed:
        yield start, known[0]
    yield from ((band.start, band.end) for band in found.gaps)
    if quiet and end - known[-1] > min(allowed, 2 * found.step):
        yield known[-1] + found.step, end


def _summary(edition: Edition, choice: Choice, found: Curve | None, newest: Value | None, gaps: int) -> str:
    words, unit = edition.words, QUANTITIES[choice.quantity].unit
    name, over = words(f"quantity.{choice.quantity}"), words(f"meter.range.{choice.hours}")
    known = [] if found is None else [value for value in found.mean if value is not None]
    if not known:
        return words("meter.curve_empty", quantity=name, range=over)
    quantity = edition.format.quantity
    return words(
        "meter.curve_summary",
        quantity=name,
        range=over,
        newest=quantity(None if newest is None else newest.value, unit),
        low=quantity(min(known), unit),
        high=quantity(max(known), unit),
        gaps=gaps,
        n=gaps,
    )
