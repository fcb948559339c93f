"""What a dashboard is made for: a park, in a language."""

from dataclasses import dataclass
from functools import cached_property

from grafana_foundation_sdk.models.dashboard import DataSourceRef

from dashboards.grafana import names
from dashboards.grafana.influxql import Influxql
from dashboards.grafana.meter_sets import MeterSets, meter_sets
from dashboards.grafana.words import Language, Words
from parkwatt.park import Park


@dataclass(frozen=True)
class Edition:
    """A park in a language.

    Attributes:
        park: the park.
        language: of titles, descriptions and labels.
        languages: that are published; from one there is a link to the other.
    """

    park: Park
    language: Language
    languages: tuple[Language, ...]

    @cached_property
    def words(self) -> Words:
        """Its texts."""
        return Words(self.language)

    @cached_property
    def meters(self) -> MeterSets:
        """Which meters make which number."""
        return meter_sets(self.park)

    @cached_property
    def enterprises(self) -> dict[str, str]:
        """Names of enterprises by id."""
        return {e.id: e.name.in_language(self.language) or e.id for e in self.park.enterprises}

    @property
    def zone(self) -> str:
        """The park's time zone, in which days are counted."""
        return self.park.time_zone

    def uid(self, board: str) -> str:
        """The uid of a dashboard in this language."""
        return names.board(self.park.id, board, self.language)

    def readings(self, query: str, alias: str = "", *, ref: str = "") -> Influxql:
        """Ask readings for series."""
        return Influxql(names.readings(self.park.id), query, alias, ref=ref)

    def readings_table(self, query: str, *, ref: str = "") -> Influxql:
        """Ask readings for a table."""
        return Influxql(names.readings(self.park.id), query, table=True, ref=ref)

    def derived(self, query: str, alias: str = "", *, ref: str = "") -> Influxql:
        """Ask derived data for series."""
        return Influxql(names.derived(self.park.id), query, alias, ref=ref)

    def derived_table(self, query: str, *, ref: str = "") -> Influxql:
        """Ask derived data for a table."""
        return Influxql(names.derived(self.park.id), query, table=True, ref=ref)


def source(uid: str) -> DataSourceRef:
    """A data source, by its uid."""
    return DataSourceRef(type_val="influxdb", uid=uid)
