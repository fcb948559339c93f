"""Parts that several dashboards have."""

from collections.abc import Mapping

from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from dashboards.grafana import colours, panels, units
from dashboards.grafana.board import Board
from dashboards.grafana.edition import Edition
from dashboards.grafana.influxql import select
from dashboards.grafana.panels import named
from parkwatt.park import CARRIERS

_HEARD_WITHIN = "time > now() - 7d"


def of_carriers(edition: Edition) -> list[str]:
    """The carriers that a park has meters of."""
    there = {meter.carrier for meter in edition.park.carrier_meters}
    return [carrier for carrier in CARRIERS if carrier in there]


def carrier_series(edition: Edition) -> Mapping[str, list[DynamicConfigValue]]:
    """How a series of each carrier looks, by its tag."""
    return {c: named(edition.words.carrier(c), colours.CARRIERS[c]) for c in of_carriers(edition)}


def enterprises(edition: Edition, title: str) -> list[DynamicConfigValue]:
    """A column of ids of enterprises: their names, and a link to each one's dashboard."""
    names = {id_: {"text": name} for id_, name in edition.enterprises.items()}
    link = f"/d/{edition.uid('enterprise')}?var-enterprise=${{__value.raw}}&${{__url_time_range}}"
    return [
        *named(title),
        DynamicConfigValue("mappings", [{"type": "value", "options": names}]),
        DynamicConfigValue("links", [{"title": edition.words("enterprise.title"), "url": link}]),
    ]


def meters(edition: Edition, title: str) -> list[DynamicConfigValue]:
    """A column of ids of meters, with a link to each one's dashboard."""
    link = f"/d/{edition.uid('meter')}?var-meter=${{__value.raw}}&${{__url_time_range}}"
    return [*named(title), DynamicConfigValue("links", [{"title": edition.words("meter.title"), "url": link}])]


def carriers(edition: Edition, title: str) -> list[DynamicConfigValue]:
    """A column of carriers: their names."""
    names = {carrier: {"text": edition.words.carrier(carrier)} for carrier in CARRIERS}
    return [*named(title), DynamicConfigValue("mappings", [{"type": "value", "options": names}])]


def heard(board: Board, key: str, *conditions: str, size: tuple[int, int]) -> None:
    """When meters were last heard, those first that have been silent for longest."""
    edition, words = board.edition, board.edition.words
    title = words("columns.heard")
    table = (
        panels.rows()
        .transformations([panels.transformation("filterFieldsByName", exclude={"pattern": "/^[Tt]ime/"})])
        .override_by_name("enterprise", enterprises(edition, words("columns.enterprise")))
        .override_by_name("carrier", carriers(edition, words("columns.carrier")))
        .override_by_name("meter", meters(edition, words("columns.meter")))
        .override_by_name("heard", [*named(title), *panels.cells(units.AGO)])
        .sort_by([panels.sorted_by(title, descending=False)])
    )
    tags = ("enterprise", "carrier", "meter")
    query = select('last("arrived_ms") AS "heard"', "readings", *conditions, _HEARD_WITHIN, by=tags)
    board.add(key, table, [edition.readings_table(query)], size=size)
