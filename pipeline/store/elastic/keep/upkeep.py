"""The periodic work on an Elasticsearch store: background of words, old tombstones, segments that still hold what was
withdrawn. Reach is reckoned in `reach`; `sweeping` removes what slipped past a withdrawal.

What is not done in one round is done in the next; two processes doing it at once do it twice and nothing wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pipeline.store.elastic.client import Client, Found, OutOfTime, at, decode, encode
from pipeline.store.elastic.keep.sweep import Sweep
from pipeline.store.elastic.names import IndexNames, key
from pipeline.store.elastic.read.tops import HOURS, Word, word_key
from pipeline.store.elastic.rows import Row
from pipeline.store.elastic.write.bulk import Bulk, Write
from pipeline.store.elastic.write.lookups import get_many
from pipeline.store.elastic.write.reach import Reach
from pipeline.store.tombstones import TOMBSTONES_KEPT_MS
from pipeline.store.top_values import BACKGROUND_HOURS, WordBackground

EXPUNGED_EVERY_S = 6 * 3_600.0
"""Withdrawn posts leave the segments within this time: it rewrites every segment that holds a deleted one."""

_SAMPLED_AT_ONCE = 500
_AT_ONCE = 1_000
_EXPUNGING_S = 2.0
_SETTLING_MS = 60_000
"""A shard keeps what was deleted until its copies agree that nobody needs it any more; that takes half a minute."""

PROGRESS = "progress"


class Progress(msgspec.Struct):
    """How far upkeep has come, by publication numbers; `expunged_ms` is when segments were last rewritten."""

    background_seq: int = 0
    reached_seq: int = 0
    expunged_ms: int = 0


class _PostHit(msgspec.Struct):
    row: Row = msgspec.field(name="_source")


class _StateHit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    seq_no: int = msgspec.field(name="_seq_no")
    term: int = msgspec.field(name="_primary_term")


class Upkeep:
    """Keeps one store in order. It holds words of the last hours until enough posts share them."""

    def __init__(
        self, client: Client, names: IndexNames, refresh_posts: Callable[[], None], refresh_state: Callable[[], None]
    ) -> None:
        self._client = client
        self._names = names
        self._refresh_posts = refresh_posts
        self._refresh_state = refresh_state
        self._bulk = Bulk(client)
        self._background = WordBackground()
        self._reach = Reach(client, names, refresh_posts)
        self._sweep = Sweep(client, names, self._bulk)
        self._trimmed_hour = 0

    def run(self, now_ms: int) -> None:
        """Do a round of everything; some hundred milliseconds."""
        self._refresh_posts()
        self._refresh_state()
        (got,) = get_many(self._client, [(self._names.state, PROGRESS)])
        progress = decode(got.source, Progress) if got.found else Progress()
        before = msgspec.structs.replace(progress)
        progress.reached_seq = self._reach.run(progress.reached_seq)
        self._words(progress)
        self._sweep.run(now_ms)
        self._forget(now_ms)
        self._expunge(now_ms, progress)
        if progress != before:
            self._bulk.send([Write("index", self._names.state, PROGRESS, encode(progress))])

    # -- the background of words

    def _words(self, progress: Progress) -> None:
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"range": {"seq": {"gt": progress.background_seq}}}]}},
            "sort": [{"seq": "desc"}],
            "size": _SAMPLED_AT_ONCE,
            "track_total_hits": False,
        }
        rows = [hit.row for hit in self._search_posts(body)]
        if not rows:
            return
        originals = self._originals(rows)
        for row in rows:
            self._background.add(bytes(row.post), originals.get(row.inside))
        posts, counted = self._background.take()
        newest = max(posts, default=0)
        added: dict[str, dict[int, int]] = {HOURS: posts}
        for hour, word, count in counted:
            added.setdefault(word_key(word), {})[hour] = count
        self._add(added)
        progress.background_seq = rows[0].seq
        self._trim(newest)

    def _search_posts(self, body: dict[str, Any]) -> list[_PostHit]:
        path = at(self._names.posts, "_search")
        return self._client.ask(
            "POST", path, body, into=Found[_PostHit], params={"ignore_unavailable": "true"}
        ).hits.hits

    def _originals(self, rows: Sequence[Row]) -> dict[str, bytes]:
        """Return the wire JSON of originals by id."""
        ids = {key(row.inside): row.inside for row in rows if row.inside}
        body = {"query": {"ids": {"values": list(ids)}}, "size": _AT_ONCE, "track_total_hits": False}
        hits = self._search_posts(body) if ids else []
        found = {_Id.of(hit.row): bytes(hit.row.post) for hit in hits}
        return {post_id: found[post_id] for post_id in ids.values() if post_id in found}

    def _add(self, added: dict[str, dict[int, int]]) -> None:
        """Add counts by hour to words, and let go of hours beyond the background's span."""
        wanted = [(self._names.state, name) for name in added]
        writes = []
        for (name, hours), got in zip(added.items(), get_many(self._client, wanted), strict=True):
            word = decode(got.source, Word) if got.found else Word({})
            for hour, count in hours.items():
                word.hours[hour] = word.hours.get(hour, 0) + count
            word.last = max(word.hours, default=0)
            word.hours = {
                hour: count for hour, count in word.hours.items() if hour >= word.last - BACKGROUND_HOURS - 24
            }
            action = Write(
                "index" if got.found else "create", self._names.state, name, encode(word), got.seq_no, got.term
            )
            writes.append(action)
        self._bulk.send(writes)  # in conflict: another process gathers at the same time, its counts will do

    def _trim(self, newest: int) -> None:
        """Forget words nobody used within the span, once an hour."""
        if newest <= self._trimmed_hour:
            return
        old = {"range": {"last": {"lt": newest - BACKGROUND_HOURS - 24}}}
        self._delete_found([{"term": {"kind": "word"}}, old])
        self._trimmed_hour = newest

    # -- what was withdrawn

    def _forget(self, now_ms: int) -> None:
        self._delete_found([{"range": {"gone_at": {"lt": now_ms - TOMBSTONES_KEPT_MS}}}])

    def _expunge(self, now_ms: int, progress: Progress) -> None:
        """Have segments rewritten that hold withdrawn posts, now and then. The server goes on when we stop waiting."""
        since = progress.expunged_ms - _SETTLING_MS
        withdrawn: dict[str, Any] = {"range": {"gone_at": {"gte": since, "lt": now_ms - _SETTLING_MS}}}
        if now_ms - progress.expunged_ms < EXPUNGED_EVERY_S * 1000 or not self._search_state([withdrawn]):
            return
        everything = f"{self._names.all_posts},{self._names.all_raws}"
        missing = {"ignore_unavailable": "true"}
        progress.expunged_ms = now_ms
        try:
            self._client.ask("POST", at(everything, "_flush"), into=msgspec.Raw, params=missing, retries=0)
            params = {"only_expunge_deletes": "true", **missing}
            path = at(everything, "_forcemerge")
            self._client.ask("POST", path, into=msgspec.Raw, params=params, timeout_s=_EXPUNGING_S, retries=0)
        except OutOfTime:
            return

    def _search_state(self, conditions: list[dict[str, Any]]) -> list[_StateHit]:
        body = {
            "query": {"bool": {"filter": conditions}},
            "size": _AT_ONCE,
            "seq_no_primary_term": True,
            "_source": False,
            "track_total_hits": False,
        }
        return self._client.ask("POST", at(self._names.state, "_search"), body, into=Found[_StateHit]).hits.hits

    def _delete_found(self, conditions: list[dict[str, Any]]) -> None:
        hits = self._search_state(conditions)
        state = self._names.state
        self._bulk.send([Write("delete", state, hit.key, b"", hit.seq_no, hit.term) for hit in hits])


class _Id(msgspec.Struct):
    id: str

    @classmethod
    def of(cls, row: Row) -> str:
        return decode(row.post, cls).id
