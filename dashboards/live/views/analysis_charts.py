"""The charts of an analysis: columns, shares, waterfall, heat map and load duration."""

from collections.abc import Sequence

import numpy as np

from dashboards.live.edition import Edition
from dashboards.live.figures.analysis import AnalysisPage, Asked
from dashboards.live.format import spelled
from dashboards.live.frame import Frame, Json
from dashboards.live.views.analysis_table import group_name, unit
from parkwatt.accounting.calendar_spans import Every
from parkwatt.accounting.dividing import By, Group
from parkwatt.accounting.intervals import Intervals
from parkwatt.accounting.load_shape import duration_curve
from parkwatt.analysis import Analysis, steps

_SERIES = 5
"""Groups that have a colour of their own; the others stand together."""
_BARS = 10
_POINTS = 600
_COLOURS = ("#4c78a8", "#f2b701", "#59a14f", "#9c89b8", "#76b7b2")
_REST = "rest"
_FORMATS = {Every.HOUR: "%m-%d %H:%M", Every.DAY: "%m-%d", Every.MONTH: "%Y-%m", Every.YEAR: "%Y"}


def no_charts() -> Frame:
    """All of them empty."""
    return Frame(charts={key: {} for key in ("columns", "shares", "waterfall", "heat", "duration")})


def charts(edition: Edition, asked: Asked, page: AnalysisPage) -> Frame:
    """Data of all charts."""
    found = page.found
    if found is None:
        return no_charts()
    course = page.course
    return Frame(
        charts={
            "columns": _columns(edition, asked, found),
            "shares": _shares(edition, asked, found),
            "waterfall": _waterfall(edition, asked, found),
            "heat": {} if course is None else _heat(edition, asked, course),
            "duration": {} if course is None else _duration(edition, asked, course),
        }
    )


def _ranked(found: Analysis) -> list[Group]:
    return sorted(found.now.groups, key=lambda group: -abs(found.now.groups[group].total or 0.0))


def _colour(asked: Asked, group: Group, rank: int) -> str:
    return str(group) if asked.by is By.CARRIER else _COLOURS[rank]


def _columns(edition: Edition, asked: Asked, found: Analysis) -> Json:
    """Stacked columns per period, the other period as marks."""
    ranked = _ranked(found)
    own, others = ranked[:_SERIES], ranked[_SERIES:]
    if len(others) == 1:
        others, own = [ranked[_SERIES - 1], *others], own[:-1]
    series = [
        {
            "name": group_name(edition, asked, group),
            "color": _colour(asked, group, rank),
            "values": _rounded(found.now.groups[group].values),
        }
        for rank, group in enumerate(own)
    ]
    if others:
        parts = zip(*(found.now.groups[group].values for group in others), strict=True)
        sums = [_sum(values) for values in parts]
        series.append(
            {"name": edition.words("analysis.others", n=len(others)), "color": _REST, "values": _rounded(sums)}
        )
    whole, then = found.now.whole, found.then
    labels, other_labels = (
        _labels(edition, found.every, side.borders.tolist()) for side in (found.now, then or found.now)
    )
    return {
        "unit": spelled(unit(edition, asked)),
        "labels": labels,
        "series": series,
        "whole": _rounded(whole.values),
        "then": [] if then is None else _rounded(then.whole.values),
        "then_labels": other_labels,
        "estimated": [round(known.estimated, 3) for known in whole.known],
        "missing": [round(known.missing, 3) for known in whole.known],
        "names": {
            "then": edition.words(f"analysis.versus_{asked.versus}"),
            "whole": edition.words("analysis.whole"),
            "estimated": edition.words("analysis.estimated"),
            "missing": edition.words("analysis.missing"),
            "time": edition.words("chart.time"),
        },
        "summary": edition.words(
            "analysis.columns_summary", total=edition.format.quantity(whole.total, unit(edition, asked))
        ),
    }


