"""Chromium window driven by the DevTools protocol alone, so that the measured page costs what a reader's page costs.

Playwright observes every page of its own: it reports each request, script and socket message to its driver, on the same
cores.
"""

from __future__ import annotations

import json
import time
from typing import Any

from playwright.sync_api import Browser

WIDTH, HEIGHT = 1280, 900
POLL_S = 0.002
"""First wait between two looks for an answer; each further wait is longer."""
POLL_MOST_S = 0.1


class Window:
    """Empty window with its own profile, 1280 x 900 px."""

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
        """Send a command of the DevTools protocol and return its answer.

        Raises:
            RuntimeError: Chromium refused the command.
        """
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        self._session.send("Target.sendMessageToTarget", {"sessionId": self._id, "message": json.dumps(message)})
        wait_s = POLL_S
        while self._calls not in self._answers:
            time.sleep(wait_s)
            wait_s = min(POLL_MOST_S, 1.5 * wait_s)
            self._session.send("Browser.getVersion")  # any command: Playwright delivers pending events during it
        answer = self._answers.pop(self._calls)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def go(self, url: str) -> None:
        """Start navigation to an address."""
        self.call("Page.navigate", url=url)

    def value(self, expression: str) -> Any:
        """Evaluate an expression in the page and return its value; a promise is awaited.

        Raises:
            RuntimeError: the expression threw.
        """
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", expression))
        return answer["result"].get("value")

    def close(self) -> None:
        """Close the window and delete its profile."""
        self._session.send("Target.disposeBrowserContext", {"browserContextId": self._profile})
        self._session.detach()
