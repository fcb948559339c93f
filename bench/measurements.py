"""All measurements by name."""

from collections.abc import Callable, Iterable, Mapping

from bench import accounting, collectors, growth, influx, latency, moving, queries, telegraf, throughput
from bench.plan import Plan
from bench.result import Result

MEASUREMENTS: Mapping[str, Callable[[Plan], Iterable[Result]]] = {
    "throughput": throughput.measure_singles,
    "gateways": throughput.measure_gateways,
    "limits": throughput.measure_limits,
    "collectors": collectors.measure,
    "telegraf": telegraf.measure,
    "queryable": latency.measure_queryable,
    "screen": latency.measure_screen,
    "meters": growth.measure_meters,
    "stored": growth.measure_stored,
    "queries": queries.measure,
    "moving": moving.measure,
    "influx": influx.measure,
    "accounting": accounting.measure,
}