def _labels(edition: Edition, every: Every, borders: list[int]) -> list[str]:
    return [f"{edition.format.local(time):{_FORMATS.get(every, '%m-%d %H:%M')}}" for time in borders[:-1]]


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else float(f"{value:.6g}") for value in values]


def _shares(edition: Edition, asked: Asked, found: Analysis) -> Json:
    """Bars per group, now and then."""
    ranked = _ranked(found)[:_BARS]
    then = {} if found.then is None else found.then.groups
    whole = found.now.whole.total
    return {
        "unit": spelled(unit(edition, asked)),
        "groups": [group_name(edition, asked, group) for group in ranked],
        "colors": [str(group) if asked.by is By.CARRIER else _COLOURS[0] for group in ranked],
        "now": _rounded([found.now.groups[group].total for group in ranked]),
        "then": _rounded([then[group].total if group in then else None for group in ranked]),
        "share": [round((found.now.groups[group].total or 0.0) / whole, 4) if whole else None for group in ranked],
        "names": {
            "now": edition.words("analysis.now"),
            "then": edition.words(f"analysis.versus_{asked.versus}"),
            "group": edition.words(f"analysis.by_{asked.by}"),
            "share": edition.words("analysis.share"),
        },
        "summary": edition.words("analysis.shares"),
    }


def _waterfall(edition: Edition, asked: Asked, found: Analysis) -> Json:
    """From the other period to this one; empty where one of them is not known."""
    then = found.then
    if then is None or found.change is None:
        return {"none": edition.words("analysis.waterfall_none")}
    return {
        "unit": spelled(unit(edition, asked)),
        "start": then.whole.total,
        "end": found.now.whole.total,
        "steps": [
            {
                "name": group_name(edition, asked, step.groups[0])
                if len(step.groups) == 1
                else edition.words("analysis.others", n=len(step.groups)),
                "change": step.change,
                "whole": step.whole,
            }
            for step in steps(found)
        ],
        "names": {
            "start": edition.words(f"analysis.versus_{asked.versus}"),
            "end": edition.words("analysis.now"),
            "step": edition.words("analysis.step"),
            "doubtful": edition.words("analysis.doubtful"),
        },
        "summary": edition.words(
            "analysis.waterfall_summary", change=edition.format.quantity(found.change, unit(edition, asked))
        ),
    }


def _heat(edition: Edition, asked: Asked, course: Intervals) -> Json:
    """Energy per hour and day; None where a quarter-hour of it is not known."""
    hours: dict[tuple[str, int], float] = {}
    for start, amount in zip(course.start.tolist(), course.amount.tolist(), strict=True):
        local = edition.format.local(start)
        key = f"{local:%Y-%m-%d}", local.hour
        hours[key] = hours.get(key, 0.0) + amount
    days = sorted({day for day, _ in hours})
    place = {day: at for at, day in enumerate(days)}
    cells = [
        [place[day], hour, None if np.isnan(value) else float(f"{value:.4g}")] for (day, hour), value in hours.items()
    ]
    return {
        "unit": spelled(unit(edition, asked)),
        "days": days,
        "cells": cells,
        "names": {
            "hour": edition.words("enterprise.heat_hour"),
            "day": edition.words("enterprise.heat_day"),
            "value": edition.words(f"analysis.what_{asked.what}"),
            "missing": edition.words("missing.no_data"),
        },
        "summary": edition.words("analysis.heat_hint"),
    }


def _duration(edition: Edition, asked: Asked, course: Intervals) -> Json:
    curve = duration_curve(course, points=_POINTS)
    if not len(curve.power):
        return {}
    name = spelled(unit(edition, asked))
    return {
        "unit": "kW" if name == "kWh" else f"{name}/h",
        "power": _rounded(curve.power.tolist()),
        "hours": [round(value, 2) for value in curve.hours.tolist()],
        "base": None,
        "contract": None,
        "names": {
            "hours": edition.words("efficiency.duration_hours"),
            "power": edition.words("analysis.load"),
            "base": "",
            "contract": "",
        },
        "summary": edition.words("analysis.duration"),
    }
