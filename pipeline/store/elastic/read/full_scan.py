"""Going through all documents of an index in one point in time, page by page: for migrating and moving. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from pipeline.errors import StoreError
from pipeline.store.elastic.cluster.client import ElasticClient, Found, path_to
from pipeline.store.elastic.index_layout import by_place
from pipeline.store.elastic.index_names import key
from pipeline.store.elastic.stored_post import PostSource, ReadablePost

AT_ONCE = 500
_KEEP_ALIVE = "10m"


class PostHit(msgspec.Struct):
    """A post and where it lies."""

    key: str = msgspec.field(name="_id")
    index: str = msgspec.field(name="_index")
    row: PostSource = msgspec.field(name="_source")
    sort: list[int] = []


class StateHit(msgspec.Struct):
    """A document of `state`."""

    key: str = msgspec.field(name="_id")
    source: msgspec.Raw = msgspec.field(name="_source")
    sort: list[int] = []


A = TypeVar("A", Found[PostHit], Found[StateHit])


class _ShownHit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    row: ReadablePost = msgspec.field(name="_source")


class _Opened(msgspec.Struct):
    id: str


def pages(
    client: ElasticClient, index: str, *, since: int | None = None, size: int = AT_ONCE
) -> Iterator[list[PostHit]]:
    """Yield all posts, or those from a place on, lowest place first."""
    body: dict[str, Any] = {"size": size, "sort": ["_shard_doc"]}
    if since is not None:
        # What an older program stored at one place is told apart by the server's own last key in a point in time.
        body |= {"sort": by_place("asc"), "query": {"bool": {"filter": [{"range": {"place": {"gte": since}}}]}}}
    for answer in _answers(client, index, body, Found[PostHit]):
        yield answer.hits.hits


def state_pages(client: ElasticClient, index: str, conditions: Sequence[dict[str, Any]]) -> Iterator[list[StateHit]]:
    """Yield the documents of `state` that meet all conditions, in no order."""
    body = {"size": AT_ONCE, "sort": ["_shard_doc"], "query": {"bool": {"filter": list(conditions)}}}
    for answer in _answers(client, index, body, Found[StateHit]):
        yield answer.hits.hits


def _answers(client: ElasticClient, index: str, body: dict[str, Any], into: type[A]) -> Iterator[A]:
    pit = client.request("POST", path_to(index, "_pit"), into=_Opened, params={"keep_alive": _KEEP_ALIVE}).id
    body["track_total_hits"] = False
    params = {"allow_partial_search_results": "false"}
    try:
        while True:
            body["pit"] = {"id": pit, "keep_alive": _KEEP_ALIVE}
            answer = client.request("POST", "/_search", body, into=into, params=params)
            if not answer.hits.hits:
                return
            yield answer
            body["search_after"] = answer.hits.hits[-1].sort
    finally:
        with suppress(StoreError):  # it ends by itself then
            client.request("DELETE", "/_pit", {"id": pit}, into=msgspec.Raw)


def originals(client: ElasticClient, index: str, ids: Sequence[str]) -> dict[str, bytes]:
    """Return the wire JSON of those posts that are stored, at most a page of them."""
    keys = {key(post_id): post_id for post_id in ids}
    if not keys:
        return {}
    body = {
        "query": {"ids": {"values": list(keys)}},
        "size": len(keys),
        "track_total_hits": False,
        "_source": ["place", "post", "inside"],
    }
    params = {"allow_partial_search_results": "false"}
    hits = client.request("POST", path_to(index, "_search"), body, into=Found[_ShownHit], params=params).hits.hits
    return {keys[hit.key]: bytes(hit.row.post) for hit in hits}
