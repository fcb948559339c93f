"""Park live: is anything wrong now, and are we within demand and yesterday?"""

from dashboards.grafana import colours, panels, units
from dashboards.grafana.board import Board
from dashboards.grafana.edition import Edition
from dashboards.grafana.influxql import (
    FIRMS_USED,
    INTERVAL,
    MEAN_POWER,
    POWER,
    RECENT,
    USED,
    Part,
    added,
    among,
    chosen,
    consumed,
    contract,
    flow,
    having,
    latest,
    now,
    select,
    select_from,
)
from dashboards.grafana.panels import coloured, named
from dashboards.grafana.parts import enterprises, heard, of_carriers
from parkwatt.park import CARRIERS
from parkwatt.store.influx.layout import Field

NAME = "live"
_SIGN = {"grid": 1, "pv": -1, "battery": -1}
_TODAY = "now/d"


def live(edition: Edition) -> Board:
    """The dashboard."""
    board = Board(edition, NAME, start="now-24h", refresh="30s")
    board.choose("park", "enterprise?")
    _figures(board)
    _power(board)
    _enterprises(board)
    _carriers(board)
    _meters(board)
    return board


def _figures(board: Board) -> None:
    edition, words = board.edition, board.edition.words
    used = now(latest(POWER, "grid"), latest(POWER, "given", sign=-1))
    board.add("use_now", panels.figure(units.POWER), [edition.readings(used, words("live.use_now.title"))], size=(4, 5))
    means = latest(POWER, "grid", reduced="mean")
    board.add(
        "demand_now",
        panels.part_of(units.POWER).with_transformation(panels.limit_from("limit", "max")),
        [
            edition.readings(now(means), words("live.demand_now.title")),
            edition.derived_table(contract(), ref="limit"),
        ],
        size=(4, 5),
    )
    for key, shift in (("today", ""), ("yesterday", "1d")):
        figure = panels.figure(units.ENERGY).time_from(_TODAY).hide_time_override(False)  # noqa: FBT003
        board.add(
            f"energy_{key}",
            figure.time_shift(shift) if shift else figure,
            [
                edition.derived(added('sum("kwh")', USED, every=""), words("live.used")),
                edition.derived(added('sum("kwh")', [Part("pv", -1)], every=""), words.source("pv")),
            ],
            size=(4, 5),
        )
    board.add(
        "carbon_today",
        panels.figure(units.CARBON).time_from(_TODAY).decimals(1),
        [
            edition.derived(
                consumed('sum("co2_location_kg") / 1000', among("into"), every=""), words("live.carbon_today.title")
            )
        ],
        size=(4, 5),
    )
    heard_now = select('last("arrived_ms") AS "v"', "readings", having("carrier"), RECENT, by=("meter",))
    board.add(
        "meters_heard",
        panels.part_of(units.COUNT)
        .max(len(edition.park.meters))
        .thresholds(panels.limits({0.0: colours.ALARM, 90.0: colours.WARNING, 99.0: colours.GOOD}, percent=True)),
        [
            edition.readings(
                select_from('count("v")', heard_now),
                words("live.meters_heard.title", n=len(edition.park.meters)),
            )
        ],
        size=(4, 5),
        n=len(edition.park.meters),
    )


def _power(board: Board) -> None:
    edition, words = board.edition, board.edition.words
    sources = [source for source in _SIGN if edition.meters[source]]
    panel = panels.areas(units.POWER)
    for source in sources:
        panel = panel.override_by_name(words.source(source), [coloured(colours.SOURCES[source])])
    board.add(
        "power_by_source",
        panel,
        [edition.readings(flow(POWER, source, sign=_SIGN[source]), words.source(source)) for source in sources],
        size=(14, 10),
    )
    board.add(
        "demand",
        panels.demand(),
        [
            edition.derived(consumed(MEAN_POWER, among("grid")), words("live.from_grid")),
            edition.derived_table(contract(), ref="limit"),
        ],
        size=(10, 10),
    )
    used = added(MEAN_POWER, USED)
    for key, shift in (("power_today", ""), ("power_yesterday", "1d")):
        panel = (
            panels.lines(units.POWER)
            .time_from(_TODAY)
            .min(0)
            .override_by_name(words("live.used"), [coloured(colours.PLAIN if shift else colours.SOURCES["grid"])])
        )
        board.add(
            key, panel.time_shift(shift) if shift else panel, [edition.derived(used, words("live.used"))], size=(12, 7)
        )


def _enterprises(board: Board) -> None:
    edition, words = board.edition, board.edition.words
    board.row("enterprises")
    table = (
        panels.rows()
        .transformations(
            [
                panels.transformation("filterFieldsByName", exclude={"pattern": "/^[Tt]ime/"}),
                panels.transformation("joinByField", byField="enterprise", mode="outer"),
            ]
        )
        .time_from(_TODAY)
        .override_by_name("enterprise", enterprises(edition, words("columns.enterprise")))
        .override_by_name("power", [*named(words("columns.power")), *panels.cells(units.POWER, bar=True)])
        .override_by_name("energy", [*named(words("columns.energy")), *panels.cells(units.ENERGY)])
        .override_by_name("carbon", [*named(words("columns.carbon")), *panels.cells(units.CARBON)])
        .sort_by([panels.sorted_by(words("columns.power"))])
    )
    power = now(
        latest(POWER, "firms_grid", by=("enterprise",)),
        latest(POWER, "firms_given", by=("enterprise",), sign=-1),
        by=("enterprise",),
        name="power",
    )
    energy = added('sum("kwh") AS "energy"', FIRMS_USED, by=("enterprise",), every="")
    carbon = consumed('sum("co2_location_kg") / 1000 AS "carbon"', among("firms_into"), by=("enterprise",), every="")
    board.add(
        "top_enterprises",
        table,
        [edition.readings_table(power), edition.derived_table(energy), edition.derived_table(carbon)],
        size=(10, 12),
    )
    chart = panels.lines(units.POWER)
    for enterprise, name in edition.enterprises.items():
        chart = chart.override_by_name(enterprise, named(name))
    board.add(
        "power_by_enterprise",
        chart,
        [edition.derived(added(MEAN_POWER, FIRMS_USED, chosen("enterprise"), by=("enterprise",)), "$tag_enterprise")],
        size=(14, 12),
    )


def _carriers(board: Board) -> None:
    edition, words = board.edition, board.edition.words
    others = [c for c in of_carriers(edition) if c != "electricity"]
    if not others:
        return
    board.row("carriers")
    for carrier in others:
        field = Field(CARRIERS[carrier].flow).name
        panel = panels.lines(units.of_flow(carrier)).override_by_name(
            words.carrier(carrier), [coloured(colours.CARRIERS[carrier])]
        )
        query = flow(field, "flow", having("carrier", carrier))
        board.add(
            "carrier_flow",
            panel,
            [edition.readings(query, words.carrier(carrier))],
            size=(24 // min(len(others), 4), 7),
            carrier=words.carrier(carrier),
        )


def _meters(board: Board) -> None:
    edition = board.edition
    board.row("meters")
    each = select(
        'count("arrived_ms") AS "v"',
        "readings",
        having("carrier"),
        "$timeFilter",
        by=("meter",),
        every=INTERVAL,
        fill="none",
    )
    board.add(
        "counted",
        panels.steps(units.COUNT, every="15m").override_by_name(
            board.text("counted.series"), [coloured(colours.PLAIN)]
        ),
        [edition.readings(select_from('count("v")', each, every=INTERVAL), board.text("counted.series"))],
        size=(10, 9),
    )
    heard(board, "longest_silent", chosen("enterprise"), size=(14, 9))
