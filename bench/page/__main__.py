"""The page in real Chromium under load: long tasks, heap, frames while scrolling. `python -m bench.page --help`.

The product generates 500 posts a second on the same machine, so the figures hold for a busy two-core computer, not for
an idle one. Long tasks are those of the page's main thread (Long Tasks API); the heap is what is left after a forced
collection, its slope a least-squares line; frames are requestAnimationFrame times while the wheel turns.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.e2e.product import Product, until

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
MORE_FLAGS = ("--disable-sync", "--no-first-run", "--enable-precise-memory-info")
HEAP_EVERY_S = 15.0
SETTLED_S = 180.0
FRAME_MS = 1000 / 60
WATCH = """() => {
  window.longTasks = [];
  new PerformanceObserver(list => list.getEntries().forEach(one => window.longTasks.push([Date.now(), one.duration])))
    .observe({ type: 'longtask', buffered: true });
}"""
FRAMES = """seconds => new Promise(done => {
  const times = [], end = performance.now() + seconds * 1000;
  const step = now => { times.push(now); now < end ? requestAnimationFrame(step) : done(times); };
  requestAnimationFrame(step);
})"""


def heap_mb(session: CDPSession) -> float:
    """Return the heap in use after a collection."""
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(row["value"] for row in metrics if row["name"] == "JSHeapUsedSize")) / 1e6


def slope_per_min(points: list[tuple[float, float]]) -> float:
    """Return the least-squares slope of (seconds, MB), a minute."""
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression([at for at, _ in points], [value for _, value in points]).slope * 60


def scroll(page: Page, seconds: float) -> list[float]:
    """Turn the wheel over the list and return the times between frames, ms."""
    page.locator("#list").hover()
    handle = page.evaluate_handle(f"({{ times: ({FRAMES})({seconds}) }})")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.mouse.wheel(0, 240)
        page.wait_for_timeout(16)
    times: list[float] = page.evaluate("async held => await held.times", handle)
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def run(minutes: float, rate: float, loaded: int) -> dict[str, Any]:
    """Return the figures of one run."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        product = Product(Path(directory) / "data", SOURCE="demo", DEMO_RATE=str(rate))
        try:
            product.wait_ready()
            until(lambda: product.stored() >= loaded, 120)
            browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *MORE_FLAGS])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable")
            began = time.monotonic()
            page.goto(product.url)
            page.locator("#list article").first.wait_for()
            first_ms = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
            seen_ms = (time.monotonic() - began) * 1000
            page.evaluate(WATCH)
            heap = _watch(page, session, minutes * 60)
            last_minute = page.evaluate("longTasks.filter(([at]) => at > Date.now() - 60000).map(one => one[1])")
            held = page.locator(".loaded").inner_text()
            indexed = product.stored()
            gaps = scroll(page, 10)
            browser.close()
        finally:
            product.stop()
    late = sorted((gap for gap in gaps if gap > 1.5 * FRAME_MS), reverse=True)
    return {
        "minutes": minutes,
        "asked_posts_a_second": rate,
        "stored_posts": indexed,
        "loaded": held,
        "first_contentful_paint_ms": round(first_ms or 0),
        "first_post_seen_ms": round(seen_ms),
        "long_tasks_last_minute_ms": sorted((round(one) for one in last_minute), reverse=True)[:20],
        "heap_mb_after_collection": [round(value, 1) for _, value in heap],
        "heap_slope_mb_a_minute": round(
            slope_per_min([one for one in heap if one[0] >= min(SETTLED_S, minutes * 20)]), 2
        ),
        "scroll_frames": len(gaps),
        "scroll_frames_a_second": round(1000 * len(gaps) / max(1.0, sum(gaps)), 1),
        "scroll_dropped_ms": [round(gap) for gap in late][:40],
    }


def _watch(page: Page, session: CDPSession, seconds: float) -> list[tuple[float, float]]:
    """Return (seconds, MB) of the heap; not in the last minute, whose long tasks count: a collection is one itself."""
    heap = []
    began = time.monotonic()
    while (now := time.monotonic() - began) < seconds:
        if now < seconds - 60:
            heap.append((now, heap_mb(session)))
        page.wait_for_timeout(min(HEAP_EVERY_S, max(0.1, seconds - now)) * 1000)
    return heap


def main() -> None:
    """Run and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--loaded", type=int, default=5_000)
    given = parser.parse_args()
    print(json.dumps(run(given.minutes, given.rate, given.loaded), indent=1))


if __name__ == "__main__":
    main()
