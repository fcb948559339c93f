"""Quality of the data as tables: per enterprise, what to mend first, and metering coverage."""

from dashboards.live.edition import Edition
from dashboards.live.figures.quality import Judged
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import enterprise_address, meter_address
from dashboards.live.views.losses_tree import called
from parkwatt.accounting.coverage import coverage, without_level
from parkwatt.accounting.group_quality import GroupQuality
from parkwatt.accounting.quality import WEIGHTS, MeterQuality, Part

NAMED = 6
"""Meters that are named before the others are counted, the worst first."""
_GOOD, _FAIR = 90.0, 60.0
"""Scores from which on nothing, and something, is to be done."""


def quality_table(edition: Edition, found: Judged) -> Frame:
    """A row per enterprise, the worst first."""
    owners = sorted(found.enterprises.items(), key=lambda item: item[1].score)
    rows = [
        {
            "name": _owner(edition, owner),
            "address": None if owner is None else enterprise_address(owner),
            "score": _score(quality.score),
            "parts": [(part.value, edition.format.percent(quality.parts[part])) for part in Part],
            "missing": _missing(edition, quality),
        }
        for owner, quality in owners
    ]
    html = edition.render("parts/losses_quality.html", rows=rows, weights={p.value: WEIGHTS[p] for p in Part})
    return Frame(fragments={"quality": Fragment(html, html)})


def mends(edition: Edition, found: Judged) -> Frame:
    """What is to be done, what costs most points first, with the meters that it is about."""
    points: dict[str, float] = {}
    about: dict[str, list[MeterQuality]] = {}
    for quality in found.meters.values():
        for component in quality.components:
            if component.mend is not None:
                about.setdefault(component.mend, []).append(quality)
                lost = component.weight * (1.0 - (component.score or 0.0))
                points[component.mend] = points.get(component.mend, 0.0) + lost
    rows = [
        {
            "text": edition.words(f"losses.mend.{code}"),
            "count": len(about[code]),
            "meters": [
                {"name": called(edition, one.meter), "address": meter_address(one.meter)}
                for one in sorted(about[code], key=lambda one: one.score)[:NAMED]
            ],
            "more": max(0, len(about[code]) - NAMED),
        }
        for code in sorted(about, key=lambda code: -points[code])
    ]
    html = edition.render("parts/losses_mends.html", rows=rows)
    return Frame(fragments={"mends": Fragment(html, html)})


def coverage_table(edition: Edition) -> Frame:
    """A row per owner, carrier and level of which it is declared how many meters it takes."""
    found = coverage(edition.park)
    words, percent = edition.words, edition.format.percent
    rows = [
        {
            "owner": _owner(edition, one.enterprise),
            "carrier": words(f"carrier.{one.carrier}"),
            "level": words(f"losses.level.{one.level}"),
            "meters": one.meters,
            "needed": one.needed,
            "rate": percent(one.rate),
            "required": None if one.required is None else percent(one.required.rate),
            "unsure": None
            if one.required is None
            else words("losses.unsure", checked=one.required.checked, source=one.required.source),
            "lacking": one.lacking,
        }
        for one in found
        if one.needed is not None
    ]
    html = edition.render(
        "parts/losses_coverage.html",
        rows=rows,
        undeclared=len(found) - len(rows),
        without=len(without_level(edition.park)),
    )
    return Frame(fragments={"coverage": Fragment(html, html)})


def _owner(edition: Edition, owner: str | None) -> str:
    if owner is None:
        return edition.words("losses.the_parks_own")
    return edition.name(edition.park.enterprise_by_id[owner].name, owner)


def _score(score: float) -> Shown:
    state = "" if score >= _GOOD else "warn" if score >= _FAIR else "alarm"
    return Shown(f"{score:.0f}", "", f"{score:.2f}", state, share=score / 100)


def _missing(edition: Edition, quality: GroupQuality) -> str:
    if not quality.missing_mains:
        return ""
    names = edition.words("losses.comma").join(called(edition, meter) for meter in quality.missing_mains)
    return edition.words("losses.missing_mains", meters=names)
