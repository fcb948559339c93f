"""Carbon and targets: what the park emits, who emits it, what is known of it, and what is aimed at."""

from dashboards.grafana import colours, panels, units
from dashboards.grafana.board import Board
from dashboards.grafana.edition import Edition
from dashboards.grafana.influxql import QUARTER_MS, among, chosen, consumed, contract, select, select_from
from dashboards.grafana.panels import coloured, named
from dashboards.grafana.parts import carrier_series, enterprises

NAME = "carbon"
COMPLETE = 0.9
"""Share of a day that has to be measured: the rule of the national online monitoring of energy."""

_LOCATION, _MARKET = 'sum("co2_location_kg") / 1000', 'sum("co2_market_kg") / 1000'


def carbon(edition: Edition) -> Board:
    """The dashboard."""
    board = Board(edition, NAME, start="now/y", refresh="5m")
    board.choose("park", "enterprise?")
    _figures(board)
    _over_time(board)
    _enterprises(board)
    _targets(board)
    return board


def _figures(board: Board) -> None:
    edition, text = board.edition, board.text
    figures = {
        "location": (units.CARBON, _LOCATION),
        "market": (units.CARBON, _MARKET),
        "coal": (units.COAL, 'sum("tce")'),
        "per_coal": ("suffix: t/tce", 'sum("co2_location_kg") / sum("tce") / 1000'),
        "cost": (units.MONEY, 'sum("cost")'),
    }
    for key, (unit, what) in figures.items():
        board.add(
            key,
            panels.figure(unit).no_value(text("unknown")),
            [edition.derived(consumed(what, among("into"), every=""), text(f"{key}.title"))],
            size=(4, 5),
        )
    board.add(
        "measured",
        panels.figure(units.SHARE)
        .decimals(1)
        .color_scheme(panels.by_limits())
        .thresholds(panels.limits({0.0: colours.ALARM, COMPLETE: colours.GOOD})),
        [edition.derived(consumed(_measured(edition, "into"), among("into"), every=""), text("measured.title"))],
        size=(4, 5),
    )


def _over_time(board: Board) -> None:
    edition, text = board.edition, board.text
    per_day = panels.steps(units.CARBON, every="1d")
    for carrier, look in carrier_series(edition).items():
        per_day = per_day.override_by_name(carrier, look)
    query = consumed(_LOCATION, among("into"), by=("carrier",), every="1d", zone=edition.zone)
    board.add("per_day", per_day, [edition.derived(query, "$tag_carrier")], size=(12, 9))
    cumulative = f"cumulative_sum({_LOCATION.replace(' / 1000', '')}) / 1000"
    board.add(
        "cumulative",
        panels.lines(units.CARBON, every="1d").min(0),
        [
            edition.derived(consumed(what, among("into"), every="1d", zone=edition.zone), text(f"methods.{method}"))
            for method, what in (("location", cumulative), ("market", cumulative.replace("location", "market")))
        ],
        size=(12, 9),
    )
    for key, unit, asked in (
        ("methods", units.CARBON, {"location": _LOCATION, "market": _MARKET}),
        ("coal_per_month", units.COAL, {"coal": 'sum("tce")'}),
        ("cost_per_month", units.MONEY, {"cost": 'sum("cost")'}),
    ):
        panel = panels.by_month(panels.bars(unit), edition.zone, list(asked)).no_value(text("unknown"))
        if key == "methods":
            panel = panel.stacking(panels.BESIDE)
        what = ", ".join(f'{sum_} AS "{name}"' for name, sum_ in asked.items())
        for name in asked:
            panel = panel.override_by_name(f"{name} (sum)", named(text(f"methods.{name}")))
        query = consumed(what, among("into"), every="1d", zone=edition.zone)
        board.add(key, panel, [edition.derived_table(query)], size=(8, 9))


def _enterprises(board: Board) -> None:
    edition, words = board.edition, board.edition.words
    board.row("enterprises")
    columns = {
        "carbon": (units.CARBON, _LOCATION),
        "market": (units.CARBON, _MARKET),
        "energy": (units.ENERGY, 'sum("kwh")'),
        "coal": (units.COAL, 'sum("tce")'),
        "cost": (units.MONEY, 'sum("cost")'),
        "measured": (units.SHARE, 'mean("measured_share")'),
    }
    table = (
        panels.rows()
        .transformations([panels.transformation("filterFieldsByName", exclude={"pattern": "/^[Tt]ime/"})])
        .override_by_name("enterprise", enterprises(edition, words("columns.enterprise")))
    )
    for name, (unit, _) in columns.items():
        look = panels.cells(unit, bar=name == "carbon")
        table = table.override_by_name(name, [*named(words(f"columns.{name}")), *look])
    what = ", ".join(f'{sum_} AS "{name}"' for name, (_, sum_) in columns.items())
    board.add(
        "by_enterprise",
        table.sort_by([panels.sorted_by(words("columns.carbon"))]),
        [edition.derived_table(consumed(what, among("firms_into"), by=("enterprise",), every=""))],
        size=(24, 12),
    )
    per_day = panels.steps(units.CARBON, every="1d")
    per_month = panels.by_month_and(panels.bars(units.CARBON), edition.zone, "enterprise", "carbon")
    for enterprise, name in edition.enterprises.items():
        per_day = per_day.override_by_name(enterprise, named(name))
        per_month = per_month.override_by_name(enterprise, named(name))
    conditions = (among("firms_into"), chosen("enterprise"))
    days = consumed(_LOCATION, *conditions, by=("enterprise",), every="1d", zone=edition.zone)
    board.add("enterprise_per_day", per_day, [edition.derived(days, "$tag_enterprise")], size=(12, 11))
    days = consumed(f'{_LOCATION} AS "carbon"', *conditions, by=("enterprise",), every="1d", zone=edition.zone)
    board.add("enterprise_per_month", per_month, [edition.derived_table(days)], size=(12, 11))


def _targets(board: Board) -> None:
    edition, text = board.edition, board.text
    board.row("targets")
    quarters = select('sum("kwh") * 4 AS "kw"', "consumption", among("grid"), "$timeFilter", every="15m", fill="none")
    highest = select_from('max("kw")', quarters, every="1d", zone=edition.zone)
    board.add(
        "highest_demand",
        panels.demand().interval("1d"),
        [
            edition.derived(highest, text("highest_demand.series")),
            edition.derived_table(contract(), ref="limit"),
        ],
        size=(12, 9),
    )
    shares = {"measured": colours.GOOD, "estimated": colours.WARNING}
    panel = panels.steps(units.SHARE, every="1d").min(0).max(1)
    for share, colour in shares.items():
        panel = panel.override_by_name(text(f"shares.{share}"), [coloured(colour)])
    day = 86_400_000 // QUARTER_MS * max(len(edition.meters["into"]), 1)
    board.add(
        "shares",
        panels.with_line(panel, COMPLETE),
        [
            edition.derived(
                consumed(f'sum("{share}_share") / {day}', among("into"), every="1d", zone=edition.zone),
                text(f"shares.{share}"),
            )
            for share in shares
        ],
        size=(12, 9),
    )


def _measured(edition: Edition, meters: str) -> str:
    """The share of all quarters of the shown time, of all meters of a set, that is measured."""
    quarters = f"(${{__to}} - ${{__from}}) / {QUARTER_MS} * {max(len(edition.meters[meters]), 1)}"
    return f'sum("measured_share") / ({quarters})'
