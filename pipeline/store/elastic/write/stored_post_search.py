"""Stored-post search: finds reposts and quotes of a post, and an account's posts, for deletions and edits.

Pages are newest first; a post may come twice, and values are cut, so that the caller compares again. A search sees only
refreshed posts, so that the first search refreshes them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from pipeline.query.analyser import fold
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.search_answers import Found, Hit, KeyHit
from pipeline.store.elastic.cluster.values_among import ValuesFound, values_among
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.mappings import by_place
from pipeline.store.elastic.stored_post import PostSource, VersionedRow, author_key, original_key, versioned_row

SEARCHED_AT_ONCE = 500
_WHOLE = {"allow_partial_search_results": "false", "ignore_unavailable": "true"}

HitT = TypeVar("HitT", bound=KeyHit)


class StoredPostSearch:
    """Searches of one attempt at a batch."""

    def __init__(self, client: ElasticClient, names: IndexNames, refresh: Callable[[], None]) -> None:
        self._client = client
        self._names = names
        self._refresh = refresh
        self._refreshed = False

    def reposts_of(self, post_id: str) -> Iterator[list[VersionedRow]]:
        """Yield posts with a post's `original_key`, newest first, some at a time; a post may come twice."""
        return self._rows({"term": {"original": original_key(post_id)}})

    def posts_by(self, network: str, author_id: str) -> Iterator[list[VersionedRow]]:
        """Yield posts with an account's `author_key`, newest first, some at a time; a post may come twice."""
        return self._rows({"term": {"by": author_key(network, author_id)}})

    def named_otherwise(self, network: str, author_id: str, handle: str) -> Iterator[list[VersionedRow]]:
        """Yield an account's posts that show another handle than the given one, newest first, some at a time."""
        others = [{"term": {"post.author.handle": handle}}]
        return self._rows({"bool": {"filter": [{"term": {"by": author_key(network, author_id)}}], "must_not": others}})

    def authors_among(self, keys: Collection[str]) -> set[str]:
        """Return those of the accounts, as `author_key`, that have posts."""
        if not keys:
            return set()
        self._refresh_once()
        path, body = path_to(self._names.posts, "_search"), values_among("by", keys)
        return self._client.request("POST", path, body, into=ValuesFound, params=_WHOLE).values()

    def quotes_of(self, ids: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
        """Yield the (period, key) of all quotes of posts, some at a time."""
        for start in range(0, len(ids), SEARCHED_AT_ONCE):
            facets = ["quote_of:" + fold(post_id) for post_id in ids[start : start + SEARCHED_AT_ONCE]]
            body = {"_source": False, **_newest_first({"terms": {"facets": facets}})}
            for hits in self._pages(body, Found[KeyHit]):
                yield [(self._names.period(hit.index) or "", hit.key) for hit in hits]

    def _rows(self, condition: dict[str, object]) -> Iterator[list[VersionedRow]]:
        body = {"seq_no_primary_term": True, **_newest_first(condition)}
        for hits in self._pages(body, Found[Hit[PostSource]]):
            yield [versioned_row(hit.source, self._names.period(hit.index) or "", hit.seq_no, hit.term) for hit in hits]

    def _refresh_once(self) -> None:
        if not self._refreshed:
            self._refresh()
            self._refreshed = True

    def _pages(self, body: dict[str, object], into: type[Found[HitT]]) -> Iterator[list[HitT]]:
        self._refresh_once()
        path = path_to(self._names.posts, "_search")
        after: list[int] | None = None
        while True:
            if after is not None:
                # The last hit comes again, for another post may have the same sort values.
                body["search_after"] = [after[0], after[1] + 1]
            hits = self._client.request("POST", path, body, into=into, params=_WHOLE).hits.hits
            yield hits
            if len(hits) < SEARCHED_AT_ONCE or hits[-1].sort == after:
                return
            after = hits[-1].sort


def _newest_first(condition: dict[str, object]) -> dict[str, object]:
    return {
        "size": SEARCHED_AT_ONCE,
        "query": {"bool": {"filter": [condition]}},
        "sort": by_place("desc"),
        "track_total_hits": False,
    }
