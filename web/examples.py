"""Three searches for a first visit, made of what is stored. Not for ranking anything: any that find some will do."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from pipeline.errors import MurmurError
from pipeline.query.tree import Query
from pipeline.store.contract import Reading

log = logging.getLogger("web")

STEADY = ("#news", "lang:en has:links", '"good morning"')
WANTED = 3
KEPT_S = 60.0
KEPT_WHILE_EMPTY_S = 2.0


class Examples:
    """Remembers them: counting words for every page that opens would keep the page from opening."""

    def __init__(self, read: Callable[[Callable[[Reading], Any]], Any], everything: Query) -> None:
        self._read = read
        self._everything = everything
        self._found: list[str] = []
        self._until = 0.0

    def three(self) -> list[str]:
        """Return three searches; steady ones while little is stored, or the store cannot be asked."""
        now = time.monotonic()
        if now >= self._until:
            # Before the reading, which lets others in: one reads, the rest take what was.
            self._until = now + KEPT_S
            self._found = self._count()
            if len(self._found) < WANTED:
                self._until = time.monotonic() + KEPT_WHILE_EMPTY_S
        return (self._found + [text for text in STEADY if text not in self._found])[:WANTED]

    def _count(self) -> list[str]:
        try:
            tags, words = self._read(
                lambda reading: (
                    reading.top(self._everything, "hashtags", limit=1).items,
                    reading.top(self._everything, "words", limit=8).items,
                )
            )
        except MurmurError as error:
            log.info("no examples: %s", error)
            return []
        found = [f"#{item.value.lstrip('#')}" for item in tags]
        common = [item.value for item in words if item.value.isalpha()]
        if len(common) > 1:
            found.append(f"{common[0]} has:links")
            found.append(f"{common[1]} OR {common[-1]}" if len(common) > 2 else common[1])
        return found
