"""What needs a person: what, where, since when, and what to do."""

from collections.abc import Mapping

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.shapes import Attention, EnterpriseNow
from dashboards.live.format import Formatter, Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import enterprise_address, meter_address

LISTED = 40
"""More than so many are counted, not listed."""
_QUESTIONS = frozenset({"register_open", "registers_open", "register_reset"})
"""Codes of what only people can tell: they lead to where it is answered."""
_UNITS: Mapping[str, str] = {"kw": "kW", "kwh": "kWh"}


def attention_list(edition: Edition, figures: FigureCache, *, enterprise: EnterpriseNow | None = None) -> Frame:
    """The list, the worst first.

    Args:
        edition: the language.
        figures: where it comes from.
        enterprise: only what is about this one; None for the whole park.
    """
    found = figures.slow(figures.make.attention)
    if found is None:
        return Frame(fragments={"attention": Fragment("loading", "")})
    if enterprise is None:
        meters = figures.quick(figures.make.park_now, 1_000).meters
    else:
        meters = enterprise.counts
        found = tuple(item for item in found if item.enterprise == enterprise.enterprise)
    now = figures.now()
    items = [
        {
            "severity": str(item.severity),
            "what": _sentence(edition, item, "what"),
            "todo": _sentence(edition, item, "todo"),
            "last": _sentence(edition, item, "last") if "value" in item.params else "",
            "where": _where(edition, item),
            "address": _address(item),
            "since": item.since,
        }
        for item in found[:LISTED]
    ]
    html = edition.render(
        "parts/attention.html",
        items=items,
        now=now,
        more=max(0, len(found) - LISTED),
        meters=meters,
        broker=figures.status().broker,
    )
    version = (found[:LISTED], len(found), meters.total == meters.never)
    count = Shown(str(len(found)), state="warn") if found else Shown("")
    return Frame({"attention.count": count}, {"attention": Fragment(str(version), html)})


def _sentence(edition: Edition, item: Attention, part: str) -> str:
    """What it is, or what to do; a code that nobody wrote a text for speaks for itself."""
    key = f"attention.{item.code}.{part}"
    if not edition.words.has(key):
        return {"what": item.code, "todo": str(item.params.get("detail", ""))}.get(part, "")
    count = item.params.get("count", item.params.get("meters"))
    return edition.words(key, n=count, **_filled(edition.format, item.params))


def _filled(format_: Formatter, params: Mapping[str, float | int | str]) -> dict[str, object]:
    """Parameters as words: a number gets the unit that its name ends with; `value` with `unit` becomes `last`."""
    filled: dict[str, object] = {}
    for name, value in params.items():
        unit = _UNITS.get(name.rpartition("_")[2])
        if isinstance(value, str):
            filled[name] = value
        else:
            filled[name] = f"{value:,.10g}" if unit is None else str(format_.quantity(value, unit))
    last = params.get("value")
    if isinstance(last, int | float):
        filled["last"] = str(format_.quantity(last, str(params.get("unit", ""))))
    return filled


def _where(edition: Edition, item: Attention) -> str:
    park = edition.park
    names = []
    if item.enterprise is not None and item.enterprise in park.enterprise_by_id:
        names.append(edition.name(park.enterprise_by_id[item.enterprise].name, item.enterprise))
    if item.meter is not None:
        meter = park.meter_by_id.get(item.meter)
        names.append(item.meter if meter is None else edition.name(meter.name, item.meter))
    return " · ".join(names) or edition.words("park.the_park")


def _address(item: Attention) -> str:
    if item.code in _QUESTIONS:
        return "/decisions" if item.meter is None else f"{meter_address(item.meter)}#questions"
    if item.meter is not None:
        return meter_address(item.meter)
    return enterprise_address(item.enterprise) if item.enterprise is not None else "/inbox"
