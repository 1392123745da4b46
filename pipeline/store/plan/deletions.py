"""Deletions of a plan: removes posts with their reposts and the posts of deleted accounts, and writes tombstones.

One plan removes at most 100 posts that no event names, and marks that more are left. Names the deleted ids to announce,
and the posts whose quotes lose their raw records. `plan_tombstones` plans tombstones copied from another store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.post import AuthorDeletion
from pipeline.store.contract import Tombstone, Writes
from pipeline.store.plan.lookups import PlanLookups
from pipeline.store.plan.write_plan import StoredRow, WritePlan
from pipeline.store.rewritten_posts import is_reused, outlives

MAX_REMOVED = 100
"""Most posts that one transaction removes without an event that names them: reposts of deleted posts, posts of deleted
accounts."""

ANNOUNCE_MS = 3_600_000
"""Age (ms) up to which a tombstone is announced again by a deletion whose row no longer exists."""


def plan_deletions(lookups: PlanLookups, writes: Writes, plan: WritePlan, buried: Mapping[str, int]) -> None:
    """Enter the removals and tombstones of a batch; `buried` are the tombstones that exist (id → ms)."""
    requested = dict.fromkeys([deletion.id for deletion in writes.deletions] + list(plan.tombstones))
    rows = lookups.stored(requested) if requested else {}
    for one in writes.deletions:
        row = rows.get(one.id)
        if row is not None and one.at and outlives(row.post, one):
            plan.outlived.append(one.id)
            del rows[one.id], requested[one.id]
        elif is_reused(one.id) and one.at:
            plan.deletion_versions[one.id] = one.at
    for deletion in writes.author_deletions:
        key = (deletion.source, deletion.author_id)
        plan.authors[key] = max(deletion.at, plan.authors.get(key, deletion.at))
        if deletion.forgotten:
            plan.forgotten.add(key)
    most = len(rows) + MAX_REMOVED
    if requested:
        reposts = lookups.reposts(requested, most + 1, most + 1)
        _remove_also(rows, [row for found in reposts.values() for row in found], most, plan)
    for deletion in writes.author_deletions:
        if not plan.left:
            _remove_account(lookups, deletion, rows, most, plan)
    plan.removals = rows
    plan.quoted = [*dict.fromkeys([*rows, *(() if writes.continued else requested)])]
    _bury([*dict.fromkeys([*requested, *rows])], plan, buried)


def plan_tombstones(lookups: PlanLookups, stones: Sequence[Tombstone], now_ms: int) -> WritePlan:
    """Return the plan that stores tombstones of another store with their sequence numbers."""
    plan = WritePlan(now_ms, tombstones={stone.id: stone.at for stone in stones})
    plan.tombstone_seqs = {stone.id: stone.seq for stone in stones}
    plan.removals = lookups.stored(plan.tombstones)
    plan.quoted = list(plan.tombstones)
    return plan


def _bury(ids: Sequence[str], plan: WritePlan, buried: Mapping[str, int]) -> None:
    """Give ids a tombstone, keeping the time of one that exists, and announce them."""
    for post_id in ids:
        since = buried.get(post_id)
        if post_id in plan.removals or since is None or plan.now_ms - since < ANNOUNCE_MS:
            plan.deleted.append(post_id)
        plan.tombstones[post_id] = plan.now_ms if since is None else since
        plan.tombstoned.append(post_id)
    plan.tombstoned = list(dict.fromkeys(plan.tombstoned))


def _remove_also(rows: dict[str, StoredRow], found: Sequence[StoredRow], most: int, plan: WritePlan) -> bool:
    """Add rows to those that are removed, up to `most` in all; return whether all of them fit."""
    for row in found:
        if row.post.id not in rows:
            if len(rows) >= most:
                plan.left = True
                return False
            rows[row.post.id] = row
    return True


def _remove_account(
    lookups: PlanLookups, deletion: AuthorDeletion, rows: dict[str, StoredRow], most: int, plan: WritePlan
) -> None:
    """Remove the posts of an account, each after its reposts: a post removed first would leave its reposts behind."""
    found = lookups.by_author(deletion.source, deletion.author_id, deletion.at, most + 1)
    reposts = lookups.reposts([row.post.id for row in found], most + 1, most + 1) if found else {}
    for row in found:
        if not _remove_also(rows, [*reposts.get(row.post.id, ()), row], most, plan):
            return
