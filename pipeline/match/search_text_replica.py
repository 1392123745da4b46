"""The texts of the standing searches, for a source that can be asked for what people look at. Parses nothing."""

from __future__ import annotations

from pipeline.match.search_registry import Registry


class SearchTextReplica:
    """The registry's searches as they stand, the older first. Belongs to one thread."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._version = 0
        self._texts: dict[str, str] = {}
        self._told: tuple[str, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """Return them in the order in which they were seen here; those of a first look by key, so that twins agree.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        changes = self._registry.changes(self._version)
        if changes.version == self._version:
            return self._told
        removed = self._texts.keys() - changes.added.keys() if changes.whole else changes.removed & self._texts.keys()
        for key in removed:
            del self._texts[key]
        for key in sorted(changes.added):
            self._texts[key] = changes.added[key]
        self._version = changes.version
        self._told = tuple(self._texts.values())
        return self._told
