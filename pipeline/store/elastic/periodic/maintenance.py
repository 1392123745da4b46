"""Periodic maintenance of an Elasticsearch store: reach, background of words, deletion sweep, expiry, expunging.

Expiry removes old tombstones. Expunging has the server rewrite segments that still hold deleted posts, every six hours.
Progress is kept with the data. Work that is not done in one round is done in the next. Two processes at once do the
work twice and nothing wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.json_codec import decode, encode
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.cluster.request_errors import RequestTimedOut
from pipeline.store.elastic.cluster.search_answers import Found, KeyHit
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.periodic.deletion_sweep import DeletionSweep
from pipeline.store.elastic.periodic.repost_reach import ElasticReachUpdater
from pipeline.store.elastic.periodic.word_background import ElasticWordBackground
from pipeline.store.elastic.state_documents import PROGRESS, MaintenanceProgress
from pipeline.store.tombstone_rules import TOMBSTONES_KEPT_MS

EXPUNGED_EVERY_S = 6 * 3_600.0
"""Seconds within which deleted posts leave the segments: expunging rewrites each segment that holds one."""

_REMOVED_AT_ONCE = 1_000
_EXPUNGING_S = 2.0
_SETTLING_MS = 60_000
"""Milliseconds after which a deleted document may be expunged. A shard keeps it until its copies agree that none needs
it, which takes half a minute."""


class ElasticMaintenance:
    """Maintains one store. Holds the words of the last hours in memory until enough posts share them."""

    def __init__(
        self,
        client: ElasticClient,
        names: IndexNames,
        refresh_posts: Callable[[], None],
        refresh_state: Callable[[], None],
    ) -> None:
        self._client = client
        self._names = names
        self._refresh_posts = refresh_posts
        self._refresh_state = refresh_state
        self._bulk = Bulk(client)
        self._background = ElasticWordBackground(client, names, self._bulk)
        self._reach = ElasticReachUpdater(client, names, refresh_posts)
        self._sweep = DeletionSweep(client, names, self._bulk)
        self._trimmed_hour = 0

    def run(self, now_ms: int) -> None:
        """Do one round of all work; takes some hundred milliseconds."""
        self._refresh_posts()
        self._refresh_state()
        (got,) = get_many(self._client, [(self._names.state, PROGRESS)])
        progress = decode(got.source, MaintenanceProgress) if got.found else MaintenanceProgress()
        before = msgspec.structs.replace(progress)
        progress.reached_seq = self._reach.run(progress.reached_seq)
        self._gather_words(progress)
        self._sweep.run(now_ms)
        self._remove_state([{"range": {"gone_at": {"lt": now_ms - TOMBSTONES_KEPT_MS}}}])
        self._remove_expired(now_ms)
        self._expunge(now_ms, progress)
        if progress != before:
            self._bulk.send([Write("index", self._names.state, PROGRESS, encode(progress))])

    def _gather_words(self, progress: MaintenanceProgress) -> None:
        """Add the newest posts to the background; once an hour, remove words that no post used within its span."""
        gathered = self._background.gather(progress.background_seq)
        if gathered is None:
            return
        progress.background_seq = gathered.seq
        if gathered.newest_hour > self._trimmed_hour:
            self._remove_state(ElasticWordBackground.unused_since(gathered.newest_hour))
            self._trimmed_hour = gathered.newest_hour

    def _expunge(self, now_ms: int, progress: MaintenanceProgress) -> None:
        """Have the server rewrite segments that hold deleted posts; it goes on after the request timed out."""
        since = progress.expunged_ms - _SETTLING_MS
        deleted: dict[str, Any] = {"range": {"gone_at": {"gte": since, "lt": now_ms - _SETTLING_MS}}}
        if now_ms - progress.expunged_ms < EXPUNGED_EVERY_S * 1000 or not self._search_state([deleted]):
            return
        all_indices = f"{self._names.all_posts},{self._names.all_raws}"
        missing = {"ignore_unavailable": "true"}
        progress.expunged_ms = now_ms
        try:
            self._client.request("POST", path_to(all_indices, "_flush"), into=msgspec.Raw, params=missing, retries=0)
            params = {"only_expunge_deletes": "true", **missing}
            path = path_to(all_indices, "_forcemerge")
            self._client.request("POST", path, into=msgspec.Raw, params=params, timeout_s=_EXPUNGING_S, retries=0)
        except RequestTimedOut:
            return

    def _remove_expired(self, now_ms: int) -> None:
        """Remove what was known of accounts, and hidden posts, beyond the time that they are kept."""
        missing = {"ignore_unavailable": "true", "allow_no_indices": "true"}
        body = {
            "query": {"bool": {"filter": [{"range": {"until": {"lt": now_ms}}}]}},
            "size": _REMOVED_AT_ONCE,
            "seq_no_primary_term": True,
            "_source": False,
            "track_total_hits": False,
        }
        path = path_to(self._names.accounts, "_search")
        hits = self._client.request("POST", path, body, into=Found[KeyHit], params=missing).hits.hits
        accounts = self._names.accounts
        self._bulk.send([Write("delete", accounts, hit.key, b"", hit.seq_no, hit.term) for hit in hits])

    def _search_state(self, conditions: list[dict[str, Any]]) -> list[KeyHit]:
        body = {
            "query": {"bool": {"filter": conditions}},
            "size": _REMOVED_AT_ONCE,
            "seq_no_primary_term": True,
            "_source": False,
            "track_total_hits": False,
        }
        path = path_to(self._names.state, "_search")
        return self._client.request("POST", path, body, into=Found[KeyHit]).hits.hits

    def _remove_state(self, conditions: list[dict[str, Any]]) -> None:
        """Remove documents of `state` that meet all conditions, as many as one round may."""
        hits = self._search_state(conditions)
        state = self._names.state
        self._bulk.send([Write("delete", state, hit.key, b"", hit.seq_no, hit.term) for hit in hits])
