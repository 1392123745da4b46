"""Change steps: finds up to which sequence number one bounded read of changes may go, and reads the ids in that range.

A step holds at most so many posts and so many tombstones (`Reading.step_end`). The ids are those of deleted and of
hidden posts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from pipeline.store.elastic.cluster.client import path_to
from pipeline.store.elastic.cluster.search_answers import Found, Hit, KeyHit
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.read.compile_query import Dsl
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.sequence_steps import bounded_step_end

_TOMBSTONES_AT_ONCE = 1_000


class _Tombstone(msgspec.Struct):
    id: str


def tombstone_ids(view: PointInTime, names: IndexNames, after: int, *, limit: int, until: int) -> list[str]:
    """Return the ids with a tombstone numbered above `after` and up to `until`, lowest number first, at most `limit`.

    `state` has no point in time: the tombstones are those of now, which include all that the point in time lacks.
    """
    body: dict[str, Any] = {
        "query": {"bool": {"filter": [{"range": {"gone_seq": {"gt": after, "lte": until}}}]}},
        "sort": ["gone_seq", "id"],
        "size": min(limit, _TOMBSTONES_AT_ONCE),
        "track_total_hits": False,
        "_source": ["id"],
    }
    path = path_to(names.state, "_search")
    found: list[str] = []
    while True:
        hits = view.search_at(path, body, Found[Hit[_Tombstone]]).hits.hits
        found += [hit.source.id for hit in hits]
        if len(hits) < body["size"] or len(found) >= limit:
            return found[:limit]
        body["search_after"] = hits[-1].sort


class _Withdrawn(msgspec.Struct):
    post: _Version


class _Version(msgspec.Struct):
    id: str
    version: int


def withdrawn_posts(
    view: PointInTime, names: IndexNames, after: int, *, limit: int, until: int
) -> list[tuple[str, int]]:
    """Return (id, version) of the hidden posts numbered above `after` and up to `until`, lowest first, at most `limit`.

    `accounts` has no point in time, as `state` has none.
    """
    body: dict[str, Any] = {
        "query": {
            "bool": {"filter": [{"term": {"kind": "withheld"}}, {"range": {"seq": {"gt": after, "lte": until}}}]}
        },
        "sort": ["seq", "id"],
        "size": min(limit, _TOMBSTONES_AT_ONCE),
        "track_total_hits": False,
        "_source": ["post.id", "post.version"],
    }
    path = path_to(names.accounts, "_search")
    found: list[tuple[str, int]] = []
    while True:
        hits = view.search_at(path, body, Found[Hit[_Withdrawn]]).hits.hits
        found += [(hit.source.post.id, hit.source.post.version) for hit in hits]
        if len(hits) < body["size"] or len(found) >= limit:
            return found[:limit]
        body["search_after"] = hits[-1].sort


def sequence_step_end(view: PointInTime, names: IndexNames, after: int, *, limit: int, changed: bool) -> int | None:
    """Return the greatest number that a step of at most `limit` posts and tombstones reaches (`Reading.step_end`)."""
    posts: list[Dsl] = [{"range": {"seq": {"gt": after}}}]
    if changed:
        posts.append({"range": {"changed": {"gt": 0}}})
    tombstones: list[Dsl] = [{"range": {"gone_seq": {"gt": after}}}]
    search_state = partial(view.search_at, path_to(names.state, "_search"))
    withheld: list[Dsl] = [{"term": {"kind": "withheld"}}, {"range": {"seq": {"gt": after}}}]
    search_accounts = partial(view.search_at, path_to(names.accounts, "_search"))
    return bounded_step_end(
        [
            _first_and_excess(view.search, posts, "seq", limit),
            _first_and_excess(search_state, tombstones, "gone_seq", limit),
            _first_and_excess(search_accounts, withheld, "seq", limit),
        ]
    )


def _first_and_excess(
    search: Callable[[dict[str, Any], type[Found[KeyHit]]], Found[KeyHit]], filters: list[Dsl], field: str, limit: int
) -> tuple[int, int] | None:
    """Return the lowest number, and that of the first document beyond the limit; None if none is beyond."""

    def number_at(position: int) -> int | None:
        body = {"query": {"bool": {"filter": filters}}, "sort": [field], "from": position, "size": 1}
        hits = search(body | {"track_total_hits": False, "_source": False}, Found[KeyHit]).hits.hits
        return int(hits[0].sort[0]) if hits else None

    excess = number_at(limit)
    first = number_at(0) if excess is not None else None
    return None if first is None or excess is None else (first, excess)
