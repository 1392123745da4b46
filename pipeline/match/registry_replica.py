"""Registry replica: keeps a local copy of the search registry up to date by applying its differences.

`follow` reads the changes since the version applied last, or the whole registry if the copy is too old. A subclass says
what it keeps of each search: `matcher_replica` feeds a matcher, `search_text_replica` keeps the texts.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Set

from pipeline.match.search_registry import Registry


class RegistryReplica(ABC):
    """Copy of the registry as of `version`. Belongs to one thread."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.version = 0
        """Version of the registry that was applied last; 0 before the first call of `follow`."""
        self._keys: set[str] = set()

    def follow(self) -> None:
        """Apply all changes of the registry since `version`.

        Raises:
            BrokerUnavailable: Redis did not answer.
            StoreUnavailable: a server behind the replica did not take the changes; the next call repeats them.
        """
        changes = self._registry.changes(self.version)
        if changes.version == self.version:
            return
        removed = self._keys - changes.added.keys() if changes.whole else changes.removed & self._keys
        self._remove(removed)
        self._keys -= removed
        self._add(changes.added)
        self._keys |= changes.added.keys()
        self._settle(changes.version, whole=changes.whole)
        self.version = changes.version

    @abstractmethod
    def _remove(self, keys: Set[str]) -> None:
        """Remove searches that the replica has."""

    @abstractmethod
    def _add(self, searches: Mapping[str, str]) -> None:
        """Add searches, key → canonical text; the replica may have some of them."""

    def _settle(self, version: int, *, whole: bool) -> None:  # noqa: B027 - a replica may have nothing to put in force
        """Put the changes in force: they lead to a version, and are the entire registry if `whole`."""
