"""A watcher of one search in a thread of its own: what it holds by the rules, and what the page was told when."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from typing import Any

from tests.web.browser import Browser, Search

AWAY_S = 1.0
"""A connection that ends without a word is made anew after so long."""


class Onlooker(threading.Thread):
    """Watches until told to end, and comes back as docs/reference/protocol.md asks whenever its connection ends."""

    def __init__(self, port: int, query: str) -> None:
        super().__init__(daemon=True)
        self.came: Counter[tuple[str, int]] = Counter()
        """How often each (id, version) came as a live post."""
        self.outages: list[tuple[float, str | None]] = []
        """(monotonic, why) of each change of what the page was told of the store: None for well."""
        self.troubles: Counter[str] = Counter()
        self.failed: Exception | None = None
        self._browser = Browser(port)
        self.search: Search = self._browser.subscribe("a", query)
        self._over = threading.Event()

    @property
    def held(self) -> dict[str, int]:
        """What it holds: id → version."""
        return dict(self.search.watcher.have)

    def outage(self) -> str | None:
        """Return why the store is away as the page was last told, None where it is not."""
        return self.outages[-1][1] if self.outages else None

    def run(self) -> None:
        """Watch."""
        try:
            while not self._over.is_set():
                told = self._browser.read(0.2)
                self._browser.frames.clear()
                if told is not None:
                    self._take(told)
                elif self._browser.connection is None:
                    self._come_back()
        except Exception as error:  # noqa: BLE001 - whoever ends it is told
            self.failed = error

    def end(self) -> None:
        """Stop watching."""
        self._over.set()
        self.join(30)
        self._browser.drop()
        assert self.failed is None, self.failed

    def _take(self, told: dict[str, Any]) -> None:
        kind = told["type"]
        if kind == "posts":
            self.came.update((post["id"], post["version"]) for post in told["posts"])
        elif kind == "stats":
            why = told["outage"]["why"] if told.get("outage") else None
            if why is None or self.outage() is None:  # of one outage the first reason stands
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
        told = re.search(r"come back in (\d+) ms", self._browser.close_reason)
        while not self._over.wait(int(told[1]) / 1000 if told else AWAY_S):
            try:
                self._browser.open()
            except OSError:
                continue
            return
