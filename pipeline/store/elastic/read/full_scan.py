"""Full scan: goes through all posts, or documents of the index `state`, in one point in time, page by page.

Migration and copies use it. Posts come in no order or, from a sort key on, oldest first; `state` holds all that is kept
beside posts. Also reads the originals of reposts and quotes by id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from pipeline.errors import StoreError
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.search_answers import Found, Hit, KeyHit
from pipeline.store.elastic.index_names import key
from pipeline.store.elastic.mappings import by_place
from pipeline.store.elastic.read.point_in_time import OpenedPointInTime
from pipeline.store.elastic.stored_post import PostSource, ReadablePost

PAGE_DOCUMENTS = 500
_KEEP_ALIVE = "10m"
_WHOLE = {"allow_partial_search_results": "false"}

HitT = TypeVar("HitT", bound=KeyHit)


def post_pages(
    client: ElasticClient, index: str, *, since: int | None = None, size: int = PAGE_DOCUMENTS
) -> Iterator[list[Hit[PostSource]]]:
    """Yield all posts in no order; with `since`, those from a sort key on, lowest sort key first."""
    body: dict[str, Any] = {"size": size, "sort": ["_shard_doc"]}
    if since is not None:
        # Posts of an older program version may share a sort key: the server's own last key in a point in time differs.
        body |= {"sort": by_place("asc"), "query": {"bool": {"filter": [{"range": {"place": {"gte": since}}}]}}}
    return _pages(client, index, body, Found[Hit[PostSource]])


def state_pages(
    client: ElasticClient, index: str, conditions: Sequence[dict[str, Any]]
) -> Iterator[list[Hit[msgspec.Raw]]]:
    """Yield the documents of `state` that meet all conditions, in no order."""
    body = {"size": PAGE_DOCUMENTS, "sort": ["_shard_doc"], "query": {"bool": {"filter": list(conditions)}}}
    return _pages(client, index, body, Found[Hit[msgspec.Raw]])


def _pages(client: ElasticClient, index: str, body: dict[str, Any], into: type[Found[HitT]]) -> Iterator[list[HitT]]:
    path, params = path_to(index, "_pit"), {"keep_alive": _KEEP_ALIVE}
    pit = client.request("POST", path, into=OpenedPointInTime, params=params).id
    body["track_total_hits"] = False
    try:
        while True:
            body["pit"] = {"id": pit, "keep_alive": _KEEP_ALIVE}
            hits = client.request("POST", "/_search", body, into=into, params=_WHOLE).hits.hits
            if not hits:
                return
            yield hits
            body["search_after"] = hits[-1].sort
    finally:
        with suppress(StoreError):  # it expires by itself then
            client.request("DELETE", "/_pit", {"id": pit}, into=msgspec.Raw)


def originals(client: ElasticClient, index: str, ids: Sequence[str]) -> dict[str, bytes]:
    """Return the wire JSON of those posts that are stored, by id; at most a page of them."""
    keys = {key(post_id): post_id for post_id in ids}
    if not keys:
        return {}
    body = {
        "query": {"ids": {"values": list(keys)}},
        "size": len(keys),
        "track_total_hits": False,
        "_source": ["place", "post", "inside"],
    }
    path = path_to(index, "_search")
    hits = client.request("POST", path, body, into=Found[Hit[ReadablePost]], params=_WHOLE).hits.hits
    return {keys[hit.key]: bytes(hit.source.post) for hit in hits}
