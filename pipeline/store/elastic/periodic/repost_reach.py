"""Reach updater: computes the reach of posts again where the post or its reposts changed, some pages a round.

Reach is the sum of the followers of the author and of each account that reposted the post, each account once. Sequence
numbers, and notes of removed reposts, tell which posts to compute; the server sums up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.json_codec import encode
from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.periodic.reposter_followers_query import followers_of_reposters
from pipeline.store.elastic.state_documents import StaleReach
from pipeline.store.elastic.stored_post import VersionedRow, author_key, original_key
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups

COMPUTED_AT_ONCE = 500
_ROUNDS_MAX = 10
_PAGE = 1_000
REACH_OVERLAP_US = 10_000_000
"""Microseconds that each round looks back: a batch is numbered (µs) when it begins and stored a little later."""


class _Post(msgspec.Struct):
    id: str
    repost_of: str = ""


class _ChangedPost(msgspec.Struct):
    post: _Post
    seq: int
    changed: int = 0


class ElasticReachUpdater:
    """Updates the reach of one store's posts."""

    def __init__(self, client: ElasticClient, names: IndexNames, refresh: Callable[[], None]) -> None:
        self._client = client
        self._names = names
        self._refresh = refresh
        self._bulk = Bulk(client)
        self._done: dict[str, int] = {}

    def run(self, reached: int) -> int:
        """Compute the reach of posts changed above a publication number, some pages of them; return the number
        reached."""
        after = max(0, reached - REACH_OVERLAP_US)
        for _ in range(_ROUNDS_MAX):
            notes, changed = self._notes(), self._changed(after)
            ids = {note.source.id for note in notes}
            for one in changed:
                if self._done.get(one.post.id) != one.seq:
                    ids |= {one.post.id, one.post.repost_of} if one.changed else {one.post.repost_of or one.post.id}
            self._compute(ids)
            self._bulk.send([Write("delete", self._names.state, note.key) for note in notes])
            self._done = {one.post.id: one.seq for one in changed}
            last = changed[-1].seq if changed else reached
            reached = max(reached, last)
            if len(changed) < _PAGE:
                break
            # Other posts of the last number are in the next page; no batch is large enough to fill a page.
            after = max(after + 1, last - 1)
        return reached

    def _notes(self) -> list[Hit[StaleReach]]:
        body = {"query": {"bool": {"filter": [{"term": {"kind": "stale"}}]}}, "size": _PAGE, "track_total_hits": False}
        path = path_to(self._names.state, "_search")
        return self._client.request("POST", path, body, into=Found[Hit[StaleReach]]).hits.hits

    def _changed(self, after: int) -> list[_ChangedPost]:
        """Return posts above a publication number, lowest first: reposts, changed posts, and originals of reposts."""
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
        hits = self._client.request("POST", path, body, into=Found[Hit[_ChangedPost]]).hits.hits
        return [hit.source for hit in hits]

    def _compute(self, ids: Iterable[str]) -> None:
        wanted = [post_id for post_id in ids if post_id]
        for start in range(0, len(wanted), COMPUTED_AT_ONCE):
            part = wanted[start : start + COMPUTED_AT_ONCE]
            lookups = ElasticPlanLookups(self._client, self._names, self._refresh)
            rows = [row for row in lookups.stored(part).values() if isinstance(row, VersionedRow)]
            reposters = followers_of_reposters(self._client, self._names, (row.post.id for row in rows))
            writes = []
            for row in rows:
                post = row.post
                others = reposters[original_key(post.id)]
                others.pop(author_key(post.source, post.author.id), None)
                if post.author.followers is None and not others:
                    continue
                reach = (post.author.followers or 0) + sum(others.values())
                if reach != row.reach:
                    body = encode({"doc": {"reach": reach}})
                    writes.append(Write("update", self._names.posts_of(row.period), key(post.id), body))
            self._bulk.send(writes)
