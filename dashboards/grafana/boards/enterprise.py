"""Enterprise: what it uses, what that costs and emits, and whether it stays within its contract."""

from dashboards.grafana import colours, panels, units
from dashboards.grafana.board import Board
from dashboards.grafana.edition import Edition
from dashboards.grafana.influxql import (
    FIRMS_USED,
    MEAN_POWER,
    POWER,
    Part,
    added,
    among,
    chosen,
    consumed,
    contract,
    having,
    latest,
    now,
)
from dashboards.grafana.panels import coloured, named
from dashboards.grafana.parts import carrier_series, carriers, heard

NAME = "enterprise"
_ITS = chosen("enterprise")
_ELECTRIC = having("carrier", "electricity")


def enterprise(edition: Edition) -> Board:
    """The dashboard."""
    board = Board(edition, NAME, start="now-7d", refresh="1m")
    board.choose("park", "enterprise")
    _figures(board)
    _power(board)
    _consumption(board)
    heard(board, "meters", _ITS, size=(24, 10))
    return board


def _figures(board: Board) -> None:
    edition, text = board.edition, board.text
    used = now(latest(POWER, "firms_grid", _ITS), latest(POWER, "firms_given", _ITS, sign=-1))
    board.add("use_now", panels.figure(units.POWER), [edition.readings(used, text("use_now.title"))], size=(4, 5))
    demand = now(latest(POWER, "firms_entry", _ITS, reduced="mean"))
    board.add(
        "demand_now",
        panels.part_of(units.POWER).with_transformation(panels.limit_from("limit", "max")),
        [
            edition.readings(demand, text("demand_now.title")),
            edition.derived_table(contract(enterprise=True), ref="limit"),
        ],
        size=(4, 5),
    )
    into = {
        "carbon": (units.CARBON, 'sum("co2_location_kg") / 1000'),
        "coal": (units.COAL, 'sum("tce")'),
        "cost": (units.MONEY, 'sum("cost")'),
    }
    totals = {"energy": (units.ENERGY, added('sum("kwh")', FIRMS_USED, _ITS, _ELECTRIC, every=""))} | {
        key: (unit, consumed(what, among("firms_into"), _ITS, every="")) for key, (unit, what) in into.items()
    }
    for key, (unit, query) in totals.items():
        board.add(
            key,
            panels.figure(unit).no_value(text("unknown")),
            [edition.derived(query, text(f"{key}.title"))],
            size=(4, 5),
        )


def _power(board: Board) -> None:
    edition, text, words = board.edition, board.text, board.edition.words
    parts = {
        text("from_grid"): ([Part("firms_grid")], colours.SOURCES["grid"]),
        text("own"): ([Part("firms_given", -1)], colours.SOURCES["pv"]),
    }
    panel = panels.areas(units.POWER)
    for name, (_, colour) in parts.items():
        panel = panel.override_by_name(name, [coloured(colour)])
    board.add(
        "power",
        panel,
        [edition.derived(added(MEAN_POWER, added_up, _ITS, _ELECTRIC), name) for name, (added_up, _) in parts.items()],
        size=(14, 9),
    )
    board.add(
        "demand",
        panels.demand(),
        [
            edition.derived(consumed(MEAN_POWER, among("firms_entry"), _ITS), words("live.from_grid")),
            edition.derived_table(contract(enterprise=True), ref="limit"),
        ],
        size=(10, 9),
    )


def _consumption(board: Board) -> None:
    edition, text, words = board.edition, board.text, board.edition.words
    board.row("consumption")
    charts = (
        ("per_hour", units.ENERGY, 'sum("kwh")', "1h"),
        ("per_day", units.ENERGY, 'sum("kwh")', "1d"),
        ("carbon_per_day", units.CARBON, 'sum("co2_location_kg") / 1000', "1d"),
        ("cost_per_day", units.MONEY, 'sum("cost")', "1d"),
    )
    for key, unit, what, every in charts:
        panel = panels.steps(unit, every=every).no_value(text("unknown"))
        for carrier, look in carrier_series(edition).items():
            panel = panel.override_by_name(carrier, look)
        query = consumed(what, among("firms_into"), _ITS, by=("carrier",), every=every, zone=edition.zone)
        board.add(key, panel, [edition.derived(query, "$tag_carrier")], size=(12, 8))
    columns = {
        "amount": ('sum("amount")', "none"),
        "energy": ('sum("kwh")', units.ENERGY),
        "coal": ('sum("tce")', units.COAL),
        "carbon": ('sum("co2_location_kg") / 1000', units.CARBON),
        "cost": ('sum("cost")', units.MONEY),
    }
    table = (
        panels.rows()
        .transformations([panels.transformation("filterFieldsByName", exclude={"pattern": "/^[Tt]ime/"})])
        .override_by_name("carrier", carriers(edition, words("columns.carrier")))
    )
    for name, (_, unit) in columns.items():
        table = table.override_by_name(name, [*named(words(f"columns.{name}")), *panels.cells(unit)])
    what = ", ".join(f'{asked} AS "{name}"' for name, (asked, _) in columns.items())
    board.add(
        "by_carrier",
        table,
        [edition.derived_table(consumed(what, among("firms_into"), _ITS, by=("carrier",), every=""))],
        size=(12, 8),
    )
    board.add(
        "known",
        panels.lines(units.SHARE, every="1d")
        .min(0)
        .max(1)
        .override_by_name(text("measured"), [coloured(colours.GOOD)])
        .override_by_name(text("estimated"), [coloured(colours.WARNING)]),
        [
            edition.derived(
                consumed(f'mean("{share}_share")', among("firms_into"), _ITS, every="1d", zone=edition.zone),
                text(share),
            )
            for share in ("measured", "estimated")
        ],
        size=(12, 8),
    )
