"""Registry replica of a reader: the texts of all standing searches, oldest first, for a source that is queried by them.

Reading the texts first applies the registry's changes. Nothing is parsed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from pipeline.match.registry_replica import RegistryReplica
from pipeline.match.search_registry import Registry


class SearchTextReplica(RegistryReplica):
    """Texts of the registry's searches, in the order in which they came."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._texts: dict[str, str] = {}

    def texts(self) -> tuple[str, ...]:
        """Follow the registry and return the texts, oldest first.

        Searches that came in one step are ordered by key, so that two replicas agree.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        self.follow()
        return tuple(self._texts.values())

    def _remove(self, keys: Set[str]) -> None:
        for key in keys:
            del self._texts[key]

    def _add(self, searches: Mapping[str, str]) -> None:
        for key in sorted(searches):
            self._texts[key] = searches[key]
