"""Questions to InfluxDB in InfluxQL, as Grafana asks them: `$timeFilter`, `$__interval` and variables are filled there.

A total of many meters is the sum of each meter's mean in an interval. Missing intervals stay empty: `fill(null)`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery

from parkwatt.store.influx.influxql import quoted
from parkwatt.store.influx.layout import Field

INTERVAL: Final = "$__interval"
PARK: Final = '"park" =~ /^${park:regex}$/'
POWER: Final = Field("active_power").name
QUARTER_MS: Final = 900_000
RECENT: Final = "time > now() - 15m"
"""What counts as now: no meter may be silent for longer."""


@dataclass(frozen=True, slots=True)
class Influxql(Dataquery, Builder[Dataquery]):
    """A question of a panel.

    Attributes:
        source: uid of the data source.
        query: in InfluxQL.
        alias: name of the series; `$tag_meter` stands for the value of a tag.
        table: whether the answer is a table, not series over time.
        ref: by which transformations and overrides know it; the next letter if empty.
    """

    source: str
    query: str
    alias: str = ""
    table: bool = False
    ref: str = ""

    def build(self) -> Dataquery:
        """Itself: there is nothing left to build."""
        return self

    def to_json(self) -> dict[str, object]:
        """As Grafana keeps it."""
        return {
            "refId": self.ref,
            "datasource": {"type": "influxdb", "uid": self.source},
            "query": self.query,
            "rawQuery": True,
            "resultFormat": "table" if self.table else "time_series",
            "alias": self.alias,
        }


def chosen(tag: str) -> str:
    """The condition that a tag has the value, or one of the values, chosen in the variable of the same name."""
    return f'"{tag}" =~ /^${{{tag}:regex}}$/'


def among(meters: str) -> str:
    """The condition that a meter is in a set of `meter_sets`."""
    return f'"meter" =~ /^${{{meters}:raw}}$/'


def without(tag: str) -> str:
    """The condition that a tag is absent."""
    return f"\"{tag}\" = ''"


def having(tag: str, value: str = "") -> str:
    """The condition that a tag has a value; without one, that it is there at all."""
    return f'"{tag}" = {quoted(value)}' if value else f"\"{tag}\" != ''"


TOTAL: Final = without("phase")
"""The condition that a reading is of no phase but the whole."""


def select(  # noqa: PLR0913 - the parts that a question has
    what: str,
    measurement: str,
    *conditions: str,
    by: tuple[str, ...] = (),
    every: str = "",
    fill: str = "null",
    zone: str = "",
) -> str:
    """Ask a measurement about this park.

    Args:
        what: is asked for.
        measurement: its name.
        conditions: on tags and time.
        by: tags.
        every: length of an interval; empty for the whole time at once.
        fill: of an interval in which there is nothing.
        zone: IANA name, for intervals of days.
    """
    return _ask(what, f'"{measurement}"', (PARK, *conditions)) + _grouped(by, every, fill, zone)


def select_from(what: str, *queries: str, by: tuple[str, ...] = (), every: str = "", zone: str = "") -> str:
    """Ask the answers to other questions; with intervals in the time shown.

    Args:
        what: is asked for.
        queries: whose answers are put together.
        by: tags.
        every: length of an interval; empty for the whole time at once.
        zone: IANA name, for intervals of days.
    """
    time = ("$timeFilter",) if every else ()
    return _ask(what, ", ".join(f"({query})" for query in queries), time) + _grouped(by, every, "null", zone)


def _ask(what: str, source: str, conditions: Sequence[str]) -> str:
    found = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {what} FROM {source}{found}"  # noqa: S608 - names of our own, and variables that Grafana escapes


def _grouped(tags: tuple[str, ...], every: str, fill: str, zone: str) -> str:
    by = ", ".join((*([f"time({every})"] if every else []), *(f'"{tag}"' for tag in tags)))
    filled = f" fill({fill})" if every else ""
    return f"{f' GROUP BY {by}' if by else ''}{filled}" + (f" tz('{zone}')" if zone else "")


def flow(field: str, meters: str, *conditions: str, sign: int = 1) -> str:
    """What flows through meters together over time, from readings.

    Args:
        field: of the flow.
        meters: the set.
        conditions: more of them.
        sign: -1 where the other direction is wanted.
    """
    found = (TOTAL, among(meters), *conditions, "$timeFilter")
    means = select(f'mean("{field}") AS "v"', "readings", *found, by=("meter",), every=INTERVAL, fill="none")
    return select_from(f'sum("v"){_times(sign)}', means, every=INTERVAL)


def latest(
    field: str, meters: str, *conditions: str, by: tuple[str, ...] = (), sign: int = 1, reduced: str = "last"
) -> str:
    """The newest value, or the `mean`, of every meter of a set in the last 15 minutes, as `v`: to be asked by `now`."""
    found = (TOTAL, among(meters), *conditions, RECENT)
    return select(f'{reduced}("{field}"){_times(sign)} AS "v"', "readings", *found, by=("meter", *by))


def now(*parts: str, by: tuple[str, ...] = (), name: str = "v") -> str:
    """The sum of what `latest` gives."""
    return select_from(f'sum("v") AS "{name}"', *parts, by=by)


def consumed(what: str, *conditions: str, by: tuple[str, ...] = (), every: str = INTERVAL, zone: str = "") -> str:
    """Sums of consumption in the time shown, for example `sum("kwh")`.

    Args:
        what: is asked for.
        conditions: on tags.
        by: tags.
        every: length of an interval; empty for the whole time.
        zone: IANA name, for intervals of days.
    """
    return select(what, "consumption", *conditions, "$timeFilter", by=by, every=every, zone=zone)


class Part(NamedTuple):
    """Rows of derived data that a sum adds up: of a set of meters; `sign` is -1 where the other direction is wanted."""

    meters: str
    sign: int = 1


USED: Final = (Part("grid"), Part("given", -1))
"""Electricity that the park uses: what comes in and what it makes."""
FIRMS_USED: Final = (Part("firms_grid"), Part("firms_given", -1))
"""Electricity that enterprises use, by `enterprise`."""


def added(
    what: str,
    parts: Sequence[Part],
    *conditions: str,
    by: tuple[str, ...] = (),
    every: str = INTERVAL,
) -> str:
    """Sums of consumption in the time shown over several parts.

    Args:
        what: is asked for, of the sum of a field, for example `sum("kwh")`.
        parts: that are added up.
        conditions: on tags, of all parts.
        by: tags.
        every: length of an interval; empty for the whole time.
    """
    (field,) = set(_SUMMED.findall(what))
    inner = [
        select(
            f'sum("{field}"){_times(sign)} AS "{field}"',
            "consumption",
            among(meters),
            *conditions,
            "$timeFilter",
            by=by,
            every=every,
            fill="none",
        )
        for meters, sign in parts
    ]
    return select_from(what, *inner, by=by, every=every)


_SUMMED: Final = re.compile(r'sum\("(\w+)"\)')
MEAN_POWER: Final = 'sum("kwh") * 3600000 / $__interval_ms'
"""Mean power of an interval [kW]; the interval must be whole quarters of an hour."""


def contract(*, enterprise: bool = False) -> str:
    """The newest contracted demand [kW] of the park, or the chosen enterprise, as `contract`, at any time."""
    whose = chosen("enterprise") if enterprise else without("enterprise")
    return select('last("contracted_demand_kw") AS "contract"', "limits", whose)


def _times(sign: int) -> str:
    return "" if sign == 1 else f" * {sign}"
