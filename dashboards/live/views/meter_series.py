"""Everything a meter says, exactly: its registers and totals in a list, its phases side by side."""

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import MeterNow, Value
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.meter_states import age_shown
from dashboards.live.views.meter_values import exact
from parkwatt.quantities import PHASES
from parkwatt.readings import Quality, TimeSource


def series(edition: Edition, now: MeterNow) -> Frame:
    """The list of totals, registers first, and the table of phases."""
    values: dict[str, Shown] = {}
    for value in now.values:
        values |= _shown(edition, value)
    totals = sorted((value for value in now.values if value.phase is None), key=lambda value: not value.register)
    phases = [phase for phase in PHASES if any(value.phase == phase for value in now.values)]
    quantities = list(dict.fromkeys(value.quantity for value in now.values if value.phase is not None))
    frame = Frame(values)
    table = edition.render(
        "parts/meter_series.html", frame, totals=totals, phases=phases, quantities=quantities, key=_key
    )
    version = tuple((value.quantity, value.phase) for value in now.values)
    return frame | Frame(fragments={"series": Fragment(version, table)})


def _key(quantity: str, phase: str | None) -> str:
    return f"s.{quantity}.{phase or 'total'}"


def value_shown(edition: Edition, value: Value) -> Shown:
    """A reading exactly; when it was measured on hover, or why it is doubted."""
    shown = exact(value.value, value.unit)
    if value.quality is Quality.SUSPECT:
        return shown._replace(title=edition.words("quality.suspect_hint"), state="warn")
    return shown._replace(title=edition.format.full(value.time))


def _shown(edition: Edition, value: Value) -> dict[str, Shown]:
    """The value, its age, who said the time, and whether it can be right."""
    words, key = edition.words, _key(value.quantity, value.phase)
    suspect = value.quality is Quality.SUSPECT
    quality = words(f"quality.{value.quality.text}")
    full = edition.format.full(value.time)
    source = words("meter.time_device" if value.time_source is TimeSource.DEVICE else "meter.time_arrival")
    hint = words("quality.suspect_hint") if suspect else f"{full} · {source}"
    return {
        key: value_shown(edition, value),
        f"{key}.age": age_shown(edition, value.time)._replace(title=f"{full} · {source}"),
        f"{key}.quality": Shown(quality, title=hint if suspect else "", state="warn" if suspect else ""),
    }
