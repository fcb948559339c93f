"""Four weeks of an enterprise as a heat map: an hour across, a day down."""

from datetime import date

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import HeatMap
from parkwatt.readings import Millis

_FEWEST_DAYS = 7


def heat(edition: Edition, heat_map: HeatMap, today: Millis) -> dict[str, object]:
    """Data of a chart of kind `heat` [kWh].

    Args:
        edition: the language.
        heat_map: the hours.
        today: when today began; hours before now that nobody knows are hatched, those to come are left open.
    """
    words = edition.words
    heat_map = _known_part(heat_map)
    days = [date.fromisoformat(day) for day in heat_map.days]
    labels = [words("time.day", day=day.day, month=words(f"time.month_{day.month}")) for day in days]
    last = max((i for i, value in enumerate(heat_map.values[-1]) if value is not None), default=-1) if days else -1
    cells = [
        [hour, row, None if value is None else round(value, 1)]
        for row, values in enumerate(heat_map.values)
        for hour, value in enumerate(values)
        if row < len(days) - 1 or hour <= last
    ]
    return {
        "start": today,
        "unit": "kWh",
        "days": labels,
        "dates": list(heat_map.days),
        "weekdays": [words(f"weekday.{day.isoweekday()}") for day in days],
        "rest": [day.isoweekday() >= 6 for day in days],
        "cells": cells,
        "names": {
            "hour": words("enterprise.heat_hour"),
            "day": words("enterprise.heat_day"),
            "energy": words("enterprise.heat_energy"),
            "missing": words("missing.no_data"),
        },
        "summary": _summary(edition, heat_map, labels),
    }


def _known_part(heat_map: HeatMap) -> HeatMap:
    """Without the days before anything was known; a week at least, so that the picture keeps its shape."""
    known = (i for i, values in enumerate(heat_map.values) if any(value is not None for value in values))
    first = max(0, min(next(known, 0), len(heat_map.days) - _FEWEST_DAYS))
    return HeatMap(heat_map.days[first:], heat_map.values[first:])


def _summary(edition: Edition, heat_map: HeatMap, labels: list[str]) -> str:
    words = edition.words
    known = [
        (value, labels[row], hour)
        for row, values in enumerate(heat_map.values)
        for hour, value in enumerate(values)
        if value is not None
    ]
    if not known:
        return words("enterprise.heat_empty")
    most, least = max(known), min(known)
    quantity = edition.format.quantity
    return words(
        "enterprise.heat_summary",
        days=len(labels),
        most=quantity(most[0], "kWh"),
        most_at=f"{most[1]} {most[2]:02d}:00",
        least=quantity(least[0], "kWh"),
        least_at=f"{least[1]} {least[2]:02d}:00",
    )
