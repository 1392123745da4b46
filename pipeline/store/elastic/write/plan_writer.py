"""Plan writer: applies a plan without a transaction, in an order that is safe to interrupt after any write.

Accounts and hidden posts come first, then the index `state` (tombstones, where posts are). Each of these writes names
the version that was read; after one conflict no post is written and the plan is made again. Then come the posts, each
under its own condition, with raw records and removals; conflicts and refused posts are reported. An edited original is
written after the reposts that show its new words: a worker that repeats the batch then edits it again.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.errors import RowRefused, StoreUnavailable
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.json_codec import encode
from pipeline.store.elastic.index_creation import IndexLayout
from pipeline.store.elastic.index_names import key
from pipeline.store.elastic.stored_post import VersionedRow
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups
from pipeline.store.elastic.write.post_writes import post_write, removal_writes, stale_reach_writes
from pipeline.store.elastic.write.state_writes import account_writes, changed_locators, locator_write
from pipeline.store.plan import RowUpsert, WritePlan
from pipeline.store.raw_record_compression import compress


@dataclass(slots=True)
class AppliedPlan:
    """Result of a plan: ids that another worker wrote first, and id → reason of posts that the server cannot store."""

    conflicts: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)


class PlanWriter:
    """Writes plans. Belongs to one thread at a time."""

    def __init__(self, layout: IndexLayout, bulk: Bulk) -> None:
        self._layout = layout
        self._names = layout.names
        self._bulk = bulk

    def apply(
        self,
        made: WritePlan,
        lookups: ElasticPlanLookups,
        seq: int,
        *,
        batch: Mapping[str, int],
        raws: Mapping[str, bytes],
    ) -> AppliedPlan | None:
        """Write a plan; return None if another worker wrote to `state` first, and nothing is done.

        `batch` maps the ids that the plan was made for to their arrivals; `raws` maps ids to packed raw records.

        Raises:
            RowRefused: the server refuses to store what is known of a post.
            StoreUnavailable: not all could be written now.
        """
        try:
            if not self._write_state(made, lookups, seq):
                return None
            return self._write_posts(made, lookups, batch, raws)
        except StoreUnavailable:
            self._layout.forget()
            raise

    def _write_state(self, made: WritePlan, lookups: ElasticPlanLookups, seq: int) -> bool:
        if not lookups.known_accounts.write(made, self._bulk):
            return False
        names = self._names
        locators = changed_locators(made, lookups, seq)
        writes = {post_id: locator_write(names, lookups, post_id, locator) for post_id, locator in locators.items()}
        all_writes = [*writes.values(), *account_writes(names, made, lookups)]
        if not all_writes:
            return True
        undone = self._bulk.send(all_writes)
        for post_id, locator in locators.items():
            if writes[post_id].result == "done":
                lookups.remember(post_id, locator, writes[post_id])
        for write in undone:
            if write.result == "refused":
                raise RowRefused(f"Elasticsearch refused to note {write.key}: {write.reason}")
        return not undone

    def _write_posts(
        self, made: WritePlan, lookups: ElasticPlanLookups, batch: Mapping[str, int], raws: Mapping[str, bytes]
    ) -> AppliedPlan:
        applied = AppliedPlan()
        touched = {put.post.id: put.post.repost_of for put in made.upserts if put.post.id not in batch}
        edited_ids = set(touched.values())
        others = [put for put in made.upserts if put.post.id not in edited_ids]
        self._put(others, lookups, raws, applied, made, arrivals=batch)
        for repost, original in touched.items():
            if repost in applied.conflicts:
                applied.conflicts.add(original)
        edited = [put for put in made.upserts if put.post.id in edited_ids - applied.conflicts]
        self._put(edited, lookups, raws, applied, None, arrivals=batch)
        lookups.known_accounts.settle(made, self._bulk)
        return applied

    def _put(
        self,
        puts: list[RowUpsert],
        lookups: ElasticPlanLookups,
        raws: Mapping[str, bytes],
        applied: AppliedPlan,
        removing: WritePlan | None,
        *,
        arrivals: Mapping[str, int],
    ) -> None:
        """Write posts, and with `removing` its removals; note conflicts and refusals in `applied`."""
        names = self._names
        writes: list[Write] = []
        ids: dict[int, str] = {}
        for put in puts:
            write = post_write(names, put, lookups, arrivals)
            ids[id(write)] = put.post.id
            writes.append(write)
            if put.forget_raw:
                writes.append(Write("delete", names.raws_of(names.period(write.index) or ""), write.key))
            elif put.raw:
                period = names.period(write.index) or ""
                packed = raws.get(put.post.id) or compress(put.raw)
                data = encode({"data": base64.b64encode(packed).decode()})
                writes.append(Write("index", names.raws_of(period), write.key, data))
        self._layout.ensure(*dict.fromkeys(write.index for write in writes))
        for post_id, row in removing.removals.items() if removing is not None else ():
            writes += removal_writes(names, key(post_id), row.period) if isinstance(row, VersionedRow) else []
        for quotes in lookups.quotes(removing.quoted) if removing is not None else ():
            self._bulk.send([Write("delete", names.raws_of(period), name) for period, name in quotes])
        writes += stale_reach_writes(names, puts, removing)
        for write in self._bulk.send(writes) if writes else ():
            post_id_of_write = ids.get(id(write))
            if post_id_of_write is not None and write.result == "conflict":
                applied.conflicts.add(post_id_of_write)
            elif post_id_of_write is not None:
                applied.refused[post_id_of_write] = write.reason
