"""The first view: a browser that knows nothing opens the page of a quiet server on the same machine."""

from __future__ import annotations

import statistics
from typing import Any

from playwright.sync_api import Browser

ROUNDS = 7
WINDOW_MS = 1_500
"""A fresh window has work of its own first, on the same cores; a person's is open before they ask."""
VIEW_MS = 2_500
WATCH = """window.posts = {};
new MutationObserver((_, watch) => {
  if (!document.querySelector("#list article")) return;
  watch.disconnect();
  posts.made = performance.now();
}).observe(document, { childList: true, subtree: true });
new PerformanceObserver(list => {
  for (const paint of list.getEntries()) if (paint.startTime >= posts.made) posts.shown ??= paint.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });"""
SIZES = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(one => !one.name.includes("/api/")).reduce((sum, one) => sum + one.encodedBodySize, 0)"""


def first_view(browser: Browser, url: str) -> dict[str, Any]:
    """Return medians in ms from the start of navigation (first paint, first post on the screen), and bytes that came.

    Nothing is asked of the page before it is drawn: a question would bring the questioner's own script into its thread.
    """
    paints, posts, sizes = [], [], 0
    for _ in range(ROUNDS):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.add_init_script(WATCH)
        page.wait_for_timeout(WINDOW_MS)
        page.goto(url)
        page.wait_for_timeout(VIEW_MS)
        page.locator(".cloud text").first.wait_for()
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        posts.append(page.evaluate("posts.shown"))
        sizes = page.evaluate(SIZES)
        context.close()
    return {
        "paint_ms": round(statistics.median(paints)),
        "post_ms": round(statistics.median(posts)),
        "posts_ms": [round(post) for post in posts],
        "bytes": sizes,
    }
