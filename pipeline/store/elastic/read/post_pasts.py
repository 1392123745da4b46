"""Pasts of posts in Elasticsearch: entry numbers of a page, the versions of a post, and how many matches are unread.

A hit brings its past along, which most posts have not. What is unread is counted by the server where it decides the
search and nothing was replaced; the other posts are decided one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pipeline.query.document import Document
from pipeline.query.tree import Query
from pipeline.store.contract import SeenVersion, Unread
from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.read.compile_query import Dsl
from pipeline.store.elastic.read.match_counts import count
from pipeline.store.elastic.read.matching_posts import HITS_AT_ONCE, MatchingPosts
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.elastic.stored_post import PostSource, ReadablePost
from pipeline.store.past.entry_number import entered_numbers, entry_number
from pipeline.store.past.post_past import PostPast, decode_past, seen_versions
from pipeline.store.post_json import decode_post


def entered(view: PointInTime, query: Query, hits: Sequence[Hit[Any]]) -> dict[str, int]:
    """Return the entry numbers, by id, of those hits of a search that began to match after they were stored."""
    keys = [hit.key for hit in hits if hit.source.past]
    return entered_numbers(query.root, _described(_whole(view, keys)))


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
        posts = _described(_whole(view, [hit.key for hit in part]))
        numbers = (entry_number(query.root, document, first, past) for _, document, first, past in posts)
        found += sum(read < number <= until for number in numbers)
    return Unread(min(found, limit), found > limit)


def _described(sources: Iterable[PostSource]) -> Iterator[tuple[str, Document, int, PostPast]]:
    """Yield the id of each post, its document, its first number, and its past."""
    for source in sources:
        post = decode_post(source.post)
        yield post.id, source.document(post.id, post.created_at), post.first_seq, decode_past(source.past)


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
