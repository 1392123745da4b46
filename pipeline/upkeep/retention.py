"""Retention: removes posts older than RETENTION_DAYS and the oldest beyond STORE_MAX_GB, and announces the removal.

Without STORE_MAX_GB, SQLite is limited to `SQLITE_GB` and Elasticsearch is not.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from pipeline.clock import now_ms
from pipeline.publish.publication_order import PublicationOrder
from pipeline.settings import Settings
from pipeline.store.contract import Store

SQLITE_GB = 5.0
"""STORE_MAX_GB of the store in DATA_DIR unless it is set, whichever Redis is used. A cluster has no default limit."""


class Retention:
    """Prunes the store. `store` returns the calling thread's own store."""

    def __init__(self, settings: Settings, store: Callable[[], Store], order: PublicationOrder) -> None:
        self._settings = settings
        self._store = store
        self._order = order

    def prune(self) -> int:
        """Remove posts beyond the limits, and announce it; return the number of posts."""
        settings = self._settings
        max_gb = settings.store_max_gb or (0.0 if settings.elasticsearch_url else SQLITE_GB)
        before_ms = now_ms() - settings.retention_days * 86_400_000 if settings.retention_days else None
        if before_ms is None and not max_gb:
            return 0
        removed = self._store().prune(before_ms=before_ms, max_bytes=int(max_gb * 1e9) if max_gb else None)
        if removed:
            self._order.announce(msgspec.json.encode({"type": "pruned", "before": before_ms}))
        return removed
