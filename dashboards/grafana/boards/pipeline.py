"""Pipeline health: does everything that meters say arrive, and is it kept?"""

from dashboards.grafana import colours, panels, units
from dashboards.grafana.board import Board
from dashboards.grafana.edition import Edition
from dashboards.grafana.influxql import INTERVAL, chosen, select, select_from
from dashboards.grafana.panels import coloured, named

NAME = "pipeline"
EVERY = "30s"
"""Twice as long as collectors take between two words of themselves."""

_ITS = chosen("writer")
_NEAR = "time > now() - 2m"
_JOINED_MS = 120_000


def pipeline(edition: Edition) -> Board:
    """The dashboard."""
    board = Board(edition, NAME, start="now-3h", refresh="30s")
    board.choose("park", "writer?")
    _figures(board)
    _rates(board)
    _waiting(board)
    _rejections(board)
    return board


def _figures(board: Board) -> None:
    bad = panels.limits({0.0: colours.GOOD, 1.0: colours.ALARM})
    good = panels.limits({0.0: colours.ALARM, 1.0: colours.GOOD})
    many, much = (panels.limits({0.0: colours.GOOD, limit: colours.WARNING}) for limit in (1e5, 1e9))
    for key, field, reduced, steps, unit in (
        ("collectors", "connected", "count", good, units.COUNT),
        ("connected", "connected", "min", good, "bool_yes_no"),
        ("problems", "problems", "sum", bad, units.COUNT),
        ("store_problem", "store_problem", "max", bad, "bool_yes_no"),
        ("messages_waiting", "messages_waiting", "sum", many, units.COUNT),
        ("spool_bytes", "spool_bytes", "sum", much, units.BYTES),
    ):
        newest = select(f'last("{field}") AS "v"', "pipeline", _ITS, _NEAR, by=("writer",))
        board.add(
            key,
            panels.figure(unit).color_scheme(panels.by_limits()).thresholds(steps).no_value(board.text("silent")),
            [board.edition.readings(select_from(f'{reduced}("v")', newest), board.text(f"{key}.title"))],
            size=(4, 4),
        )


def _rates(board: Board) -> None:
    edition, text = board.edition, board.text
    looks = {"received": colours.PLAIN, "stored": colours.GOOD, "duplicate": "#76B7B2", "rejected": colours.ALARM}
    panel = panels.lines(units.RATE, every=EVERY, joined=_JOINED_MS).min(0)
    queries = []
    for count, colour in looks.items():
        panel = panel.override_by_name(text(f"counts.{count}"), [coloured(colour)])
        rate = f'non_negative_derivative(max("{count}"), 1s) AS "v"'
        each = select(rate, "pipeline", _ITS, "$timeFilter", by=("writer",), every=INTERVAL, fill="none")
        queries.append(edition.readings(select_from('sum("v")', each, every=INTERVAL), text(f"counts.{count}")))
    board.add("rates", panel, queries, size=(12, 9))
    batches = select('count("stored")', "batches", _ITS, "$timeFilter", by=("writer",), every=INTERVAL)
    board.add(
        "batches", panels.steps(units.COUNT, every=EVERY), [edition.readings(batches, "$tag_writer")], size=(6, 9)
    )
    added = select('non_negative_difference("stored") AS "v"', "batches", _ITS, "$timeFilter", by=("writer",))
    size = select_from('mean("v")', added, by=("writer",), every=INTERVAL)
    board.add(
        "batch_size",
        panels.lines(units.COUNT, every=EVERY, joined=_JOINED_MS),
        [edition.readings(size, "$tag_writer")],
        size=(6, 9),
    )


def _waiting(board: Board) -> None:
    board.row("by_collector")
    for key, field, unit in (
        ("waiting", "messages_waiting", units.COUNT),
        ("spooled", "spooled_readings", units.COUNT),
        ("spool", "spool_bytes", units.BYTES),
        ("troubles", "problems", units.COUNT),
    ):
        query = select(f'max("{field}")', "pipeline", _ITS, "$timeFilter", by=("writer",), every=INTERVAL)
        panel = panels.lines(unit, every=EVERY, joined=_JOINED_MS).min(0)
        board.add(key, panel, [board.edition.readings(query, "$tag_writer")], size=(6, 8))


def _rejections(board: Board) -> None:
    edition, words = board.edition, board.edition.words
    board.row("rejections")
    count = select('count("reason")', "rejections", _ITS, "$timeFilter", by=("writer",), every=INTERVAL)
    board.add(
        "rejected",
        panels.steps(units.COUNT, every=panels.QUARTER),
        [edition.readings(count, "$tag_writer")],
        size=(8, 10),
    )
    newest = select('"topic", "reason", "payload"', "rejections", _ITS, "$timeFilter") + " ORDER BY time DESC LIMIT 100"
    table = panels.rows().no_value(board.text("newest.none"))
    for name in ("topic", "reason", "payload"):
        table = table.override_by_name(name, named(words(f"columns.{name}")))
    board.add("newest", table, [edition.readings_table(newest)], size=(16, 10))
