"""Posts for a simulated network: those of the demo source, in real time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

from pipeline.sources.demo.source import DemoSource


class _Context:
    """Context of the demo source."""

    def __init__(self, ending: threading.Event) -> None:
        self._ending = ending

    def stopped(self) -> bool:
        return self._ending.is_set()

    def wait(self, seconds: float) -> bool:
        return self._ending.wait(seconds)

    def patience(self, longest_s: float) -> float:
        return longest_s

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        pass

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        pass


def generated(rate: float, ending: threading.Event) -> Iterator[dict[str, Any]]:
    """Yield posts and deletions in canonical JSON, `rate` a second, until `ending` is set."""
    for chunk in DemoSource(7, rate).read('{"seed":7,"chapter":0,"event":0}', _Context(ending)):
        for record in chunk.records:
            yield json.loads(record.data)
