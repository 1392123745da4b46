"""Deletion sweep: removes deleted posts, and raw records of their quotes, that a late worker stored after all.

Such a worker did not see the deletion, and no order of writes excludes this (docs/design/store.md). The deletions of
the last two minutes are therefore checked once more in each round of maintenance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from pipeline.query.analyser import fold
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.cluster.search_answers import Found, Hit, KeyHit
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.write.post_writes import removal_writes

SWEPT_MS = 120_000
"""Milliseconds after a deletion in which it is checked. No worker works on a batch for longer, so that all workers see
older deletions."""

_TOMBSTONES_AT_ONCE = 500
_ROUNDS_MAX = 40
"""Most lots of tombstones in one sweep, newest first: twenty thousand deletions in two minutes."""


class _Tombstone(msgspec.Struct):
    id: str
    period: str = ""


class DeletionSweep:
    """Sweeps one store, whose posts and `state` the caller has refreshed."""

    def __init__(self, client: ElasticClient, names: IndexNames, bulk: Bulk) -> None:
        self._client = client
        self._names = names
        self._bulk = bulk

    def run(self, now_ms: int) -> None:
        """Remove the rows and raw records of recently deleted posts that are still stored."""
        for tombstones in self._recent_tombstones(now_ms - SWEPT_MS):
            self._bulk.send([*self._posts(tombstones), *self._raws_of_quotes(tombstones)])

    def _recent_tombstones(self, since_ms: int) -> Iterator[list[_Tombstone]]:
        """Yield tombstones written since a time, newest first, some at a time."""
        conditions = [{"range": {"gone_at": {"gte": since_ms}}}, {"exists": {"field": "id"}}]
        body: dict[str, Any] = {
            "query": {"bool": {"filter": conditions}},
            "sort": [{"gone_at": "desc"}, {"id": "asc"}],
            "size": _TOMBSTONES_AT_ONCE,
            "track_total_hits": False,
            "_source": ["id", "period"],
        }
        path = path_to(self._names.state, "_search")
        for _ in range(_ROUNDS_MAX):
            hits = self._client.request("POST", path, body, into=Found[Hit[_Tombstone]]).hits.hits
            if hits:
                yield [hit.source for hit in hits]
            if len(hits) < _TOMBSTONES_AT_ONCE:
                return
            body["search_after"] = hits[-1].sort

    def _posts(self, tombstones: Sequence[_Tombstone]) -> list[Write]:
        """Return the writes that remove deleted posts that are stored."""
        located = [stone for stone in tombstones if stone.period]
        wanted = [(self._names.posts_of(stone.period), key(stone.id)) for stone in located]
        writes: list[Write] = []
        for stone, got in zip(located, get_many(self._client, wanted, sources=False), strict=True):
            if got.found:
                writes += removal_writes(self._names, key(stone.id), stone.period)
        return writes

    def _raws_of_quotes(self, tombstones: Sequence[_Tombstone]) -> list[Write]:
        """Return the writes that remove the raw records of quotes, which contain the deleted post."""
        facets = ["quote_of:" + fold(stone.id) for stone in tombstones]
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"terms": {"facets": facets}}]}},
            "sort": [{"seq": "desc"}],
            "size": _TOMBSTONES_AT_ONCE,
            "track_total_hits": False,
            "_source": False,
        }
        path = path_to(self._names.posts, "_search")
        params = {"ignore_unavailable": "true"}
        hits = self._client.request("POST", path, body, into=Found[KeyHit], params=params).hits.hits
        wanted = [(self._names.raws_of(self._names.period(hit.index) or ""), hit.key) for hit in hits]
        raws = zip(wanted, get_many(self._client, wanted, sources=False), strict=True)
        return [Write("delete", index, name) for (index, name), got in raws if got.found]
