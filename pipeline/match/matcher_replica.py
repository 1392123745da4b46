"""A worker's copy of the standing searches: the registry's differences, parsed and given to the matcher.

Followed only after persisting (docs/delivery.md, step 3). A search that cannot be parsed is left out and logged once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from pipeline.errors import QueryError
from pipeline.match.contract import StandingMatcher
from pipeline.match.search_registry import Registry
from pipeline.query.tree import Query

log = logging.getLogger(__name__)


class MatcherReplica:
    """The matcher, kept like the registry."""

    def __init__(self, registry: Registry, matcher: StandingMatcher, parse: Callable[[str], Query]) -> None:
        self.matcher = matcher
        self._registry = registry
        self._parse = parse
        self.version = 0
        """The registry's version that the matcher stands at."""
        self._keys: set[str] = set()

    def follow(self) -> None:
        """Apply what changed in the registry since last time.

        Raises:
            BrokerUnavailable: Redis did not answer.
            StoreUnavailable: the matcher's server could not take the changes; they come again at the next call.
        """
        changes = self._registry.changes(self.version)
        if changes.version == self.version:
            return
        removed = self._keys - changes.added.keys() if changes.whole else changes.removed & self._keys
        for key in removed:
            self.matcher.remove(key)
        self._keys -= removed
        for key, text in changes.added.items():
            try:
                query = self._parse(text)
            except QueryError as error:
                log.warning("standing search %s cannot be parsed: %s", key, error)
                continue
            self.matcher.add(key, query)
            self._keys.add(key)
        self.matcher.settle(changes.version, whole=changes.whole)
        self.version = changes.version
