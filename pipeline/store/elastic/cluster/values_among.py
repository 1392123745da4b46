"""Search for those of some values that a keyword field has in any document: one request for all of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from pipeline.store.elastic.cluster.search_answers import SearchAnswer


class _Bucket(msgspec.Struct):
    key: str


class _Buckets(msgspec.Struct):
    buckets: list[_Bucket] = []


class _Aggregations(msgspec.Struct):
    found: _Buckets = msgspec.field(default_factory=_Buckets)


class ValuesFound(SearchAnswer):
    """Answer to a search by `values_among`."""

    aggregations: _Aggregations = msgspec.field(default_factory=_Aggregations)

    def values(self) -> set[str]:
        """Return the values that were found."""
        return {bucket.key for bucket in self.aggregations.found.buckets}


def values_among(field: str, values: Collection[str]) -> dict[str, Any]:
    """Return the body of a search for those of some values that a keyword field has."""
    wanted = sorted(values)
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": [{"terms": {field: wanted}}]}},
        "aggs": {"found": {"terms": {"field": field, "size": max(1, len(wanted)), "include": wanted}}},
    }
