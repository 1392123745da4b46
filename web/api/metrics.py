"""`/metrics`: counters and latency of all processes, gauges of this web process and sources, as Prometheus text.

The metrics are collected at each scrape; while Redis is away, only those of this process are reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from pipeline.broker.counters import COUNTERS, LATENCY_BOUNDS_MS, totals
from pipeline.errors import MurmurError
from web.api.ingest import IngestIntake
from web.process import Web

GAUGES = {
    "web_sockets": "WebSockets open in this process",
    "web_streams": "event streams open in this process",
    "web_searches": "searches watched in this process",
    "web_queued_bytes": "bytes that wait for slow watchers in this process",
    "web_store_waiting": "requests that wait for the store in this process, or are being served",
    "web_reconnecting": "1 while live posts wait for the line to Redis or a refill",
    "web_safe": "the low watermark of this process",
    "web_tick_age_seconds": "seconds since the last tick of upkeep",
    "connected": "users connected to all web processes",
    "indexed": "posts stored",
    "rate": "posts stored a second",
    "standing_searches": "searches registered by all web processes",
    "source_lag_seconds": "how far behind a source is",
    "source_live": "1 while a source is live or replaying",
}
PROCESS_COUNTERS = {
    "web_frames": "live frames made in this process",
    "web_sends": "frames given to watchers in this process",
    "web_messages": "live messages received in this process",
    "web_lagged": "times a watcher lagged and was sent `lagged`",
    "web_refills": "searches read again after a loss",
    "web_lost": "times the Pub/Sub connection was lost",
    "web_ingested": "records sent to this process and enqueued",
}


class MetricsCollector:
    """Collects the metrics at each scrape; nothing is kept."""

    def __init__(self, web: Web, intake: IngestIntake) -> None:
        self._web = web
        self._intake = intake

    def describe(self) -> list[Metric]:
        """Return nothing: the registry must not scrape to register."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        web = self._web
        values: dict[str, float] = {
            "web_sockets": web.connections.sockets,
            "web_streams": web.connections.streams,
            "web_searches": len(web.searches),
            "web_queued_bytes": sum(client.queued for client in web.connections.clients),
            "web_store_waiting": sum(pool.waiting for pool in (web.store_pool, web.chart_pool, web.export_pool)),
            "web_reconnecting": int(web.losses.behind),
            "web_safe": web.watermark.safe,
            "web_tick_age_seconds": round(web.status.tick_age_s, 3),
            "connected": web.presence.connected,
            "indexed": web.status.indexed,
            "rate": web.status.rate,
        }
        counts: dict[str, int] = {}
        try:
            counts = totals(web.redis, web.names)
            values["standing_searches"] = web.registry.count()
        except MurmurError:
            pass  # the figures of this process alone are reported
        for name, value in values.items():
            yield GaugeMetricFamily(f"murmur_{name}", GAUGES[name], value=value)
        yield from self._sources()
        for name, value in self._process_counters().items():
            yield CounterMetricFamily(f"murmur_{name}", PROCESS_COUNTERS[name], value=value)
        for name, text in COUNTERS.items():
            if name in counts:
                yield CounterMetricFamily(f"murmur_{name}", text, value=counts[name])
        yield _latency(counts)

    def _process_counters(self) -> dict[str, int]:
        web = self._web
        return {
            "web_frames": web.broadcaster.frames,
            "web_sends": web.broadcaster.sends,
            "web_messages": web.hub.messages,
            "web_lagged": web.losses.lagged,
            "web_refills": web.refill.done,
            "web_lost": web.losses.disconnects,
            "web_ingested": self._intake.records,
        }

    def _sources(self) -> Iterator[Metric]:
        lag = GaugeMetricFamily("murmur_source_lag_seconds", GAUGES["source_lag_seconds"], labels=["source"])
        live = GaugeMetricFamily("murmur_source_live", GAUGES["source_live"], labels=["source"])
        for source in self._web.status.sources.values():
            if source.lag_s is not None:
                lag.add_metric([source.name], source.lag_s)
            live.add_metric([source.name], int(source.state in ("live", "replaying")))
        yield lag
        yield live


def _latency(counts: dict[str, int]) -> Metric:
    total = 0
    buckets: list[tuple[str, float]] = []
    for bound in LATENCY_BOUNDS_MS:
        total += counts.get(f"latency_ms_le_{bound}", 0)
        buckets.append((str(bound), total))
    total += counts.get("latency_ms_le_inf", 0)
    buckets.append(("+Inf", total))
    text = "ms from a record's arrival to its publication"
    return HistogramMetricFamily("murmur_latency_ms", text, buckets=buckets, sum_value=counts.get("latency_ms_sum", 0))


def blueprint(web: Web, intake: IngestIntake) -> Blueprint:
    """Return the route of metrics."""
    registry = CollectorRegistry()
    registry.register(MetricsCollector(web, intake))
    routes = Blueprint("metrics", __name__)
    routes.add_url_rule("/metrics", "metrics", partial(metrics, registry))
    return routes


def metrics(registry: CollectorRegistry) -> Response:
    """Return every metric as text."""
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
