"""Matching posts: pages through the hits of a search, and checks candidates where the server cannot decide exactly.

Hits come in the order of a sort, within a span of time and retention. Also finds changed posts that no longer match
(retractions).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pipeline.query.evaluate import matches
from pipeline.query.tree import Query
from pipeline.store import sort_key
from pipeline.store.contract import Sort
from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.mappings import by_place
from pipeline.store.elastic.read.compile_query import Dsl, compile_tree
from pipeline.store.elastic.read.page_position import UNKNOWN_COUNT
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.elastic.stored_post import PostSource, ReadablePost
from pipeline.store.post_json import decode_post

HITS_AT_ONCE = 1_000
"""Most hits that are requested at once."""
_FIRST_PAGE_POSTS = 100

P = TypeVar("P", bound=ReadablePost)


class MatchingPosts:
    """Posts that match one search within a span (ms), in one point in time.

    `retained_from` is the lowest sort key that is visible.
    """

    def __init__(
        self,
        view: PointInTime,
        query: Query,
        retained_from: int,
        *,
        since: int | None = None,
        until: int | None = None,
    ) -> None:
        self._view = view
        self._query = query
        self._retained_from = retained_from
        self._compiled = compile_tree(query.root)
        self.exact = self._compiled.exact
        """True if `conditions` hold for exactly the matching posts."""
        bounds = {"gte": max(retained_from, sort_key.floor(since) if since is not None else 0)}
        if until is not None:
            bounds["lt"] = sort_key.floor(until)
        self.conditions: list[Dsl] = [self._compiled.filter, {"range": {"place": bounds}}]

    def hits(self, *more: Dsl, sort: Sort = "latest", expected: int = _FIRST_PAGE_POSTS) -> Iterator[Hit[Any]]:
        """Return an iterator over the posts that match and meet more conditions, in the sort's order.

        Their sources are `ReadablePost`.

        `expected` is the number of posts that the caller probably takes: the size of the first page.
        """
        conditions = [*self.conditions, *more]
        if self.exact:
            return _pages(self._view, conditions, sort, expected, Found[Hit[ReadablePost]])
        found = _pages(self._view, conditions, sort, expected, Found[Hit[PostSource]])
        return (hit for hit in found if self._matches(hit.source))

    def lost(self, conditions: Sequence[Dsl]) -> list[tuple[str, int]]:
        """Return the (id, version) of the posts that meet the conditions and do not match, or are not visible."""
        wanted = list(conditions)
        if self.exact:
            visible = {"range": {"place": {"gte": self._retained_from}}}
            wanted.append({"bool": {"must_not": [{"bool": {"filter": [self._compiled.filter, visible]}}]}})
        lost = []
        for hit in _pages(self._view, wanted, "latest", HITS_AT_ONCE, Found[Hit[PostSource]]):
            source = hit.source
            if self.exact or source.place < self._retained_from or not self._matches(source):
                post = decode_post(source.post)
                lost.append((post.id, post.version))
        return lost

    def _matches(self, source: PostSource) -> bool:
        self._view.deadline.left_s()
        post = decode_post(source.post)
        return matches(self._query.root, source.document(post.id, post.created_at))


def _pages(
    view: PointInTime, conditions: list[Dsl], sort: Sort, expected: int, into: type[Found[Hit[P]]]
) -> Iterator[Hit[P]]:
    """Yield the posts that meet all conditions, in the sort's order."""
    order: list[Dsl] = [] if sort == "latest" else [{sort: {"order": "desc", "missing": UNKNOWN_COUNT}}]
    body: dict[str, Any] = {
        "query": {"bool": {"filter": conditions}},
        "sort": [*order, *by_place("desc")],
        "size": min(expected, HITS_AT_ONCE),
        "track_total_hits": False,
    }
    while True:
        hits = view.search(body, into).hits.hits
        yield from hits
        if len(hits) < body["size"]:
            return
        body["search_after"] = hits[-1].sort
        body["size"] = HITS_AT_ONCE
