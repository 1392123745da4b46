"""Retention in Elasticsearch: removes the oldest posts, by age and by the store's size, for about two seconds a call.

A period (month or year) wholly past goes with its index, other posts one by one with their raw records. Posts are
removed before their locators in `state` (where each id is stored), so that a post which is still found can always be
deleted. Where much goes by size, the server is then made to rewrite segments, so that the size on disk shrinks; that
may take longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.store import sort_key
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.request_errors import RequestRefused, RequestTimedOut
from pipeline.store.elastic.cluster.search_answers import Found, KeyHit
from pipeline.store.elastic.index_creation import IndexLayout
from pipeline.store.elastic.mappings import by_place
from pipeline.store.elastic.periodic.stored_periods import StoredPeriod, stored_periods
from pipeline.store.elastic.write.post_writes import removal_writes

REMOVED_AT_ONCE = 1_000
RETENTION_S = 2.0
"""Seconds that one call takes at most, or a little more."""

_EXPUNGED_SHARE = 0.05
"""Share of a store's removed posts from which on they leave the segments at once, so that the size on disk shrinks."""

_EXPUNGING_S = 20.0


class ElasticRetention:
    """Retention of one store."""

    def __init__(
        self,
        client: ElasticClient,
        layout: IndexLayout,
        refresh_posts: Callable[[], None],
        refresh_state: Callable[[], None],
    ) -> None:
        self._client = client
        self._layout = layout
        self._names = layout.names
        self._refresh_posts = refresh_posts
        self._refresh_state = refresh_state
        self._bulk = Bulk(client)

    def run(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until the store is small enough; return their number."""
        end = time.monotonic() + RETENTION_S
        removed = 0
        if before_ms is not None:
            removed += self._by_age(before_ms, end)
        if max_bytes is not None and time.monotonic() < end:
            removed += self._by_size(max_bytes, end)
        return removed

    def _by_age(self, before_ms: int, end: float) -> int:
        removed = 0
        for period in stored_periods(self._client, self._names):
            if period.until <= before_ms:
                removed += self._drop(period)
        removed += self._remove_oldest(sort_key.floor(before_ms), None, end)
        self._remove_withheld(before_ms, end)
        self._forget_below(sort_key.floor(before_ms), end)
        return removed

    def _by_size(self, max_bytes: int, end: float) -> int:
        periods = stored_periods(self._client, self._names)
        used = sum(period.size_bytes for period in periods)
        posts = sum(period.posts for period in periods)
        removed = 0
        while used > max_bytes and len(periods) > 1 and used - periods[0].size_bytes >= max_bytes:
            oldest = periods.pop(0)
            removed += self._drop(oldest)
            self._forget_below(sort_key.floor(oldest.until), end)
            used -= oldest.size_bytes
            posts -= oldest.posts
        if used <= max_bytes or not posts:
            return removed
        share = 1 - max_bytes / used
        removed += self._remove_oldest(sort_key.MAX_SORT_KEY, max(1, int(posts * share)), end)
        if share >= _EXPUNGED_SHARE:
            self._expunge()
        return removed

    def _drop(self, period: StoredPeriod) -> int:
        """Drop the indices of a period; return the number of its posts."""
        names = self._names
        for index in (names.raws_of(period.name), names.posts_of(period.name)):
            try:
                self._client.request("DELETE", path_to(index), into=msgspec.Raw)
            except RequestRefused as error:
                if error.status != 404:
                    raise
        self._layout.forget()
        self._layout.ensure_present()
        return period.posts

    def _remove_oldest(self, below: int, most: int | None, end: float) -> int:
        """Remove the oldest posts below a sort key, at most `most`, until a time; return their number."""
        removed = 0
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"range": {"place": {"lt": below}}}]}},
            "sort": by_place("asc"),
            "_source": False,
            "track_total_hits": False,
        }
        path = path_to(self._names.posts, "_search")
        while most is None or removed < most:
            body["size"] = REMOVED_AT_ONCE if most is None else min(REMOVED_AT_ONCE, most - removed)
            hits = self._client.request("POST", path, body, into=Found[KeyHit]).hits.hits
            if not hits:
                break
            removed += self._remove_posts(hits)
            body["search_after"] = hits[-1].sort
            if time.monotonic() > end:
                break
        if removed:
            self._refresh_posts()
        return removed

    def _remove_posts(self, hits: list[KeyHit]) -> int:
        """Remove posts, their raw records and their locators; return the number of posts that were still stored."""
        writes: list[Write] = []
        for hit in hits:
            writes += removal_writes(self._names, hit.key, self._names.period(hit.index) or "")
        undone = {id(write) for write in self._bulk.send(writes)}
        self._bulk.send([Write("delete", self._names.state, "p:" + hit.key) for hit in hits])
        return sum(id(write) not in undone for write in writes[::2])

    def _remove_withheld(self, before_ms: int, end: float) -> None:
        """Remove hidden posts written before a time, some at a time."""
        missing = {"ignore_unavailable": "true", "allow_no_indices": "true"}
        accounts = self._names.accounts
        old: list[dict[str, Any]] = [{"term": {"kind": "withheld"}}, {"range": {"created_at": {"lt": before_ms}}}]
        body = {"query": {"bool": {"filter": old}}, "size": REMOVED_AT_ONCE, "_source": False}
        while time.monotonic() < end:
            self._client.request("POST", path_to(accounts, "_refresh"), into=msgspec.Raw, params=missing)
            path = path_to(accounts, "_search")
            hits = self._client.request("POST", path, body, into=Found[KeyHit], params=missing).hits.hits
            self._bulk.send([Write("delete", accounts, hit.key) for hit in hits])
            if len(hits) < REMOVED_AT_ONCE:
                break

    def _forget_below(self, below: int, end: float) -> None:
        """Remove the locators of dropped periods, some at a time; tombstones stay."""
        gone = {"exists": {"field": "gone_seq"}}
        body = {
            "query": {"bool": {"filter": [{"range": {"place": {"gte": 0, "lt": below}}}], "must_not": [gone]}},
            "size": REMOVED_AT_ONCE,
            "_source": False,
            "seq_no_primary_term": True,
            "track_total_hits": False,
        }
        state = self._names.state
        while time.monotonic() < end:
            self._refresh_state()
            hits = self._client.request("POST", path_to(state, "_search"), body, into=Found[KeyHit]).hits.hits
            self._bulk.send([Write("delete", state, hit.key, b"", hit.seq_no, hit.term) for hit in hits])
            if len(hits) < REMOVED_AT_ONCE:
                break

    def _expunge(self) -> None:
        """Have the server remove deleted posts from the segments; it goes on after the request timed out."""
        path = path_to(f"{self._names.all_posts},{self._names.all_raws}", "_forcemerge")
        params = {"only_expunge_deletes": "true", "ignore_unavailable": "true"}
        try:
            self._client.request("POST", path, into=msgspec.Raw, params=params, timeout_s=_EXPUNGING_S, retries=0)
        except RequestTimedOut:
            return
