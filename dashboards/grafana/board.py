"""A dashboard in the making: panels are placed from left to right, with their titles in its language."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef

from dashboards.grafana import variables
from dashboards.grafana.edition import Edition, source
from dashboards.grafana.influxql import Influxql
from dashboards.grafana.panels import Panel

SCHEMA: Final = 38
"""Of Grafana 10: later ones bring it up to date by themselves, earlier ones could not read a newer one."""

_MIXED = DataSourceRef(type_val="datasource", uid="-- Mixed --")
_SET = re.compile(r"\$\{(\w+):raw\}")
_LETTERS = "ABCDEFGH"

Model = dict[str, Any]
"""A dashboard as Grafana keeps it: JSON."""


class Board:
    """A dashboard of an edition.

    Attributes:
        edition: park and language.
        name: of the dashboard, `live`: in its uid, and of its texts.
    """

    def __init__(self, edition: Edition, name: str, *, start: str, refresh: str) -> None:
        """An empty one.

        Args:
            edition: park and language.
            name: of the dashboard.
            start: of the time it shows at first, `now-24h`.
            refresh: how often it asks again, `30s`.
        """
        self.edition = edition
        self.name = name
        self._panels = 0
        self._title = edition.words(f"{name}.title")
        self._dashboard = (
            build.Dashboard(self._title)
            .uid(edition.uid(name))
            .description(edition.words(f"{name}.says"))
            .tags(["parkwatt", edition.park.id, {"en": "English", "zh": "中文"}[edition.language]])
            .timezone(edition.zone)
            .time(start, "now")
            .refresh(refresh)
            .tooltip(DashboardCursorSync.CROSSHAIR)
        )

    def choose(self, *names: str) -> None:
        """Let people choose: park, enterprise, carrier, meter, writer, each among what the ones before leave."""
        for variable in variables.chosen(self.edition, names):
            self._dashboard.with_variable(variable)

    def text(self, key: str, **fill: object) -> str:
        """A text of this dashboard."""
        return self.edition.words(f"{self.name}.{key}", **fill)

    def row(self, key: str) -> None:
        """A heading over what follows."""
        self._panels += 1
        self._dashboard.with_row(build.Row(self.text(f"{key}.title")).id(self._panels))

    def add(
        self, key: str, panel: Panel, queries: Sequence[Influxql], *, size: tuple[int, int], **fill: object
    ) -> None:
        """Place a panel.

        Args:
            key: of its title and description in the texts.
            panel: how it looks.
            queries: what it asks.
            size: width, of 24, and height.
            fill: places in title and description.
        """
        self._panels += 1
        width, height = size
        sources = {query.source for query in queries}
        panel = (
            panel.id(self._panels)
            .title(self.text(f"{key}.title", **fill))
            .description(self.text(f"{key}.says", **fill))
            .datasource(source(sources.pop()) if len(sources) == 1 else _MIXED)
            .span(width)
            .height(height)
        )
        for letter, query in zip(_LETTERS, queries, strict=False):
            panel = panel.with_target(
                Influxql(query.source, query.query, query.alias, query.table, query.ref or letter)
            )
        self._dashboard.with_panel(panel)

    def finished(self, links: Sequence[build.DashboardLink]) -> Model:
        """The dashboard, with links to others."""
        for link in links:
            self._dashboard.link(link)
        for meters in sorted(set(_SET.findall(json.dumps(self._dashboard.build(), cls=JSONEncoder)))):
            self._dashboard.with_variable(variables.meter_set(meters, self.edition.meters[meters]))
        model: Model = json.loads(json.dumps(self._dashboard.build(), cls=JSONEncoder))
        return model | {"schemaVersion": SCHEMA}
