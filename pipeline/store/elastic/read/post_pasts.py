"""Pasts of posts in Elasticsearch: entry numbers of a page, the versions of a post, and how many matches are unread.

A hit brings its past along, which most posts have not. What is unread is counted by the server where it decides the
search and nothing was replaced; the other posts are decided one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from pipeline.query.tree import Query
from pipeline.store.contract import SeenVersion, Unread
from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.read.compile_query import Dsl
from pipeline.store.elastic.read.match_counts import count
from pipeline.store.elastic.read.matching_posts import HITS_AT_ONCE, MatchingPosts
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.elastic.stored_post import PostSource, ReadablePost
from pipeline.store.past.entry_number import entry_number
from pipeline.store.past.post_past import decode_past, seen_versions
from pipeline.store.post_json import decode_post


def entered(view: PointInTime, query: Query, hits: Sequence[Hit[Any]]) -> dict[str, int]:
    """Return the entry numbers, by id, of those hits of a search that began to match after they were stored."""
    keys = [hit.key for hit in hits if hit.source.past]
    found = {post_id: numbers for post_id, *numbers in _numbers(query, _whole(view, keys))}
    return {post_id: number for post_id, (number, first) in found.items() if number != first}


def versions(post: ReadablePost) -> list[SeenVersion]:
    """Return the versions of a post, newest first."""
    body = bytes(post.post)
    return [SeenVersion(*one) for one in seen_versions(body, decode_post(body).first_seq, decode_past(post.past))]


def unread(view: PointInTime, query: Query, matching: MatchingPosts, span: tuple[int, int], limit: int) -> Unread:
    """Return how many matches have an entry number in a span (above the first, at most the second number)."""
    read, until = span
    replaced: Dsl = {"exists": {"field": "past_until"}}
    plain: list[Dsl] = [{"range": {"first_seq": {"gt": read, "lte": until}}}, {"bool": {"must_not": [replaced]}}]
    if matching.exact:
        found = count(view, [*matching.conditions, *plain], up_to=limit + 1)
    else:
        found = sum(1 for _ in islice(matching.hits(*plain, expected=HITS_AT_ONCE), limit + 1))
    newer: list[Dsl] = [{"range": {"first_seq": {"gt": read}}}, {"range": {"past_until": {"gt": read}}}]
    hits = matching.hits(replaced, {"bool": {"should": newer}}, expected=HITS_AT_ONCE)
    while found <= limit and (part := list(islice(hits, HITS_AT_ONCE))):
        sources = _whole(view, [hit.key for hit in part])
        found += sum(read < number <= until for _, number, _ in _numbers(query, sources))
    return Unread(min(found, limit), found > limit)


def _numbers(query: Query, sources: Iterable[PostSource]) -> Iterable[tuple[str, int, int]]:
    """Yield the id of each post, its entry number, and its first number."""
    for source in sources:
        post = decode_post(source.post)
        document = source.document(post.id, post.created_at)
        yield post.id, entry_number(query.root, document, post.first_seq, decode_past(source.past)), post.first_seq


def _whole(view: PointInTime, keys: Sequence[str]) -> list[PostSource]:
    """Return the whole sources of hits, at most a page of them."""
    if not keys:
        return []
    body: dict[str, Any] = {
        "query": {"bool": {"filter": [{"ids": {"values": [*keys]}}]}},
        "size": len(keys),
        "sort": ["_shard_doc"],
        "track_total_hits": False,
    }
    return [hit.source for hit in view.search(body, Found[Hit[PostSource]]).hits.hits]
