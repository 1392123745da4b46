"""The first view: a browser that knows nothing opens the page of a quiet server on the same machine."""

from __future__ import annotations

import statistics
from typing import Any

from playwright.sync_api import Browser

ROUNDS = 7
WATCH = """new MutationObserver((_, watch) => {
  if (!document.querySelector("#list article")) return;
  watch.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.firstPostSeen = performance.now(); }));
}).observe(document, { childList: true, subtree: true })"""


def first_view(browser: Browser, url: str) -> dict[str, Any]:
    """Return medians in ms from the start of navigation (first paint, first post drawn), and bytes over the wire."""
    paints, posts, sizes = [], [], 0
    for _ in range(ROUNDS):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(url)
        page.locator(".cloud text").first.wait_for()
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        posts.append(page.evaluate("window.firstPostSeen"))
        sizes = page.evaluate(
            """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
                .filter(one => !one.name.includes("/api/")).reduce((sum, one) => sum + one.encodedBodySize, 0)"""
        )
        context.close()
    return {
        "paint_ms": round(statistics.median(paints)),
        "post_ms": round(statistics.median(posts)),
        "post_best_ms": round(min(posts)),
        "bytes": sizes,
    }
