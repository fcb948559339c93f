"""The load duration curve, and the highest demands with who makes them."""

from dashboards.live.edition import Edition
from dashboards.live.figures.efficiency import Efficiency
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.colours import colour_of
from dashboards.live.views.meter_tree import name_of
from parkwatt.accounting.peaks import Peak
from parkwatt.park import Role

_PARTS = 4
"""Parts of a peak that are named, the largest."""


def duration(edition: Edition, found: Efficiency) -> Frame:
    """Data of a chart of kind `duration` [kW over h]."""
    curve, shape, words = found.duration, found.demand, edition.words
    if curve is None or shape is None or not len(curve.power):
        return Frame(charts={"duration": {}})
    owner = edition.park if found.enterprise is None else edition.park.enterprise_by_id[found.enterprise]
    data = {
        "unit": "kW",
        "power": [round(value, 2) for value in curve.power.tolist()],
        "hours": [round(value, 2) for value in curve.hours.tolist()],
        "base": None if found.running is None else round(found.running.base, 2),
        "contract": owner.contracted_demand,
        "names": {
            "hours": words("efficiency.duration_hours"),
            "power": words("efficiency.load"),
            "base": words("efficiency.base"),
            "contract": words("efficiency.contract"),
        },
        "summary": words(
            "efficiency.duration_summary",
            maximum=edition.format.quantity(shape.maximum.value, "kW"),
            base=edition.format.quantity(None if found.running is None else found.running.base, "kW"),
            hours=f"{curve.hours[-1]:,.0f}",
        ),
    }
    return Frame(charts={"duration": data})


def peak_list(edition: Edition, found: Efficiency) -> Frame:
    """The highest demands, one a day at most."""
    rows = [_row(edition, peak, found) for peak in found.peaks]
    html = edition.render("parts/efficiency_peaks.html", rows=rows, of_park=found.enterprise is None)
    return Frame(fragments={"peaks": Fragment(html, html)})


def _row(edition: Edition, peak: Peak, found: Efficiency) -> dict[str, object]:
    known = [(name, part.power, part.usual) for name, part in peak.parts.items() if part.power is not None]
    unknown = len(peak.parts) - len(known)
    parts = [
        {
            "name": _name(edition, name, found),
            "href": _address(name, found),
            "power": edition.format.quantity(power, "kW"),
            "usual": edition.format.quantity(usual, "kW"),
            "share": max(power / peak.power, 0.0) if peak.power > 0 else 0.0,
            "colour": _colour(edition, name, found),
        }
        for name, power, usual in known[:_PARTS]
        if power
    ]
    others = sum(power for _, power, _ in known[_PARTS:])
    return {
        "at": edition.words("time.moment", day=edition.format.day(peak.start), clock=edition.format.clock(peak.start)),
        "power": edition.format.quantity(peak.power, "kW"),
        "estimated": peak.estimated,
        "parts": parts,
        "others": edition.format.quantity(others, "kW") if len(known) > _PARTS else None,
        "rest": None if peak.rest is None or not peak.parts else edition.format.quantity(peak.rest, "kW"),
        "unknown": unknown,
    }


def _name(edition: Edition, of: str, found: Efficiency) -> str:
    if found.enterprise is None:
        return edition.name(edition.park.enterprise_by_id[of].name, of)
    return name_of(edition, of)


def _address(of: str, found: Efficiency) -> str:
    return f"/efficiency?enterprise={of}" if found.enterprise is None else meter_address(of)


def _colour(edition: Edition, of: str, found: Efficiency) -> str:
    if found.enterprise is None:
        return colour_of("electricity", Role.CONSUMPTION)
    meter = edition.park.meter_by_id[of]
    return colour_of(meter.carrier, meter.role)
