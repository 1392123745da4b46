"""Elasticsearch store: opens, creates or upgrades the store, and passes each call of the contract to the part for it.

Refuses a store of another schema or analyser. Counts posts itself. An instance writes for one thread at a time; any
thread may open its readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from pipeline.clock import now_ms
from pipeline.errors import StoreUnavailable
from pipeline.settings import Settings
from pipeline.store import sort_key
from pipeline.store.contract import CoverageRow, Persisted, Reading, Writes
from pipeline.store.coverage import newest_rows
from pipeline.store.elastic.cluster.client import client_of, path_to
from pipeline.store.elastic.cluster.refresher import refresher
from pipeline.store.elastic.coverage import ElasticCoverage
from pipeline.store.elastic.decks import ElasticDecks
from pipeline.store.elastic.export_and_load import ElasticCopyAccess
from pipeline.store.elastic.index_creation import IndexLayout
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.periodic.maintenance import ElasticMaintenance
from pipeline.store.elastic.periodic.retention import ElasticRetention
from pipeline.store.elastic.read.point_in_time import OPENING_S, point_in_time
from pipeline.store.elastic.read.reading import ElasticReading
from pipeline.store.elastic.read.reading_deadline import ReadingDeadline
from pipeline.store.elastic.store_meta import check_meta, read_meta
from pipeline.store.elastic.write.persister import ElasticPersister
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups
from pipeline.store.refused_posts import persist_without_refused

_DAY_MS = 86_400_000


class _Count(msgspec.Struct):
    count: int


class ElasticStore:
    """Implements `contract.Store` in the cluster at ELASTICSEARCH_URL, under ELASTICSEARCH_PREFIX.

    Raises:
        StoreMismatch: another schema or analyser wrote the store.
        StoreUnavailable: the cluster cannot be reached, or there is no store and `create` is False.
    """

    def __init__(self, settings: Settings, *, create: bool = True) -> None:
        self._client = client_of(settings)
        names = IndexNames(settings.elasticsearch_prefix)
        meta = read_meta(self._client, names)
        if meta is None and create:
            IndexLayout(self._client, names, settings).create_store()
            meta = read_meta(self._client, names)
        if meta is None:
            raise StoreUnavailable(f"there is no store yet in Elasticsearch under {settings.elasticsearch_prefix}-*")
        check_meta(meta)
        self.identity = meta.identity
        self.names = names = IndexNames(settings.elasticsearch_prefix, meta.generation)
        self._retention_ms = settings.retention_days * _DAY_MS
        self._layout = IndexLayout(self._client, names, settings)
        if create:
            self._layout.upgrade(meta)
        self._refresh_posts = refresher(self._client, names.posts)
        self._refresh_state = refresher(self._client, names.state)
        self._refresh_accounts = refresher(self._client, names.accounts)
        self._persister = ElasticPersister(
            self._client, self._layout, self._refresh_posts, retention_ms=self._retention_ms
        )
        self._coverage = ElasticCoverage(self._client, names, self._refresh_state)
        self._retention = ElasticRetention(self._client, self._layout, self._refresh_posts, self._refresh_state)
        self._maintenance = ElasticMaintenance(self._client, names, self._refresh_posts, self._refresh_state)

    def persist(self, writes: Writes, seq: int) -> Persisted:
        """Merge a batch under the publication number `seq` and return what to match and publish."""
        return persist_without_refused(lambda some: self._persister.run(some, seq, now_ms()), writes)

    @contextmanager
    def reading(self, *, timeout_s: float = 2.0) -> Iterator[Reading]:
        """Refresh the posts and open a point in time, which shows all that was persisted before this call."""
        self._refresh_posts(OPENING_S)
        retained_from = sort_key.floor(now_ms() - self._retention_ms) if self._retention_ms else 0
        with point_in_time(self._client, self.names.posts, ReadingDeadline(timeout_s)) as view:
            yield ElasticReading(view, self.names, self._refresh_state, self._refresh_accounts, retained_from)

    def indexed(self) -> int:
        """Return the number of stored posts."""
        self._refresh_posts(OPENING_S)
        path = path_to(self.names.posts, "_count")
        return self._client.request("GET", path, into=_Count, timeout_s=OPENING_S).count

    def prune(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until the store is small enough; return their number."""
        return self._retention.run(before_ms=before_ms, max_bytes=max_bytes)

    def add_coverage(self, row: CoverageRow) -> None:
        """Enter a coverage row (`Store.add_coverage`)."""
        self._coverage.add(row)

    def coverage(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> list[CoverageRow]:
        """Return the coverage rows that overlap a span, oldest first (`Store.coverage`)."""
        return newest_rows(self._coverage.all(since, until), limit)

    def deck_records(self) -> ElasticDecks:
        """Return access to the decks."""
        return ElasticDecks(self._client, self.names, self._refresh_state)

    def deleted_at(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the posts that have a tombstone were deleted here."""
        return ElasticPlanLookups(self._client, self.names, self._refresh_posts).tombstones(ids)

    def copy_access(self) -> ElasticCopyAccess:
        """Return the access that copies a store out and in (`Store.copy_access`)."""
        return ElasticCopyAccess(self._client, self._layout, self._refresh_posts, self._refresh_state)

    def maintain(self) -> None:
        """Do the periodic maintenance: reach, background of words, old tombstones, expunging."""
        self._maintenance.run(now_ms())

    def close(self) -> None:
        """Do nothing: the pool of connections belongs to the process and stays open."""
