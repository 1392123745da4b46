"""Generated people who write for a simulated network: the demonstration's posts, as it makes them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

from pipeline.sources.demo.source import DemoSource


class _Context:
    """What the generated stream asks of its reader."""

    def __init__(self, told: threading.Event) -> None:
        self._told = told

    def stopped(self) -> bool:
        return self._told.is_set()

    def wait(self, seconds: float) -> bool:
        return self._told.wait(seconds)

    def patience(self, longest_s: float) -> float:
        return longest_s

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        pass

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        pass


def written(rate: float, told: threading.Event) -> Iterator[dict[str, Any]]:
    """Yield posts and withdrawals in our own JSON as they are made, `rate` a second, until told to end."""
    for chunk in DemoSource(7, rate).read('{"seed":7,"chapter":0,"event":0}', _Context(told)):
        for record in chunk.records:
            yield json.loads(record.data)
