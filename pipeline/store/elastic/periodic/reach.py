"""Reach, reckoned again where it may have changed: followers of the author and of each account that reposted, once.

Which posts those are is told by publication numbers and by notes of removed reposts. Sums are the server's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, Found, encode, path_to
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.stored_post import VersionedRow, author_key, original_key
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups

RECKONED_AT_ONCE = 500
_ROUNDS = 10
_PAGE = 1_000
OVERLAP_US = 10_000_000
"""Batches are numbered (µs) when they begin and stored a little later, so a round looks back that far."""


class _Key(msgspec.Struct):
    original: str
    by: str


class _Most(msgspec.Struct):
    value: float | None = None


class _Bucket(msgspec.Struct):
    key: _Key
    most: _Most


class _Buckets(msgspec.Struct):
    buckets: list[_Bucket] = []
    after_key: _Key | None = None


class _Aggs(msgspec.Struct):
    carried: _Buckets = msgspec.field(default_factory=_Buckets)


class _Sums(msgspec.Struct):
    aggregations: _Aggs = msgspec.field(default_factory=_Aggs)


class _Post(msgspec.Struct):
    id: str
    repost_of: str = ""


class _Changed(msgspec.Struct):
    post: _Post
    seq: int
    changed: int = 0


class _ChangedHit(msgspec.Struct):
    source: _Changed = msgspec.field(name="_source")
    sort: list[int] = []


class _Note(msgspec.Struct):
    id: str


class _NoteHit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    note: _Note = msgspec.field(name="_source")


class ReachUpdater:
    """Keeps the reach of one store's posts."""

    def __init__(self, client: ElasticClient, names: IndexNames, refresh: Callable[[], None]) -> None:
        self._client = client
        self._names = names
        self._refresh = refresh
        self._bulk = Bulk(client)
        self._done: dict[str, int] = {}

    def run(self, reached: int) -> int:
        """Reckon what changed since a publication number, `_PAGE` posts at a time; return how far it came."""
        after = max(0, reached - OVERLAP_US)
        for _ in range(_ROUNDS):
            notes, changed = self._notes(), [hit.source for hit in self._changed(after)]
            ids = {note.note.id for note in notes}
            for one in changed:
                if self._done.get(one.post.id) != one.seq:
                    ids |= {one.post.id, one.post.repost_of} if one.changed else {one.post.repost_of or one.post.id}
            self._reckon(ids)
            self._bulk.send([Write("delete", self._names.state, note.key) for note in notes])
            self._done = {one.post.id: one.seq for one in changed}
            last = changed[-1].seq if changed else reached
            reached = max(reached, last)
            if len(changed) < _PAGE:
                break
            # The others of the last number are in the next page; no batch is so large that it fills one.
            after = max(after + 1, last - 1)
        return reached

    def _notes(self) -> list[_NoteHit]:
        body = {"query": {"bool": {"filter": [{"term": {"kind": "stale"}}]}}, "size": _PAGE, "track_total_hits": False}
        return self._client.request("POST", path_to(self._names.state, "_search"), body, into=Found[_NoteHit]).hits.hits

    def _changed(self, after: int) -> list[_ChangedHit]:
        """Return reposts, and posts that changed or got reposts before they came, above a number; lowest first."""
        some = [{"exists": {"field": "original"}}, {"range": {"changed": {"gt": 0}}}, {"term": {"touched": True}}]
        body = {
            "query": {
                "bool": {"filter": [{"range": {"seq": {"gt": after}}}], "should": some, "minimum_should_match": 1}
            },
            "sort": ["seq"],
            "size": _PAGE,
            "_source": ["seq", "changed", "post.id", "post.repost_of"],
            "track_total_hits": False,
        }
        path = path_to(self._names.posts, "_search")
        return self._client.request("POST", path, body, into=Found[_ChangedHit]).hits.hits

    def _reckon(self, ids: Iterable[str]) -> None:
        wanted = [post_id for post_id in ids if post_id]
        for start in range(0, len(wanted), RECKONED_AT_ONCE):
            part = wanted[start : start + RECKONED_AT_ONCE]
            shelf = ElasticPlanLookups(self._client, self._names, self._refresh)
            rows = [row for row in shelf.stored(part).values() if isinstance(row, VersionedRow)]
            carried = self._carried(row.post.id for row in rows)
            writes = []
            for row in rows:
                post = row.post
                others = carried[original_key(post.id)]
                others.pop(author_key(post.source, post.author.id), None)
                if post.author.followers is None and not others:
                    continue
                reach = (post.author.followers or 0) + sum(others.values())
                if reach != row.reach:
                    body = encode({"doc": {"reach": reach}})
                    writes.append(Write("update", self._names.posts_of(row.period), key(post.id), body))
            self._bulk.send(writes)

    def _carried(self, ids: Iterable[str]) -> dict[str, dict[str, int]]:
        """Return, by original, the most followers that each account which reposted it had."""
        keys = [original_key(post_id) for post_id in ids]
        carried: dict[str, dict[str, int]] = defaultdict(dict)
        if not keys:
            return carried
        composite: dict[str, Any] = {
            "size": _PAGE,
            "sources": [{"original": {"terms": {"field": "original"}}}, {"by": {"terms": {"field": "by"}}}],
        }
        most = {"most": {"max": {"field": "followers"}}}
        body = {
            "query": {"bool": {"filter": [{"terms": {"original": keys}}]}},
            "size": 0,
            "track_total_hits": False,
            "aggs": {"carried": {"composite": composite, "aggs": most}},
        }
        while True:
            found = self._client.request(
                "POST", path_to(self._names.posts, "_search"), body, into=_Sums
            ).aggregations.carried
            for bucket in found.buckets:
                if bucket.most.value is not None:
                    carried[bucket.key.original][bucket.key.by] = int(bucket.most.value)
            if len(found.buckets) < _PAGE or found.after_key is None:
                return carried
            composite["after"] = msgspec.to_builtins(found.after_key)
