"""First view: measures the time to the first post with an empty cache, on a quiet product on the same machine.

The bench sends the window as few commands as possible, because each takes processor time from the page.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from playwright.sync_api import Browser

from bench.page.cdp_window import Window
from bench.page.stolen_time import Stolen
from tests.e2e.product import until

ROUNDS = 9
WINDOW_S = 1.5
"""Seconds that a new window needs for its own start, before the page is opened. A person's window is already open."""
VIEW_S = 4.0
BUSY_S = 60.0
"""Seconds within which a busy machine shows the first post."""
MANY = 2
"""Columns above which the page opens without the panel."""
WATCH = """window.posts = {};
new MutationObserver((_, watch) => {
  if (!document.querySelector("#list article")) return;
  watch.disconnect();
  posts.made = performance.now();
}).observe(document, { childList: true, subtree: true });
new PerformanceObserver(list => {
  for (const paint of list.getEntries()) if (paint.startTime >= posts.made) posts.shown ??= paint.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });"""
FIGURES = """({
  paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  posts: posts.shown ?? posts.made,
  cloud: document.querySelectorAll(".cloud text").length,
  columns: document.querySelectorAll("[data-column]").length,
  bytes: [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter(one => !one.name.includes("/api/")).reduce((sum, one) => sum + one.encodedBodySize, 0),
})"""
LINE = "data:text/html,<title>A line</title><script>0</script><div id=list><article>A line of text</article></div>"
"""Page of one line. Without a script of its own Chromium would not run the one that watches."""


def first_view(browser: Browser, url: str) -> dict[str, Any]:
    """Return the medians of first paint and first post (ms from the start of navigation), and the transferred bytes.

    Alternates with a page of a single line: the time that browser and machine need for any page.
    """
    views, lines = [], []
    stolen = Stolen()
    for _ in range(ROUNDS):
        views.append(_view(browser, url))
        lines.append(_view(browser, LINE))
    posts = [view["posts"] for view in views]
    return {
        "paint_ms": round(statistics.median(view["paint"] for view in views)),
        "post_ms": round(statistics.median(posts)),
        "posts_ms": [round(post) for post in posts],
        "line_ms": round(statistics.median(line["posts"] for line in lines)),
        "bytes": max(view["bytes"] for view in views),
        "stolen": stolen.percent(),
        "complete": all(view["cloud"] or view["columns"] > MANY for view in views),
    }


def _view(browser: Browser, url: str) -> dict[str, Any]:
    window = Window(browser)
    time.sleep(WINDOW_S)
    window.call("Page.enable")
    window.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    window.go(url)
    time.sleep(VIEW_S)
    until(lambda: window.value("window.posts?.made !== undefined"), BUSY_S)
    figures: dict[str, Any] = window.value(FIGURES)
    window.close()
    return figures
