"""What people choose on a dashboard, and what it knows of the park without asking."""

from collections.abc import Iterator, Sequence
from typing import Final

from grafana_foundation_sdk.builders.dashboard import QueryVariable
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    VariableHide,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
    VariableType,
)

from dashboards.grafana import names
from dashboards.grafana.edition import Edition, source
from dashboards.grafana.influxql import PARK
from dashboards.grafana.influxql import chosen as has_chosen
from dashboards.grafana.meter_sets import pattern

EVERYTHING: Final = ".*"
"""The value of All: matches where a tag is absent, too."""


def chosen(edition: Edition, wanted: Sequence[str]) -> Iterator[QueryVariable]:
    """A variable for each tag, among the values that those before it leave.

    Args:
        edition: park and language.
        wanted: tags in order; one that ends in `?` may be left open.
    """
    before: list[str] = []
    for word in wanted:
        tag, may_be_open = word.rstrip("?"), word.endswith("?")
        yield _park(edition) if tag == "park" else _tag(edition, tag, before, may_be_open=may_be_open)
        before.append(tag)


def _park(edition: Edition) -> QueryVariable:
    """The park: one, for which meters make which number is its own affair. Others have dashboards of their own."""
    park = edition.park.id
    return (
        _query(edition, "park", 'SHOW TAG VALUES FROM "readings" WITH KEY = "park"')
        .regex(f"/^{pattern([park])}$/")
        .current(VariableOption(selected=True, text=park, value=park))
    )


def _tag(edition: Edition, tag: str, before: Sequence[str], *, may_be_open: bool) -> QueryVariable:
    measurement = "pipeline" if tag == "writer" else "readings"
    conditions = " AND ".join((PARK, *(has_chosen(other) for other in before if other != "park")))
    variable = _query(edition, tag, f'SHOW TAG VALUES FROM "{measurement}" WITH KEY = "{tag}" WHERE {conditions}')
    if not may_be_open:
        return variable
    everything = VariableOption(selected=True, text="All", value="$__all")
    return variable.include_all(True).all_value(EVERYTHING).current(everything)  # noqa: FBT003 - the SDK's own


def _query(edition: Edition, tag: str, query: str) -> QueryVariable:
    return (
        QueryVariable(tag)
        .label(edition.words(f"variables.{tag}"))
        .datasource(source(names.readings(edition.park.id)))
        .query(query)
        .refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        .sort(VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
    )


class Constant(Builder[VariableModel]):
    """A value that nobody sees and no link carries on."""

    def __init__(self, name: str, value: str) -> None:
        """By its name."""
        self._name, self._value = name, value

    def build(self) -> VariableModel:
        """The variable."""
        return VariableModel(
            type_val=VariableType.CONSTANT,
            name=self._name,
            hide=VariableHide.HIDE_VARIABLE,
            skip_url_sync=True,
            query=self._value,
            current=VariableOption(selected=True, text=self._value, value=self._value),
        )


def meter_set(name: str, ids: Sequence[str]) -> Constant:
    """A set of meters, as a regular expression."""
    return Constant(name, pattern(ids))
