"""Meter: everything that one meter says, with its gaps and what cannot be true."""

from collections.abc import Iterable
from typing import NamedTuple

from dashboards.grafana import colours, panels, units
from dashboards.grafana.board import Board
from dashboards.grafana.edition import Edition
from dashboards.grafana.influxql import INTERVAL, TOTAL, Influxql, chosen, consumed, having, select
from dashboards.grafana.panels import coloured
from parkwatt.store.influx.layout import Field

NAME = "meter"
_ITS = chosen("meter")
_SECONDS = "10s"
_MOST_SUSPECT = 1000


class _Chart(NamedTuple):
    """Quantities in one chart: they share their unit."""

    key: str
    quantities: tuple[str, ...]
    phases: bool = False


_ELECTRIC = (
    _Chart("power", ("active_power", "available_power", "heat_power"), phases=True),
    _Chart("other_power", ("reactive_power", "apparent_power")),
    _Chart("voltage", ("voltage",), phases=True),
    _Chart("current", ("current",), phases=True),
    _Chart("frequency", ("frequency",)),
    _Chart("power_factor", ("power_factor",), phases=True),
)
_REGISTERS = (
    _Chart("energy", ("energy_import", "energy_export", "energy_production")),
    _Chart("other_energy", ("reactive_energy_import", "reactive_energy_export", "apparent_energy")),
    _Chart("volume", ("volume",)),
    _Chart("mass", ("mass",)),
    _Chart("heat", ("heat",)),
    _Chart("production", ("production",)),
)
_MEDIA = (
    _Chart("volume_flow", ("volume_flow",)),
    _Chart("mass_flow", ("mass_flow",)),
    _Chart("temperature", ("temperature",)),
    _Chart("pressure", ("pressure",)),
    _Chart("humidity", ("humidity", "state_of_charge")),
    _Chart("irradiance", ("irradiance",)),
    _Chart("wind_speed", ("wind_speed",)),
)


def meter(edition: Edition) -> Board:
    """The dashboard."""
    board = Board(edition, NAME, start="now-24h", refresh="30s")
    board.choose("park", "enterprise?", "carrier?", "meter")
    _figures(board)
    _known(board)
    for row, charts in (("electric", _ELECTRIC), ("registers", _REGISTERS), ("media", _MEDIA)):
        board.row(row)
        _charts(board, charts)
    return board


def charted() -> set[str]:
    """The quantities that are shown."""
    return {quantity for charts in (_ELECTRIC, _REGISTERS, _MEDIA) for c in charts for quantity in c.quantities}


def _figures(board: Board) -> None:
    edition, text = board.edition, board.text
    last = select('last("arrived_ms")', "readings", _ITS)
    count = select('count("arrived_ms")', "readings", _ITS, "$timeFilter")
    board.add("heard", panels.figure(units.AGO), [edition.readings(last, text("heard.title"))], size=(6, 5))
    board.add("counted", panels.figure(units.COUNT), [edition.readings(count, text("counted.title"))], size=(6, 5))
    for key, what, unit in (("consumed", 'sum("amount")', "none"), ("consumed_energy", 'sum("kwh")', units.ENERGY)):
        query = consumed(what, _ITS, every="")
        board.add(key, panels.figure(unit), [edition.derived(query, text(f"{key}.title"))], size=(6, 5))


def _known(board: Board) -> None:
    """Whether its numbers may be believed: gaps, suspect values, estimates."""
    edition, text = board.edition, board.text
    gaps = select('count("arrived_ms")', "readings", _ITS, "$timeFilter", every=INTERVAL)
    board.add(
        "gaps",
        panels.steps(units.COUNT, every=panels.QUARTER).override_by_name(
            text("gaps.series"), [coloured(colours.PLAIN)]
        ),
        [edition.readings(gaps, text("gaps.series"))],
        size=(8, 7),
    )
    quarters = consumed('sum("amount")', _ITS)
    board.add(
        "quarters",
        panels.steps("none", every=panels.QUARTER).override_by_name(
            text("quarters.series"), [coloured(colours.SOURCES["grid"])]
        ),
        [edition.derived(quarters, text("quarters.series"))],
        size=(8, 7),
    )
    suspect = select("/_suspect$/", "readings", _ITS, "$timeFilter") + f" ORDER BY time DESC LIMIT {_MOST_SUSPECT}"
    board.add(
        "suspect",
        panels.rows().no_value(text("suspect.none")),
        [edition.readings_table(suspect)],
        size=(8, 7),
    )


def _charts(board: Board, charts: Iterable[_Chart]) -> None:
    for chart in charts:
        unit = units.of_quantity(chart.quantities[0])
        panel = panels.lines(unit, every=_SECONDS)
        for phase, colour in colours.PHASES.items():
            if chart.phases:
                panel = panel.override_by_name(phase, [coloured(colour)])
        board.add(chart.key, panel, list(_queries(board.edition, chart)), size=(8, 8))


def _queries(edition: Edition, chart: _Chart) -> Iterable[Influxql]:
    """A series for each quantity, and for each phase of the first."""
    for quantity in chart.quantities:
        found = select(_mean(quantity), "readings", _ITS, TOTAL, "$timeFilter", every=INTERVAL)
        yield edition.readings(found, edition.words(f"quantities.{quantity}"))
    if chart.phases:
        found = select(
            _mean(chart.quantities[0]), "readings", _ITS, having("phase"), "$timeFilter", by=("phase",), every=INTERVAL
        )
        yield edition.readings(found, "$tag_phase")


def _mean(quantity: str) -> str:
    return f'mean("{Field(quantity).name}")'
