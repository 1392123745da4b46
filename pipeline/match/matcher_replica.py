"""Registry replica that feeds a worker's matcher: parses new standing searches, adds them, and removes expired ones.

Each round of changes ends with the matcher's `settle`, which puts them in force. A search that cannot be parsed is
logged and left out. A worker follows the registry at its start and, for each batch, after persisting it
(docs/design/delivery.md, step 3).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Set

from pipeline.errors import QueryError
from pipeline.match.contract import StandingMatcher
from pipeline.match.registry_replica import RegistryReplica
from pipeline.match.search_registry import Registry
from pipeline.query.tree import Query

log = logging.getLogger(__name__)


class MatcherReplica(RegistryReplica):
    """A matcher that holds the registry's searches; one that cannot be parsed is logged once and left out."""

    def __init__(self, registry: Registry, matcher: StandingMatcher, parse: Callable[[str], Query]) -> None:
        super().__init__(registry)
        self.matcher = matcher
        self._parse = parse

    def _remove(self, keys: Set[str]) -> None:
        for key in keys:
            self.matcher.remove(key)

    def _add(self, searches: Mapping[str, str]) -> None:
        for key, text in searches.items():
            try:
                self.matcher.add(key, self._parse(text))
            except QueryError as error:
                log.warning("standing search %s cannot be parsed: %s", key, error)

    def _settle(self, version: int, *, whole: bool) -> None:
        self.matcher.settle(version, whole=whole)
