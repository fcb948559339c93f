"""Fills questions as Grafana does: variables with their formats in the browser, macros in its InfluxDB plugin."""

import re
from collections.abc import Mapping

Values = Mapping[str, str | list[str]]

_VARIABLE = re.compile(r"\$\{(\w+):(regex|raw)\}")
_SPECIAL = re.compile(r"[\\^$*+?.()|[\]{}/]")


def filled(query: str, values: Values, *, start: int, end: int, interval: str = "15m") -> str:
    """A question as InfluxDB gets it.

    Args:
        query: with its places.
        values: of variables; a value in a list of one is the custom value of All, which stays as it is.
        start: of the time shown [ms].
        end: of it [ms].
        interval: what Grafana chose.
    """
    query = _VARIABLE.sub(lambda found: _formatted(values[found[1]], found[2]), query)
    query = query.replace("${__from}", str(start)).replace("${__to}", str(end))
    query = query.replace("$timeFilter", f"time >= {start}ms and time <= {end}ms")
    query = query.replace("$__interval_ms", str(_milliseconds(interval))).replace("$__interval", interval)
    assert "$" not in _without_patterns(query), query
    return query


def _formatted(value: str | list[str], form: str) -> str:
    if isinstance(value, list):
        return value[0]
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", value) if form == "regex" else value


def _milliseconds(interval: str) -> int:
    return int(interval[:-1]) * {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}[interval[-1]]


def _without_patterns(query: str) -> str:
    return re.sub(r"\$/", "", query)
