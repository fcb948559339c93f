"""`/metrics` in the conventions of Prometheus: base units, `_total` for what only grows."""

from collections.abc import Iterator
from itertools import accumulate

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from dashboards.live.context import Context
from dashboards.live.figures.clocks import Clocks, ParkClocks
from parkwatt.durations import BUCKETS
from parkwatt.status import STOPPING, WARNINGS, Status


class ParkwattCollector(Collector):
    """Asks the pipeline and the store when Prometheus asks us."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clocks = ParkClocks(context, Clocks())

    def collect(self) -> Iterator[Metric]:
        """All metrics, now."""
        context = self._context
        status = context.status()
        totals = status.totals
        for name, text, value in (
            ("messages_received", "Messages received, over the life of the store", totals.received),
            ("messages_ignored", "Messages with nothing to read", totals.ignored),
            ("readings_stored", "Readings that were new", totals.stored),
            ("readings_duplicate", "Readings that were there before", totals.duplicate),
            ("readings_corrected", "Duplicates that brought another value", totals.corrected),
            ("rejections", "Messages or parts of them that could not be read; kept with the reason", totals.rejected),
            (
                "spool_damaged",
                "Records of the spool that could not be read again, since the start",
                status.spool_damaged,
            ),
            (
                "raw_dropped_messages",
                "Messages that could not be kept as they came, since the start; their readings are stored",
                status.raw_dropped,
            ),
        ):
            yield CounterMetricFamily(f"parkwatt_{name}", text, value)
        heard = list(context.live.heard.values())
        now = context.clock()
        silent = sum(
            now - context.live.heard.get(meter.id, 0) > meter.silent_after * 1000 for meter in context.park.meters
        )
        for name, text, number in (
            ("messages_waiting", "Messages received and not yet acknowledged", status.waiting),
            ("spooled_readings", "Readings on disk that the store has not taken yet", status.spooled),
            ("spool_bytes", "Size of the spool on disk", status.spool_bytes),
            ("raw_bytes", "Size of the messages kept as they came", status.raw_bytes),
            ("broker_connected", "1 while the broker's session is up", int(status.connected)),
            ("meters", "Meters in the park file", len(context.park.meters)),
            ("meters_silent", "Meters in the park file not heard for longer than they may be silent", silent),
            ("meters_clock_off", "Meters whose clock is off", sum(1 for _ in self._clocks.off(now))),
            ("series", "Series with at least one reading", len(context.live.latest)),
            ("newest_arrival_timestamp_seconds", "When the last message arrived", max(heard, default=0) / 1000),
        ):
            yield GaugeMetricFamily(f"parkwatt_{name}", text, number)
        if size := context.store.size():  # a shared store does not say
            yield GaugeMetricFamily("parkwatt_store_size_bytes", "Size of the store on disk", size)
        yield _unread(status)
        yield _problems(status)
        yield _durable(status)


def _problems(status: Status) -> Metric:
    """Every problem that can be, so that a rule can be written before it is there."""
    there = {problem.code for problem in status.problems}
    family = GaugeMetricFamily("parkwatt_problems", "1 for what stands in the way now, by its code", labels=["code"])
    for code in sorted({*STOPPING, *WARNINGS, *there}):
        family.add_metric([code], int(code in there))
    return family


def _unread(status: Status) -> Metric:
    """What is left unread on purpose, so that nobody has to wonder where it went."""
    text = "Parts of messages that were understood and left unread, by why, since the start"
    family = CounterMetricFamily("parkwatt_unread", text, labels=["what"])
    for what, count in sorted(status.unread.items()):
        family.add_metric([what], count)
    return family


def _durable(status: Status) -> Metric:
    """How long messages took until they were safe; Prometheus wants each bucket to include those below it."""
    counts, seconds = status.durable
    bounds = [*(repr(bound) for bound in BUCKETS), "+Inf"]
    buckets = list(zip(bounds, accumulate(counts), strict=True))
    text = "Seconds from the arrival of a message to its being safe on disk, since the start"
    return HistogramMetricFamily("parkwatt_durable_seconds", text, buckets=buckets, sum_value=seconds)


def metrics_routes(context: Context) -> APIRouter:
    """The route that Prometheus scrapes."""
    registry = CollectorRegistry()
    registry.register(ParkwattCollector(context))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
