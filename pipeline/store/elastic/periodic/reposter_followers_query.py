"""Followers of reposters: the accounts that reposted each of some posts, with the most followers that each had.

The server aggregates them from the stored reposts, page by page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.stored_post import original_key

_PAGE = 1_000


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


class _Aggregations(msgspec.Struct):
    carried: _Buckets = msgspec.field(default_factory=_Buckets)


class _Answer(msgspec.Struct):
    aggregations: _Aggregations = msgspec.field(default_factory=_Aggregations)


def followers_of_reposters(client: ElasticClient, names: IndexNames, ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return original → account → the most followers that the account had when it reposted."""
    keys = [original_key(post_id) for post_id in ids]
    followers: dict[str, dict[str, int]] = defaultdict(dict)
    if not keys:
        return followers
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
    path = path_to(names.posts, "_search")
    while True:
        found = client.request("POST", path, body, into=_Answer).aggregations.carried
        for bucket in found.buckets:
            if bucket.most.value is not None:
                followers[bucket.key.original][bucket.key.by] = int(bucket.most.value)
        if len(found.buckets) < _PAGE or found.after_key is None:
            return followers
        composite["after"] = msgspec.to_builtins(found.after_key)
