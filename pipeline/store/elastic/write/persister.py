"""Persister: merges batches into the store, and plans those posts again that another worker wrote first.

There is no transaction. After writing, `revalidate` therefore looks for what came in between: a repost whose original
changed, an original that got reposts, a deletion that found too little. Only those and the posts in conflict are
planned again, up to twenty times, then `StoreUnavailable` is raised. docs/design/store.md says why this order is right.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.errors import StoreUnavailable
from pipeline.store.contract import Persisted, Writes
from pipeline.store.elastic.cluster.bulk import Bulk
from pipeline.store.elastic.cluster.client import ElasticClient
from pipeline.store.elastic.index_creation import IndexLayout
from pipeline.store.elastic.write.concurrent_write_check import Revalidation
from pipeline.store.elastic.write.persist_report import PersistReport
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups
from pipeline.store.elastic.write.plan_writer import PlanWriter
from pipeline.store.plan import WritePlan, plan_writes
from pipeline.store.prepared_rows import prepare_rows
from pipeline.store.raw_record_compression import compress
from pipeline.store.sort_key import NO_ARRIVAL, TIE_BITS, arrival

_ATTEMPTS_MAX = 20
"""Most plans of a batch that conflicts with other workers; with each, some of the workers get through."""

_UNFINISHED_WAITS_MAX = 10
_WAIT_S = 0.03


@dataclass(slots=True)
class _Progress:
    """Rest of a batch between two attempts."""

    pending: Writes
    report: PersistReport
    unfinished: int = 0
    suspects: set[str] = field(default_factory=set)


class ElasticPersister:
    """Persists batches, one after another. Belongs to one thread at a time."""

    def __init__(
        self,
        client: ElasticClient,
        layout: IndexLayout,
        refresh: Callable[[], None],
        *,
        retention_ms: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._names = layout.names
        self._refresh = refresh
        self._retention_ms = retention_ms
        self._sleep = sleep
        self._writer = PlanWriter(layout, Bulk(client, sleep=sleep))

    def run(self, writes: Writes, seq: int, now_ms: int) -> Persisted:
        """Merge a batch under the publication number `seq` and return what to match and publish.

        Raises:
            StoreUnavailable: not all could be written now; a redelivery of the batch finds what was.
        """
        raws = {upsert.post.id: compress(upsert.raw) for upsert in writes.upserts if upsert.raw}
        arrivals = {upsert.post.id: arrival(seq, turn) for turn, upsert in enumerate(writes.upserts)}
        progress = _Progress(writes, PersistReport(WritePlan(now_ms)))
        for attempt in range(_ATTEMPTS_MAX):
            if attempt:
                self._sleep(random.uniform(0, _WAIT_S) * min(attempt, 10))
            if self._attempt(progress, seq, now_ms, raws, arrivals):
                return progress.report.persisted()
        raise StoreUnavailable("other workers keep writing the same posts")

    def _attempt(
        self,
        progress: _Progress,
        seq: int,
        now_ms: int,
        raws: Mapping[str, bytes],
        arrivals: dict[str, int],
    ) -> bool:
        """Plan and write the pending events; return whether none is left."""
        pending, report = progress.pending, progress.report
        lookups = self._lookups()
        lookups.prefetch(pending)
        _keep_created_at(pending, lookups)
        made = plan_writes(
            lookups, pending, seq, now_ms, retention_ms=self._retention_ms, prepared=prepare_rows(pending, seq)
        )
        for post_id in made.added:
            arrivals.setdefault(post_id, arrival(seq, len(arrivals)))
        named = [*(upsert.post.id for upsert in pending.upserts), *made.added]
        batch = {post_id: arrivals[post_id] for post_id in named}
        new = [put.post.id for put in made.upserts if put.stored is None]
        awaited = {post_id for post_id in new if lookups.known(post_id).locator.reposted}
        applied = self._writer.apply(made, lookups, seq, batch=batch, raws=raws)
        if applied is None:
            return False
        report.add(made, applied)
        check = Revalidation(self._lookups(), lookups, made, applied, awaited)
        outdated = check.outdated_reposts(seq, progress.suspects)
        progress.suspects = applied.conflicts & {put.post.repost_of for put in made.upserts}
        if outdated.upserts:
            ids = {put.post.id: NO_ARRIVAL for put in outdated.upserts}  # stored posts keep their arrival
            done = self._writer.apply(outdated, check.fresh, seq, batch=ids, raws={})
            if done is not None:
                report.add(outdated, done)
        progress.pending = check.repeated(pending, wait=progress.unfinished < _UNFINISHED_WAITS_MAX)
        progress.unfinished += check.unfinished
        left = progress.pending
        accounts = left.author_deletions or left.account_changes
        return not (left.upserts or left.deletions or accounts or left.detachments)

    def _lookups(self) -> ElasticPlanLookups:
        return ElasticPlanLookups(self._client, self._names, self._refresh)


def _keep_created_at(writes: Writes, lookups: ElasticPlanLookups) -> None:
    """Let a post keep the creation time under which another worker, or one that died, began to store it."""
    for upsert in writes.upserts:
        locator = lookups.known(upsert.post.id).locator
        if locator.period and locator.gone_seq < 0 and lookups.row(upsert.post.id) is None:
            upsert.post.created_at = locator.place >> TIE_BITS
