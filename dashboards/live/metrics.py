"""`/metrics` in the conventions of Prometheus: base units, `_total` for what only grows."""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from dashboards.live.context import Context


class ParkwattCollector(Collector):
    """Asks the pipeline and the store when Prometheus asks us."""

    def __init__(self, context: Context) -> None:
        self._context = context

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
        ):
            yield CounterMetricFamily(f"parkwatt_{name}", text, value)
        heard = list(context.live.heard.values())
        now = context.clock()
        silent = sum(
            now - context.live.heard.get(meter.id, 0) > meter.silent_after * 1000 for meter in context.park.meters
        )
        for name, text, number in (
            ("messages_waiting", "Messages received and not yet acknowledged", status.waiting),
            ("readings_spooled", "Readings on disk that the store has not taken yet", status.spooled),
            ("broker_connected", "1 while the broker's session is up", int(status.connected)),
            ("problems", "What stands in the way now; /readyz says what", len(status.problems)),
            ("meters", "Meters in the park file", len(context.park.meters)),
            ("meters_silent", "Meters in the park file not heard for longer than they may be silent", silent),
            ("series", "Series with at least one reading", len(context.live.latest)),
            ("store_size_bytes", "Size of the store on disk", context.store.size()),
            ("newest_arrival_timestamp_seconds", "When the last message arrived", max(heard, default=0) / 1000),
        ):
            yield GaugeMetricFamily(f"parkwatt_{name}", text, number)


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
