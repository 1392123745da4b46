"""Removing what is old: months wholly past by dropping their index, the rest post by post, for a bounded time a call.

Posts go first and what `state` knows of them after, so that one which is still found can always be withdrawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.store import sort_key as place
from pipeline.store.elastic.client import Client, Found, OutOfTime, Refused, at
from pipeline.store.elastic.names import period_span
from pipeline.store.elastic.schema import Layout, by_place
from pipeline.store.elastic.write.bulk import Bulk, Write
from pipeline.store.elastic.write.writing import removal

PRUNED_AT_ONCE = 1_000
PRUNING_S = 2.0
_MUCH = 0.05
"""From this share of a store on, deleted posts are taken out of the segments at once, so that the size tells."""

_EXPUNGING_S = 20.0


class _Docs(msgspec.Struct):
    count: int = 0
    deleted: int = 0


class _Size(msgspec.Struct):
    size_in_bytes: int = 0


class _Primaries(msgspec.Struct):
    docs: _Docs = msgspec.field(default_factory=_Docs)
    store: _Size = msgspec.field(default_factory=_Size)


class _Stats(msgspec.Struct):
    primaries: _Primaries


class _AllStats(msgspec.Struct):
    indices: dict[str, _Stats] = {}


class _PostHit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    index: str = msgspec.field(name="_index")
    sort: list[int]


class _StateHit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    seq_no: int = msgspec.field(name="_seq_no")
    term: int = msgspec.field(name="_primary_term")


@dataclass(frozen=True, slots=True)
class Period:
    """One index of posts with its raw records: how many it holds, and its share of the disk."""

    name: str
    posts: int
    size_bytes: int

    @property
    def until(self) -> int:
        """Before when (ms) all its posts were made."""
        return period_span(self.name)[1]


class Pruning:
    """Prunes one store."""

    def __init__(
        self, client: Client, layout: Layout, refresh_posts: Callable[[], None], refresh_state: Callable[[], None]
    ) -> None:
        self._client = client
        self._layout = layout
        self._names = layout.names
        self._refresh_posts = refresh_posts
        self._refresh_state = refresh_state
        self._bulk = Bulk(client)

    def run(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove the oldest posts for at most about `PRUNING_S`; return how many."""
        end = time.monotonic() + PRUNING_S
        removed = 0
        if before_ms is not None:
            removed += self._by_age(before_ms, end)
        if max_bytes is not None and time.monotonic() < end:
            removed += self._by_size(max_bytes, end)
        return removed

    def periods(self) -> list[Period]:
        """Return what is stored by period, oldest first."""
        names = self._names
        both = f"{names.all_posts},{names.all_raws}"
        missing = {"ignore_unavailable": "true"}
        self._client.ask("POST", at(both, "_refresh"), into=msgspec.Raw, params=missing)
        stats = self._client.ask("GET", at(both, "_stats", "docs,store"), into=_AllStats, params=missing).indices
        found = []
        for index, told in stats.items():
            period = names.period(index)
            if period is None:
                continue
            sizes = [_live_bytes(told.primaries)]
            if (raws := stats.get(names.raws_of(period))) is not None:
                sizes.append(_live_bytes(raws.primaries))
            found.append(Period(period, told.primaries.docs.count, sum(sizes)))
        return sorted(found, key=lambda period: period.until)

    # -- by age

    def _by_age(self, before_ms: int, end: float) -> int:
        removed = 0
        for period in self.periods():
            if period.until <= before_ms:
                removed += self._drop(period)
        removed += self._remove_oldest(place.floor(before_ms), None, end)
        self._forget_below(place.floor(before_ms), end)
        return removed

    def _drop(self, period: Period) -> int:
        """Drop a period's indices whole; what lies in them goes at once, deleted or not."""
        names = self._names
        for index in (names.raws_of(period.name), names.posts_of(period.name)):
            try:
                self._client.ask("DELETE", at(index), into=msgspec.Raw)
            except Refused as error:
                if error.status != 404:
                    raise
        self._layout.forget()
        self._layout.ensure_present()
        return period.posts

    def _remove_oldest(self, below: int, most: int | None, end: float) -> int:
        """Remove at most so many posts that stand below a place, oldest first, until a time; return how many."""
        removed = 0
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"range": {"place": {"lt": below}}}]}},
            "sort": by_place("asc"),
            "_source": False,
            "track_total_hits": False,
        }
        while most is None or removed < most:
            body["size"] = PRUNED_AT_ONCE if most is None else min(PRUNED_AT_ONCE, most - removed)
            hits = self._client.ask("POST", at(self._names.posts, "_search"), body, into=Found[_PostHit]).hits.hits
            if not hits:
                break
            writes: list[Write] = []
            for hit in hits:
                writes += removal(self._names, hit.key, self._names.period(hit.index) or "")
            undone = {id(write) for write in self._bulk.send(writes)}
            self._bulk.send([Write("delete", self._names.state, "p:" + hit.key) for hit in hits])
            removed += sum(id(write) not in undone for write in writes[::2])
            body["search_after"] = hits[-1].sort
            if time.monotonic() > end:
                break
        if removed:
            self._refresh_posts()
        return removed

    def _forget_below(self, below: int, end: float) -> None:
        """Forget where posts of dropped periods lay, some at a time; tombstones stay."""
        gone = {"exists": {"field": "gone_seq"}}
        query = {"bool": {"filter": [{"range": {"place": {"gte": 0, "lt": below}}}], "must_not": [gone]}}
        while time.monotonic() < end:
            self._refresh_state()
            body = {
                "query": query,
                "size": PRUNED_AT_ONCE,
                "_source": False,
                "seq_no_primary_term": True,
                "track_total_hits": False,
            }
            hits = self._client.ask("POST", at(self._names.state, "_search"), body, into=Found[_StateHit]).hits.hits
            state = self._names.state
            self._bulk.send([Write("delete", state, hit.key, b"", hit.seq_no, hit.term) for hit in hits])
            if len(hits) < PRUNED_AT_ONCE:
                break

    # -- by size

    def _by_size(self, max_bytes: int, end: float) -> int:
        periods = self.periods()
        used = sum(period.size_bytes for period in periods)
        posts = sum(period.posts for period in periods)
        removed = 0
        while used > max_bytes and len(periods) > 1 and used - periods[0].size_bytes >= max_bytes:
            oldest = periods.pop(0)
            removed += self._drop(oldest)
            self._forget_below(place.floor(oldest.until), end)
            used -= oldest.size_bytes
            posts -= oldest.posts
        if used <= max_bytes or not posts:
            return removed
        share = 1 - max_bytes / used
        removed += self._remove_oldest(place.MAX_SORT_KEY, max(1, int(posts * share)), end)
        if share >= _MUCH:
            self.expunge()
        return removed

    def expunge(self) -> None:
        """Take deleted posts out of the segments now; a server that needs longer than we wait goes on by itself."""
        path = at(f"{self._names.all_posts},{self._names.all_raws}", "_forcemerge")
        params = {"only_expunge_deletes": "true", "ignore_unavailable": "true"}
        try:
            self._client.ask("POST", path, into=msgspec.Raw, params=params, timeout_s=_EXPUNGING_S, retries=0)
        except OutOfTime:
            return


def _live_bytes(told: _Primaries) -> int:
    """Return what the posts of an index take: deleted ones lie in it until it merges, no reason to remove more."""
    docs = told.docs
    held = docs.count + docs.deleted
    return told.store.size_in_bytes * docs.count // held if held else 0
