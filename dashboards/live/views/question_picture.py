"""A small picture of a register around what happened to it, as SVG: there with the first paint."""

from itertools import groupby
from typing import NamedTuple

from dashboards.live.figures.questions import Point, Question
from parkwatt.readings import Millis

WIDTH, HEIGHT = 320, 96
"""The view box; the picture is stretched to its place."""
_MARGIN = 5.0
_BROKEN: Millis = 2 * 3_600_000
"""Readings further apart than this are not joined [ms]."""


class Picture(NamedTuple):
    """What is drawn.

    Attributes:
        before, after: paths of the readings on both sides.
        mark: where it happened, 0 to `WIDTH`.
        dots: the two readings between which it happened.
        start, end: times at both edges [ms].
    """

    before: str
    after: str
    mark: float
    dots: tuple[tuple[float, float], ...]
    start: Millis
    end: Millis


def picture(question: Question) -> Picture | None:
    """The readings before and after; None if there is too little to draw."""
    at = question.first.time
    points = sorted({*question.picture, question.first, *([question.last] if question.last else [])})
    if len(points) < 3:
        return None
    start, end = points[0].time, max(points[-1].time, at + 1)
    low, high = min(point.value for point in points), max(point.value for point in points)

    def place(point: Point) -> tuple[float, float]:
        x = (point.time - start) / (end - start) * WIDTH
        y = HEIGHT - _MARGIN - (point.value - low) / ((high - low) or 1.0) * (HEIGHT - 2 * _MARGIN)
        return round(x, 1), round(y, 1)

    def path(side: list[Point]) -> str:
        parts, pen, since = [], "M", side[0].time if side else 0
        for point in side:
            x, y = place(point)
            pen = "M" if point.time - since > _BROKEN else pen
            parts.append(f"{pen}{x} {y}")
            pen, since = "L", point.time
        return "".join(parts)

    sides = {after: list(some) for after, some in groupby(points, lambda point: point.time >= at)}
    dots = tuple(place(point) for point in (question.last, question.first) if point is not None)
    mark = (at - start) / (end - start) * WIDTH
    return Picture(path(sides.get(False, [])), path(sides.get(True, [])), round(mark, 1), dots, start, end)
