"""One picture: how near to its limit each thing is, and how the collector's needs grow."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bench.report import Report, cells
from bench.result import Axis, Growth, Result

# Okabe and Ito's colours, which people with any colour vision tell apart.
_MET, _MISSED, _PLAIN = "#009E73", "#D55E00", "#0072B2"
_MARKS = {"meters": "o", "values stored": "s"}
_WIDTH = 5.6


class _Need(NamedTuple):
    """What grows: its title, how to read it from a point, and the aim, where there is one."""

    title: str
    of: Callable[[Growth], float]
    aim: float | None = None


_NEEDS = (
    _Need("messages/s, live", lambda point: point.rate),
    _Need("CPU s per million\nmessages", lambda point: point.cpu),
    _Need("peak memory, MB\n(aim < 300)", lambda point: point.memory / 1e6, 300),
    _Need("bytes per value\non disk (aim 3)", lambda point: point.disk, 3),
)


def write(report: Report, folder: Path) -> list[Path]:
    """Draw what the results allow; the picture's path, or none where there is nothing to draw."""
    ratios = [result for result in report.results if result.ratio is not None]
    points = [result.growth for result in report.results if result.growth is not None]
    axes = [axis for axis in get_args(Axis) if any(point.axis == axis for point in points)]
    if not ratios and not points:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "performance.svg"
    bars_height, lines_height = 0.95 * len(ratios) + 0.9, 1.9
    heights = ([bars_height] if ratios else []) + ([lines_height] * len(_NEEDS) if axes else [])
    with mpl.rc_context(
        {"font.size": 12.0, "svg.hashsalt": "parkwatt", "axes.spines.top": False, "axes.spines.right": False}
    ):
        figure = Figure(figsize=(_WIDTH, sum(heights)), layout="constrained")
        grid = figure.add_gridspec(len(heights), max(1, len(axes)), height_ratios=heights)
        if ratios:
            _draw_ratios(figure.add_subplot(grid[0, :]), ratios)
        for row, need in enumerate(_NEEDS if axes else (), start=len(heights) - len(_NEEDS)):
            shared: Axes | None = None
            for column, axis in enumerate(axes):
                place = figure.add_subplot(grid[row, column], sharey=shared)
                _draw_growth(place, need, [point for point in points if point.axis == axis], axis)
                if shared is None:
                    place.set_ylabel(need.title)
                else:
                    place.tick_params(labelleft=False)
                place.set_xlabel(axis if need is _NEEDS[-1] else "")
                shared = shared or place
        figure.savefig(path, metadata={"Date": None})
    return [path]


def _draw_ratios(place: Axes, results: Sequence[Result]) -> None:
    """A bar for each ratio, its name above it, so that it needs no margin."""
    colours = {None: _PLAIN, True: _MET, False: _MISSED}
    for row, result in enumerate(results):
        assert result.ratio is not None
        place.barh(row, result.ratio, height=0.36, color=colours[result.met])
        place.text(result.ratio, row, f" {result.ratio:.2f}", va="center")
        place.text(0, row - 0.24, _label(result), va="bottom", fontsize=11, linespacing=1.25)
    place.axvline(1.0, color="black", linestyle="--", linewidth=1, zorder=0)
    place.set_ylim(len(results) - 0.7, -0.85)
    place.set_xlim(0, 1.2 * max(1.0, *(result.ratio or 0.0 for result in results)))
    place.set_yticks([])
    place.set_title("Ratio to the limit in the same run (1: as fast)", loc="left", fontsize=12)


def _label(result: Result) -> str:
    """What the bar is, and on a line of its own what is aimed at."""
    return result.what if result.met is None else f"{result.what}\naim {cells(result)[-1]}"


def _draw_growth(place: Axes, need: _Need, points: Sequence[Growth], axis: Axis) -> None:
    """A line over one axis, each point with its number."""
    at, values = [point.at for point in points], [need.of(point) for point in points]
    place.plot(at, values, color=_PLAIN, marker=_MARKS[axis], linewidth=2)
    for x, value in zip(at, values, strict=True):
        place.annotate(f"{value:,.3g}" if value < 1000 else f"{value / 1000:,.0f}k", (x, value), (0, 6),
                       textcoords="offset points", ha="center", fontsize=10)  # fmt: skip
    if need.aim is not None:
        place.axhline(need.aim, color=_MISSED, linestyle="--", linewidth=1, zorder=0)
    place.set_xscale("log")
    place.set_xticks(at, [_short(x) for x in at])
    place.minorticks_off()
    place.margins(x=0.15)
    place.set_ylim(0, 1.35 * max([*values, need.aim or 0.0, place.get_ylim()[1] / 1.35]))
    place.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))


def _short(value: float) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
