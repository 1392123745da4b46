"""Post bodies: reads stored posts by id, and puts the JSON of posts together with the originals of reposts and quotes.

Posts by id may have to meet conditions; those that are missing are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.index_names import key
from pipeline.store.elastic.read.compile_query import Dsl
from pipeline.store.elastic.read.matching_posts import HITS_AT_ONCE
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.elastic.stored_post import ReadablePost
from pipeline.store.post_json import with_original


def posts_by_id(view: PointInTime, ids: Iterable[str], conditions: Sequence[Dsl] = ()) -> dict[str, ReadablePost]:
    """Return the stored posts with these ids that meet all conditions, by id."""
    keys = {key(post_id): post_id for post_id in ids}
    names = list(keys)
    posts: dict[str, ReadablePost] = {}
    for start in range(0, len(names), HITS_AT_ONCE):
        body = {
            "query": {"bool": {"filter": [{"ids": {"values": names[start : start + HITS_AT_ONCE]}}, *conditions]}},
            "size": HITS_AT_ONCE,
            "sort": ["_shard_doc"],
            "track_total_hits": False,
        }
        hits = view.search(body, Found[Hit[ReadablePost]]).hits.hits
        posts.update((keys[hit.key], hit.source) for hit in hits)
    return posts


def bodies(view: PointInTime, posts: Sequence[ReadablePost]) -> list[bytes]:
    """Return the wire JSON of posts, originals inside."""
    originals = _originals(view, posts)
    return [with_original(bytes(post.post), originals.get(post.inside)) for post in posts]


def with_originals(view: PointInTime, hits: Iterator[Hit[Any]]) -> Iterator[tuple[int, bytes, bytes | None]]:
    """Yield sort key, wire JSON, and the original's wire JSON (None if it is not stored) of each post, in order."""
    while part := list(islice(hits, HITS_AT_ONCE)):
        posts = [hit.source for hit in part]
        originals = _originals(view, posts)
        for post in posts:
            yield post.place, bytes(post.post), originals.get(post.inside)


def _originals(view: PointInTime, posts: Iterable[ReadablePost]) -> dict[str, bytes]:
    """Return the wire JSON of the originals of reposts and quotes by id, as far as they are stored."""
    found = posts_by_id(view, [post.inside for post in posts if post.inside])
    return {post_id: bytes(original.post) for post_id, original in found.items()}
