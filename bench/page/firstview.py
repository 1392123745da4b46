"""The first view: a browser that knows nothing opens the page of a quiet server on the same machine.

The window is spoken to as little as may be.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from playwright.sync_api import Browser

from bench.page.machine import Stolen
from bench.page.window import Window

ROUNDS = 9
WINDOW_S = 1.5
"""A fresh window has work of its own first, on the same cores; a person's is open before they ask."""
VIEW_S = 4.0
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
  posts: posts.shown,
  cloud: document.querySelectorAll(".cloud text").length,
  bytes: [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter(one => !one.name.includes("/api/")).reduce((sum, one) => sum + one.encodedBodySize, 0),
})"""
LINE = "data:text/html,<title>A line</title><div id=list><article>A line of text</article></div>"


def first_view(browser: Browser, url: str) -> dict[str, Any]:
    """Return medians in ms from the start of navigation (first paint, first post on the screen), and bytes that came.

    In turns with the page one of a single line is opened: what the browser and the machine take for any page.
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
        "complete": all(view["cloud"] for view in views),
    }


def _view(browser: Browser, url: str) -> dict[str, Any]:
    window = Window(browser)
    time.sleep(WINDOW_S)
    window.call("Page.enable")
    window.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    window.go(url)
    time.sleep(VIEW_S)
    figures: dict[str, Any] = window.value(FIGURES)
    window.close()
    return figures
