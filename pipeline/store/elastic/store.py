"""The Elasticsearch store as a whole: opening it, and who does what of the contract.

An instance belongs to one thread at a time for writing; its readings may be opened by any thread. Decisions about posts
are in `plan`, how they are written in `persisting`, searches in `reading`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.settings import Settings
from pipeline.store import sort_key as place
from pipeline.store.contract import CoverageRow, Persisted, Reading, Writes
from pipeline.store.coverage import newest_rows
from pipeline.store.elastic.client import at, client_of
from pipeline.store.elastic.keep.coverage import CoverageRows
from pipeline.store.elastic.keep.moving import ElasticMoving
from pipeline.store.elastic.keep.retention import Pruning
from pipeline.store.elastic.keep.upkeep import Upkeep
from pipeline.store.elastic.names import IndexNames
from pipeline.store.elastic.read.reading import ElasticReading
from pipeline.store.elastic.read.view import OPENING_S, Deadline, view
from pipeline.store.elastic.schema import Layout, check, now_ms, read_meta
from pipeline.store.elastic.write.persister import Persisting
from pipeline.store.elastic.write.refresher import refresher
from pipeline.store.refused_posts import persist_without_refused

_MS_A_DAY = 86_400_000


class _Count(msgspec.Struct):
    count: int


class ElasticStore:
    """Keeps `contract.Store` in the cluster at ELASTICSEARCH_URL, under ELASTICSEARCH_PREFIX.

    Raises:
        StoreMismatch: another schema or analyser wrote it.
        StoreUnavailable: it cannot be reached, or is not there and `create` is False.
    """

    def __init__(self, settings: Settings, *, create: bool = True) -> None:
        self._client = client_of(settings)
        names = IndexNames(settings.elasticsearch_prefix)
        meta = read_meta(self._client, names)
        if meta is None and create:
            Layout(self._client, names, settings).create()
            meta = read_meta(self._client, names)
        if meta is None:
            raise StoreUnavailable(f"there is no store yet in Elasticsearch under {settings.elasticsearch_prefix}-*")
        check(meta)
        self.identity = meta.identity
        self.names = names = IndexNames(settings.elasticsearch_prefix, meta.generation)
        self._retention_ms = settings.retention_days * _MS_A_DAY
        self._layout = Layout(self._client, names, settings)
        if create:
            self._layout.upgrade(meta)
        self._refresh_posts = refresher(self._client, names.posts)
        self._refresh_state = refresher(self._client, names.state)
        self._persisting = Persisting(self._client, self._layout, self._refresh_posts, retention_ms=self._retention_ms)
        self._coverage = CoverageRows(self._client, names, self._refresh_state)
        self._pruning = Pruning(self._client, self._layout, self._refresh_posts, self._refresh_state)
        self._upkeep = Upkeep(self._client, names, self._refresh_posts, self._refresh_state)

    def persist(self, writes: Writes, seq: int) -> Persisted:
        """Merge a batch, all under the number `seq`, and return what to match and publish."""
        return persist_without_refused(lambda some: self._persisting.run(some, seq, now_ms()), writes)

    @contextmanager
    def reading(self, *, timeout_s: float = 2.0) -> Iterator[Reading]:
        """Open a view of all that was persisted before this call: refreshes first."""
        self._refresh_posts(OPENING_S)
        retained_from = place.floor(now_ms() - self._retention_ms) if self._retention_ms else 0
        with view(self._client, self.names.posts, Deadline(timeout_s)) as opened:
            yield ElasticReading(opened, self.names, self._refresh_state, retained_from)

    def indexed(self) -> int:
        """Return how many posts are stored."""
        self._refresh_posts(OPENING_S)
        return self._client.ask("GET", at(self.names.posts, "_count"), into=_Count, timeout_s=OPENING_S).count

    def prune(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until under a size; return how many."""
        return self._pruning.run(before_ms=before_ms, max_bytes=max_bytes)

    def add_coverage(self, row: CoverageRow) -> None:
        """Enter a row; see the contract."""
        self._coverage.add(row)

    def coverage(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> list[CoverageRow]:
        """Return rows that overlap a span, oldest first; see the contract."""
        return newest_rows(self._coverage.all(since, until), limit)

    def copy_access(self) -> ElasticMoving:
        """Return the way to move all that is stored out and in."""
        return ElasticMoving(self._client, self._layout, self._refresh_posts, self._refresh_state)

    def maintain(self) -> None:
        """Reckon reach again, gather the background of words, forget old tombstones, expunge what was withdrawn."""
        self._upkeep.run(now_ms())

    def close(self) -> None:
        """Let go; the pool of connections is the process's and stays."""
