"""The first view: a browser that knows nothing opens the page of a quiet server on the same machine.

The window is one that Playwright does not know of, and is spoken to as little as may be: watching each request and
script would be done on the same cores, at the same time.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

from playwright.sync_api import Browser

ROUNDS = 9
WINDOW_S = 1.5
"""A fresh window has work of its own first, on the same cores; a person's is open before they ask."""
VIEW_S = 4.0
WIDTH, HEIGHT = 1280, 900
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
        "complete": all(view["cloud"] for view in views),
    }


def _view(browser: Browser, url: str) -> dict[str, Any]:
    window = _Window(browser)
    time.sleep(WINDOW_S)
    window.call("Page.enable")
    window.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    window.call("Page.navigate", url=url)
    time.sleep(VIEW_S)
    answer: dict[str, Any] = window.call("Runtime.evaluate", expression=FIGURES, returnByValue=True)
    window.close()
    figures: dict[str, Any] = answer["result"]["value"]
    return figures


class _Window:
    """A window with a profile of its own, to which Playwright does not attach itself."""

    def __init__(self, browser: Browser) -> None:
        self._session = browser.new_browser_cdp_session()
        self._answers: dict[int, dict[str, Any]] = {}
        self._session.on("Target.receivedMessageFromTarget", self._take)
        self._profile = self._session.send("Target.createBrowserContext")["browserContextId"]
        place = {"url": "about:blank", "browserContextId": self._profile, "width": WIDTH, "height": HEIGHT}
        target = self._session.send("Target.createTarget", place)["targetId"]
        self._id = self._session.send("Target.attachToTarget", {"targetId": target})["sessionId"]
        self._calls = 0

    def _take(self, event: dict[str, Any]) -> None:
        answer = json.loads(event["message"])
        if "id" in answer:
            self._answers[answer["id"]] = answer

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the answer to a command."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        self._session.send("Target.sendMessageToTarget", {"sessionId": self._id, "message": json.dumps(message)})
        while self._calls not in self._answers:
            self._session.send("Browser.getVersion")  # takes the events that have come
        answer = self._answers.pop(self._calls)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def close(self) -> None:
        """Close the window, with all that its profile holds."""
        self._session.send("Target.disposeBrowserContext", {"browserContextId": self._profile})
        self._session.detach()
