"""Onlooker: watches one search in its own thread, and records the posts it holds and the outages it was sent."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from typing import Any

from tests.web.browser import Browser, Search

AWAY_S = 1.0
"""Seconds after which a connection that ended without a close frame is made anew."""


class Onlooker(threading.Thread):
    """Watches until `end`, and reconnects as docs/reference/protocol.md requires whenever its connection ends."""

    def __init__(self, port: int, query: str) -> None:
        super().__init__(daemon=True)
        self.came: Counter[tuple[str, int]] = Counter()
        """Times that each (id, version) came as a live post."""
        self.outages: list[tuple[float, str | None]] = []
        """(monotonic, why) of each change of the store's outage in `stats`; None: no outage."""
        self.troubles: Counter[str] = Counter()
        self.failed: Exception | None = None
        self._browser = Browser(port)
        self.search: Search = self._browser.subscribe("a", query)
        self._over = threading.Event()

    @property
    def held(self) -> dict[str, int]:
        """Posts that the watcher holds: id → version."""
        return dict(self.search.watcher.have)

    def outage(self) -> str | None:
        """Return the reason of the outage in the last `stats`, None if there is none."""
        return self.outages[-1][1] if self.outages else None

    def run(self) -> None:
        """Watch until `end`."""
        try:
            while not self._over.is_set():
                message = self._browser.read(0.2)
                self._browser.frames.clear()
                if message is not None:
                    self._take(message)
                elif self._browser.connection is None:
                    self._come_back()
        except Exception as error:  # noqa: BLE001 - raised again by `end`
            self.failed = error

    def end(self) -> None:
        """Stop watching."""
        self._over.set()
        self.join(30)
        self._browser.drop()
        assert self.failed is None, self.failed

    def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "posts":
            self.came.update((post["id"], post["version"]) for post in message["posts"])
        elif kind == "stats":
            why = message["outage"]["why"] if message.get("outage") else None
            if why is None or self.outage() is None:  # the first reason of an outage is kept
                self._note(why)
        elif kind in ("lagged", "reset", "error"):
            self.troubles[kind] += 1
            if kind == "lagged":
                self._browser.again("a")

    def _note(self, why: str | None) -> None:
        if why != self.outage():
            self.outages.append((time.monotonic(), why))

    def _come_back(self) -> None:
        self.troubles["closed"] += 1
        delay = re.search(r"come back in (\d+) ms", self._browser.close_reason)
        while not self._over.wait(int(delay[1]) / 1000 if delay else AWAY_S):
            try:
                self._browser.open()
            except OSError:
                continue
            return
