"""Persisting a batch: look up, plan, write; what another worker wrote first is looked up and planned again.

There is no transaction, so after writing it is asked once more what may have come in between: a repost whose original
changed meanwhile, an original that got reposts, a withdrawal that found too little. docs/store.md says why this order.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pipeline.errors import StoreUnavailable
from pipeline.store.contract import Entry, Persisted, Writes
from pipeline.store.elastic.client import Client
from pipeline.store.elastic.schema import Layout
from pipeline.store.elastic.write.bulk import Bulk
from pipeline.store.elastic.write.lookups import ElasticShelf
from pipeline.store.elastic.write.revalidate import Afterwards
from pipeline.store.elastic.write.writing import Applied, Writer
from pipeline.store.plan import WritePlan, plan_writes
from pipeline.store.prepared_rows import prepare_rows
from pipeline.store.raw_record_compression import compress
from pipeline.store.sort_key import NO_ARRIVAL, TIE_BITS, arrival

ATTEMPTS = 20
"""So often a batch is planned anew because other workers wrote the same posts; each time some of them get through."""

_UNFINISHED_WAITS = 10
_WAIT_S = 0.03


@dataclass(slots=True)
class _Report:
    """What all attempts together did."""

    plan: WritePlan
    entries: dict[str, Entry] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def take(self, made: WritePlan, applied: Applied) -> None:
        undone = applied.conflicts | applied.refused.keys()
        self.plan.retained_from_ms = made.retained_from_ms
        self.plan.upserts += [put for put in made.upserts if put.post.id not in undone]
        self.plan.deleted = list(dict.fromkeys(self.plan.deleted + made.deleted))
        self.plan.tombstoned = list(dict.fromkeys(self.plan.tombstoned + made.tombstoned))
        self.plan.left |= made.left
        self.refused |= applied.refused
        for post_id in made.tombstones:
            self.entries.pop(post_id, None)
        for entry in made.entries:
            post_id = entry.post.id
            if post_id in undone:
                continue
            former = self.entries.get(post_id)
            if former is not None and entry.before is None:
                entry = replace(entry, before=former.before, before_seq=former.before_seq)  # noqa: PLW2901
            self.entries[post_id] = entry

    def persisted(self) -> Persisted:
        self.plan.entries = list(self.entries.values())
        refused = {
            post_id: f"Elasticsearch cannot store {post_id}: {why}"
            for post_id, why in self.refused.items()
            if post_id not in self.entries
        }
        return replace(self.plan.persisted(), refused=refused)


class Persisting:
    """Does batches, one after another. Belongs to one thread at a time."""

    def __init__(
        self,
        client: Client,
        layout: Layout,
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
        self._writer = Writer(layout, Bulk(client, sleep=sleep))

    def run(self, writes: Writes, seq: int, now_ms: int) -> Persisted:
        """Merge a batch, all under the number `seq`, and return what to match and publish.

        Raises:
            StoreUnavailable: not all could be written now; what was is found again when the batch comes again.
        """
        raws = {upsert.post.id: compress(upsert.raw) for upsert in writes.upserts if upsert.raw}
        arrivals = {upsert.post.id: arrival(seq, turn) for turn, upsert in enumerate(writes.upserts)}
        report = _Report(WritePlan(now_ms))
        pending = writes
        unfinished = 0
        suspects: set[str] = set()
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, _WAIT_S) * min(attempt, 10))
            shelf = self._shelf()
            shelf.look_up(pending)
            _keep_times(pending, shelf)
            made = plan_writes(
                shelf, pending, seq, now_ms, retention_ms=self._retention_ms, prepared=prepare_rows(pending, seq)
            )
            batch = {upsert.post.id: arrivals[upsert.post.id] for upsert in pending.upserts}
            awaited = {
                put.post.id for put in made.upserts if put.stored is None and shelf.known(put.post.id).locator.reposted
            }
            applied = self._writer.apply(made, shelf, seq, batch=batch, raws=raws)
            if applied is None:
                continue
            report.take(made, applied)
            after = Afterwards(self._shelf(), shelf, made, applied, awaited)
            retold = after.retold(seq, suspects)
            suspects = applied.conflicts & {put.post.repost_of for put in made.upserts}
            if retold.upserts:
                ids = {put.post.id: NO_ARRIVAL for put in retold.upserts}  # they are stored: each keeps its own
                done = self._writer.apply(retold, after.fresh, seq, batch=ids, raws={})
                if done is not None:
                    report.take(retold, done)
            pending = after.repeated(pending, wait=unfinished < _UNFINISHED_WAITS)
            unfinished += after.unfinished
            if not (pending.upserts or pending.deletions or pending.author_deletions):
                break
        else:
            raise StoreUnavailable("other workers keep writing the same posts")
        return report.persisted()

    def _shelf(self) -> ElasticShelf:
        return ElasticShelf(self._client, self._names, self._refresh)


def _keep_times(writes: Writes, shelf: ElasticShelf) -> None:
    """Let a post keep the time under which another worker, or one that died, has begun to store it."""
    for upsert in writes.upserts:
        locator = shelf.known(upsert.post.id).locator
        if locator.period and shelf.row(upsert.post.id) is None:
            upsert.post.created_at = locator.place >> TIE_BITS
