"""Heap of the page: measures the heap in use after a forced collection, and its growth over time."""

from __future__ import annotations

import statistics

from bench.page.cdp_window import Window


def heap_mb(window: Window) -> float:
    """Force a collection; return the heap in use, MB."""
    window.call("HeapProfiler.collectGarbage")
    metrics = window.call("Performance.getMetrics")["metrics"]
    return float(next(row["value"] for row in metrics if row["name"] == "JSHeapUsedSize")) / 1e6


def slope_per_min(points: list[tuple[float, float]]) -> float:
    """Return the least-squares slope of the points (seconds, MB) in MB a minute; 0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression([at for at, _ in points], [value for _, value in points]).slope * 60
