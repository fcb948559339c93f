"""What a decision would change, as a sentence."""

from dashboards.live.edition import Edition
from dashboards.live.format import scaled, significant, spelled
from parkwatt.accounting.emissions import energy
from parkwatt.deciding import Counted, Outlook
from parkwatt.park import Meter
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis

_NOTHING = 1e-9
"""Less than this is no change [unit of the register]."""


def outlook_sentence(edition: Edition, meter: Meter, outlook: Outlook) -> str:
    """What would count across it, what becomes of the time around it, and what stands all the same."""
    if outlook.contradicted:
        return edition.words("questions.outlook.contradicted")
    if not outlook.fits:
        return edition.words("questions.outlook.nothing")
    parts = [_across(edition, meter, outlook), *_change(edition, meter, outlook)]
    if outlook.asks:
        parts.append(edition.words("questions.outlook.asks"))
    if outlook.closed:
        periods = edition.words("questions.comma").join(outlook.closed)
        parts.append(edition.words("questions.outlook.closed", periods=periods))
    return edition.words("questions.space").join(parts)


def _across(edition: Edition, meter: Meter, outlook: Outlook) -> str:
    """What counts across it."""
    quantity = next((event.quantity for event in outlook.came if event.quantity), meter.medium.register)
    unit = QUANTITIES[quantity].unit
    if outlook.used is not None:
        return edition.words("questions.outlook.across", amount=exactly(outlook.used, unit))
    left_out = any(event.kind == "ignore" for event in outlook.came)
    return edition.words("questions.outlook.ignored" if left_out else "questions.outlook.unknown")


def _change(edition: Edition, meter: Meter, outlook: Outlook) -> list[str]:
    """What is known of the time around it, before and after, in the meter's unit, kWh, CO2 and money."""
    before, after = outlook.before, outlook.after
    unit = QUANTITIES[meter.medium.register].unit
    span = edition.words(
        "questions.outlook.span",
        start=_moment(edition, outlook.stretch.start),
        end=_moment(edition, outlook.stretch.end),
    )
    figures = [_figure(before.amount, after.amount, unit)]
    if energy(meter.carrier) is not None and unit != "kWh":
        figures.append(_figure(before.kwh, after.kwh, "kWh"))
    figures += [_figure(before.co2, after.co2, "kg CO2"), _figure(before.cost, after.cost, "CNY")]
    told = edition.words("questions.comma").join(figure for figure in figures if figure)
    key = "questions.outlook.change" if told else "questions.outlook.same"
    return [edition.words(key, span=span, figures=told), *_missing(edition, before, after)]


def _moment(edition: Edition, time: Millis) -> str:
    return edition.words("time.moment", day=edition.format.day(time), clock=edition.format.clock(time))


def _figure(before: float | None, after: float | None, unit: str) -> str:
    """A figure that becomes another; empty where it stays."""
    if before is None and after is None:
        return ""
    rise = (after or 0.0) - (before or 0.0)
    if abs(rise) < _NOTHING:
        return ""
    sign = "+" if rise > 0 else "\N{MINUS SIGN}"
    return f"{sign}{exactly(abs(rise), unit)}"


def _missing(edition: Edition, before: Counted, after: Counted) -> list[str]:
    if abs(before.missing - after.missing) < _NOTHING:
        return []
    shares = (edition.format.percent(share) for share in (before.missing, after.missing))
    return [edition.words("questions.outlook.missing", **dict(zip(("before", "after"), map(str, shares), strict=True)))]


def exactly(value: float, unit: str) -> str:
    """A register's amount with as many figures as matter to somebody who compares it with a display."""
    if abs(value) < 10_000:
        return f"{value:,.3f}".rstrip("0").rstrip(".") + f" {spelled(unit)}"
    in_scale, scale = scaled(value, unit)
    return f"{significant(in_scale, 5)} {spelled(scale)}"
