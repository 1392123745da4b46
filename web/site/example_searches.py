"""Example searches for a first visit: three searches that find posts, made of frequent words and hashtags."""

from __future__ import annotations

import logging
import time

from pipeline.errors import MurmurError
from pipeline.query.parser import parse
from web.store_pool import StorePool

log = logging.getLogger("web")

FALLBACKS = ("#news", "lang:en has:links", '"good morning"')
EXAMPLES = 3
EXAMPLES_KEPT_S = 60.0
EXAMPLES_KEPT_WHILE_EMPTY_S = 2.0
_EVERYTHING = parse("*")


class ExampleSearches:
    """Keeps the examples for a minute, since counting words for every page that opens would delay the page."""

    def __init__(self, chart_pool: StorePool) -> None:
        self._chart_pool = chart_pool
        self._found: list[str] = []
        self._until = 0.0

    def pick(self) -> list[str]:
        """Return `EXAMPLES` searches; fixed ones while little is stored, or the store cannot be read."""
        now = time.monotonic()
        if now >= self._until:
            # Set before the read, during which other requests run: one request reads, the others take the old examples.
            self._until = now + EXAMPLES_KEPT_S
            self._found = self._count()
            if len(self._found) < EXAMPLES:
                self._until = time.monotonic() + EXAMPLES_KEPT_WHILE_EMPTY_S
        return (self._found + [text for text in FALLBACKS if text not in self._found])[:EXAMPLES]

    def _count(self) -> list[str]:
        try:
            tags, words = self._chart_pool.read(
                lambda reading: (
                    reading.top(_EVERYTHING, "hashtags", limit=1).items,
                    reading.top(_EVERYTHING, "words", limit=8).items,
                )
            )
        except MurmurError as error:
            log.info("example searches could not be counted: %s", error)
            return []
        found = [f"#{item.value.lstrip('#')}" for item in tags]
        common = [item.value for item in words if item.value.isalpha()]
        if len(common) > 1:
            found.append(f"{common[0]} has:links")
            found.append(f"{common[1]} OR {common[-1]}" if len(common) > 2 else common[1])
        return found
