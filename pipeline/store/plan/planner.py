"""Planner: turns a batch into a `WritePlan`: aliases, admission, deletions, account changes, detachments, upserts.

All posts of a batch share one sequence number. A quote of a deleted post loses its raw record, which contains that
post.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from pipeline.post import Upsert
from pipeline.store.contract import Writes
from pipeline.store.plan.accounts import AccountPlanner
from pipeline.store.plan.admission import admit
from pipeline.store.plan.deletions import plan_deletions
from pipeline.store.plan.detachments import plan_detachments
from pipeline.store.plan.edit_aliases import plan_later_versions, resolve_aliases
from pipeline.store.plan.lookups import PlanLookups
from pipeline.store.plan.upserts import UpsertPlanner
from pipeline.store.plan.write_plan import WritePlan
from pipeline.store.prepared_rows import PreparedRow, prepare_rows


def plan_writes(
    lookups: PlanLookups,
    writes: Writes,
    seq: int,
    now_ms: int,
    *,
    retention_ms: int = 0,
    prepared: Mapping[str, PreparedRow] | None = None,
) -> WritePlan:
    """Return the changes that a batch makes in a store.

    Args:
        lookups: the store's queries, in the transaction that will apply the plan.
        writes: events of the batch.
        seq: sequence number of the batch.
        now_ms: time that tombstones are stamped with.
        retention_ms: posts older than this are written and not reported; 0 for no limit.
        prepared: rows of the batch prepared with the same `seq`, where they exist already.
    """
    plan = WritePlan(now_ms, now_ms - retention_ms if retention_ms else 0)
    accounts = AccountPlanner(lookups, writes, plan, seq)
    writes, known = resolve_aliases(lookups, accounts.current(), plan)
    upserts, buried = admit(lookups, writes, plan, known)
    plan_deletions(lookups, writes, plan, buried)
    plan_later_versions(lookups, plan)
    prepared = prepare_rows(writes, seq) if prepared is None else prepared
    kept = accounts.run([upsert for upsert in upserts if upsert.post.id not in plan.tombstones])
    detached = plan_detachments(writes, plan, buried)
    rows = {**prepared, **accounts.prepared}
    upsert_planner = UpsertPlanner(
        lookups, plan, seq, rows, detached=detached, pasts=accounts.pasts, again=writes.again
    )
    upsert_planner.run([_without_deleted_raw(one, plan.tombstones, buried) for one in kept], writes.detachments)
    return plan


def _without_deleted_raw(upsert: Upsert, *deleted: Container[str]) -> Upsert:
    """Return a quote of a deleted post without its raw record, which contains that post."""
    quoted = upsert.post.quote_of
    return Upsert(upsert.post, alias=upsert.alias) if quoted and any(quoted in ids for ids in deleted) else upsert
