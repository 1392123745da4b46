"""Heap of the page: measures the heap in use after a forced collection, over time, and its growth."""

from __future__ import annotations

import statistics
import time

from bench.page.cdp_window import Window

EVERY_S = 15.0
"""Seconds between two measurements of the heap."""


def heap_over_time(window: Window, seconds: float) -> list[tuple[float, float]]:
    """Return the heap over time as (seconds, MB).

    A forced collection is a long task itself: trace no tasks meanwhile.
    """
    window.call("Performance.enable")
    points = []
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        points.append((now, heap_mb(window)))
        time.sleep(min(EVERY_S, max(0.1, seconds - now)))
    window.call("Performance.disable")
    return points


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
