"""The charts of an analysis: columns, shares, waterfall, heat map and load duration."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dashboards.live.edition import Edition
from dashboards.live.figures.analysis import AnalysisPage, Asked
from dashboards.live.format import spelled
from dashboards.live.frame import Frame, Json
from dashboards.live.views.analysis_table import against, group_name, unit, what_name
from parkwatt.accounting.analysed import Line, exact
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


def _shown(ranked: Sequence[Group], most: int) -> tuple[Sequence[Group], Sequence[Group]]:
    """Groups that are drawn by themselves, and those that stand together; one alone never does."""
    first = most if len(ranked) != most + 1 else most - 1
    return ranked[:first], ranked[first:]


def _others(edition: Edition, groups: Sequence[Group]) -> str:
    return edition.words("analysis.others", n=len(groups))


def _colour(asked: Asked, group: Group, rank: int) -> str:
    return str(group) if asked.by is By.CARRIER else _COLOURS[rank]


def _columns(edition: Edition, asked: Asked, found: Analysis) -> Json:
    """Stacked columns per period, the other period as marks."""
    own, others = _shown(_ranked(found), _SERIES)
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
        series.append({"name": _others(edition, others), "color": _REST, "values": _rounded([*map(_sum, parts)])})
    whole, then = found.now.whole, found.then
    labels, other_labels = (
        _labels(edition, found.every, side.borders.tolist()) for side in (found.now, then or found.now)
    )
    labels += [""] * (0 if then is None else len(then.whole.values) - len(labels))  # the other period may be longer
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
            "then": against(edition, asked),
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


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else exact(value) for value in values]


def _shares(edition: Edition, asked: Asked, found: Analysis) -> Json:
    """Bars per group, now and then."""
    own, others = _shown(_ranked(found), _BARS)
    then = {} if found.then is None else found.then.groups
    whole = found.now.whole.total
    totals = [(_total(found.now.groups, [group]), _total(then, [group])) for group in own]
    names = [group_name(edition, asked, group) for group in own]
    colors = [str(group) if asked.by is By.CARRIER else _COLOURS[0] for group in own]
    if others:
        totals.append((_total(found.now.groups, others), _total(then, others)))
        names.append(_others(edition, others))
        colors.append(_REST)
    return {
        "unit": spelled(unit(edition, asked)),
        "groups": names,
        "colors": colors,
        "now": _rounded([now for now, _ in totals]),
        "then": _rounded([before for _, before in totals]),
        "share": [round((now or 0.0) / whole, 6) if whole else None for now, _ in totals],
        "names": {
            "now": edition.words("analysis.now"),
            "then": against(edition, asked),
            "group": edition.words(f"analysis.by_{asked.by}"),
            "share": edition.words("analysis.share"),
        },
        "summary": edition.words("analysis.shares"),
    }


def _total(lines: Mapping[Group, Line], groups: Sequence[Group]) -> float | None:
    """Of some groups together, as far as known."""
    return _sum(lines[group].total for group in groups if group in lines)


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
                else _others(edition, step.groups),
                "change": step.change,
                "whole": step.whole,
            }
            for step in steps(found)
        ],
        "names": {
            "start": edition.words("analysis.then"),
            "end": edition.words("analysis.now"),
            "step": edition.words("analysis.step"),
            "doubtful": edition.words("analysis.doubtful"),
        },
        "summary": edition.words(
            "analysis.waterfall_summary", change=edition.format.quantity(found.change, unit(edition, asked))
        ),
    }


def _heat(edition: Edition, asked: Asked, course: Intervals) -> Json:
    """Energy per hour and day; None where a quarter-hour of it is not known, nothing where it is not over."""
    hours: dict[tuple[str, int], list[float]] = {}
    for start, amount in zip(course.start.tolist(), course.amount.tolist(), strict=True):
        local = edition.format.local(start)
        hours.setdefault((f"{local:%Y-%m-%d}", local.hour), []).append(amount)
    days = sorted({day for day, _ in hours})
    place = {day: at for at, day in enumerate(days)}
    cells = [
        [place[day], hour, None if np.isnan(quarters).any() else exact(4 * float(np.mean(quarters)))]
        for (day, hour), quarters in hours.items()
        if len(quarters) >= 4  # twice as many where clocks are put back
    ]
    return {
        "unit": spelled(unit(edition, asked)),
        "days": days,
        "cells": cells,
        "names": {
            "hour": edition.words("enterprise.heat_hour"),
            "day": edition.words("enterprise.heat_day"),
            "value": what_name(edition, asked.scope, asked.what),
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
