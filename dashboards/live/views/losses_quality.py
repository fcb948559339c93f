"""Quality of the data as tables: per enterprise, what to mend first, and metering coverage."""

from dashboards.live.edition import Edition
from dashboards.live.figures.quality import Judged
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import enterprise_address, meter_address
from dashboards.live.views.losses_tree import called
from dashboards.live.views.meter_tree import name_of
from parkwatt.accounting.coverage import coverage, without_level
from parkwatt.accounting.group_quality import GroupQuality
from parkwatt.accounting.quality import WEIGHTS, MeterQuality, Part

MENDED = 40
"""Meters to mend that are listed."""
_UNKNOWN_CALIBRATION = "calibration_unknown"
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
    """Meters with something to mend, the lowest score first; calibrations that nobody entered are only counted."""
    todo = [(quality, codes) for quality in found.meters.values() if (codes := _codes(quality))]
    todo.sort(key=lambda item: item[0].score)
    rows = [
        {
            "name": name_of(edition, quality.meter),
            "id": quality.meter,
            "address": meter_address(quality.meter),
            "owner": _owner(edition, edition.park.meter_by_id[quality.meter].enterprise),
            "score": _score(quality.score),
            "measured": edition.format.percent(quality.component(Part.COMPLETENESS).number),
            "mends": [edition.words(f"losses.mend.{code}") for code in codes],
        }
        for quality, codes in todo[:MENDED]
    ]
    unknown = sum(quality.component(Part.CALIBRATION).mend == _UNKNOWN_CALIBRATION for quality in found.meters.values())
    more = max(0, len(todo) - MENDED)
    html = edition.render("parts/losses_mends.html", rows=rows, more=more, unknown=unknown)
    return Frame(fragments={"mends": Fragment(html, html)})


def coverage_table(edition: Edition) -> Frame:
    """A row per owner, carrier and level."""
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
        for one in coverage(edition.park)
    ]
    html = edition.render("parts/losses_coverage.html", rows=rows, without=len(without_level(edition.park)))
    return Frame(fragments={"coverage": Fragment(html, html)})


def _codes(quality: MeterQuality) -> list[str]:
    return [c.mend for c in quality.components if c.mend is not None and c.mend != _UNKNOWN_CALIBRATION]


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
    names = ", ".join(called(edition, meter) for meter in quality.missing_mains)
    return edition.words("losses.missing_mains", meters=names)
