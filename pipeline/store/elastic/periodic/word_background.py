"""Word background: counts by hour in how many posts each word occurs, which trending words are compared with.

Samples the newest posts, adds their words to the stored counts once enough posts share a word, drops hours beyond the
span, and names the words that no post used within it. A conflict with another process is no loss: both count the same
posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.json_codec import decode, encode
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.state_documents import HOURS, BackgroundWord, word_key
from pipeline.store.elastic.stored_post import PostSource
from pipeline.store.top_values import BACKGROUND_HOURS, WordBackground

_SAMPLED_AT_ONCE = 500
_ORIGINALS_AT_ONCE = 1_000
_KEPT_HOURS = BACKGROUND_HOURS + 24


class Gathered(NamedTuple):
    """Progress of the background: the newest post's publication number, and the newest hour of the counts."""

    seq: int
    newest_hour: int


class ElasticWordBackground:
    """Background of one store. Holds counts of the last hours in memory until enough posts share a word."""

    def __init__(self, client: ElasticClient, names: IndexNames, bulk: Bulk) -> None:
        self._client = client
        self._names = names
        self._bulk = bulk
        self._background = WordBackground()

    def gather(self, after: int) -> Gathered | None:
        """Add a sample of the posts above a publication number, the newest; return None if there is no post."""
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"range": {"seq": {"gt": after}}}]}},
            "sort": [{"seq": "desc"}],
            "size": _SAMPLED_AT_ONCE,
            "track_total_hits": False,
        }
        posts = self._search_posts(body)
        if not posts:
            return None
        originals = self._originals(posts)
        for post in posts:
            self._background.add(bytes(post.post), originals.get(post.inside))
        counted_posts, counted = self._background.take()
        added: dict[str, dict[int, int]] = {HOURS: counted_posts}
        for hour, word, count in counted:
            added.setdefault(word_key(word), {})[hour] = count
        self._add(added)
        return Gathered(posts[0].seq, max(counted_posts, default=0))

    @staticmethod
    def unused_since(newest_hour: int) -> list[dict[str, Any]]:
        """Return the conditions on words that no post used within the background's span."""
        return [{"term": {"kind": "word"}}, {"range": {"last": {"lt": newest_hour - _KEPT_HOURS}}}]

    def _search_posts(self, body: dict[str, Any]) -> list[PostSource]:
        path = path_to(self._names.posts, "_search")
        params = {"ignore_unavailable": "true"}
        hits = self._client.request("POST", path, body, into=Found[Hit[PostSource]], params=params).hits.hits
        return [hit.source for hit in hits]

    def _originals(self, posts: Sequence[PostSource]) -> dict[str, bytes]:
        """Return the wire JSON of the originals of reposts and quotes by id, as far as they are stored."""
        ids = {key(post.inside): post.inside for post in posts if post.inside}
        body = {"query": {"ids": {"values": list(ids)}}, "size": _ORIGINALS_AT_ONCE, "track_total_hits": False}
        originals = self._search_posts(body) if ids else []
        found = {decode(original.post, _Id).id: bytes(original.post) for original in originals}
        return {post_id: found[post_id] for post_id in ids.values() if post_id in found}

    def _add(self, added: dict[str, dict[int, int]]) -> None:
        """Add counts by hour to words, and drop hours beyond the background's span."""
        wanted = [(self._names.state, name) for name in added]
        writes = []
        for (name, hours), got in zip(added.items(), get_many(self._client, wanted), strict=True):
            word = decode(got.source, BackgroundWord) if got.found else BackgroundWord({})
            for hour, count in hours.items():
                word.hours[hour] = word.hours.get(hour, 0) + count
            word.last = max(word.hours, default=0)
            word.hours = {hour: count for hour, count in word.hours.items() if hour >= word.last - _KEPT_HOURS}
            body = encode(word)
            writes.append(
                Write("index" if got.found else "create", self._names.state, name, body, got.seq_no, got.term)
            )
        self._bulk.send(writes)  # on a conflict another process counted the same posts, and its counts suffice


class _Id(msgspec.Struct):
    id: str
