"""Admission of posts: refuses those that have a tombstone, belong to a deleted account or repost a deleted post.

Deletions of the same batch count, too. A refused post that has no tombstone yet is entered in the plan to get one.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from pipeline.post import Post, Upsert
from pipeline.store.contract import Writes
from pipeline.store.plan.detachments import quote_tombstones
from pipeline.store.plan.lookups import PlanLookups
from pipeline.store.plan.write_plan import WritePlan


def admit(lookups: PlanLookups, writes: Writes, plan: WritePlan) -> tuple[list[Upsert], dict[str, int]]:
    """Return the upserts that may be stored, and the tombstones (id → ms) of all ids the batch names.

    Refused posts are entered in `plan.tombstoned` (a tombstone exists) or `plan.tombstones` (one is due).
    """
    buried = lookups.tombstones(_named_ids(writes) | quote_tombstones(writes))
    deleted_now = {deletion.id for deletion in writes.deletions}
    authors = _deleted_accounts(lookups, writes)
    upserts = []
    for upsert in writes.upserts:
        post = upsert.post
        if post.id in buried or post.id in deleted_now:
            plan.tombstoned.append(post.id)
        elif _is_by_deleted_account(post, authors):
            plan.tombstones[post.id] = 0
        else:
            upserts.append(upsert)
    # Second pass, repeated until it finds nothing: a repost may precede its refused original in the batch.
    while carried := {one.post.id for one in upserts if _reposts_any(one.post, buried, deleted_now, plan.tombstones)}:
        plan.tombstones.update(dict.fromkeys(carried, 0))
        upserts = [one for one in upserts if one.post.id not in carried]
    return upserts, buried


def _named_ids(writes: Writes) -> set[str]:
    ids = {upsert.post.id for upsert in writes.upserts}
    for upsert in writes.upserts:
        ids.update((upsert.post.repost_of, upsert.post.quote_of))
    ids.discard("")
    ids.update(deletion.id for deletion in writes.deletions)
    return ids


def _deleted_accounts(lookups: PlanLookups, writes: Writes) -> dict[tuple[str, str], int]:
    """Return accounts of the batch that were deleted before it or are deleted by it, until when (ms)."""
    authors = lookups.account_tombstones({(upsert.post.source, upsert.post.author.id) for upsert in writes.upserts})
    for deletion in writes.author_deletions:
        key = (deletion.source, deletion.author_id)
        authors[key] = max(deletion.at, authors.get(key, deletion.at))
    return authors


def _is_by_deleted_account(post: Post, authors: Mapping[tuple[str, str], int]) -> bool:
    return bool(authors) and post.version <= authors.get((post.source, post.author.id), -1)


def _reposts_any(post: Post, *deleted: Container[str]) -> bool:
    return bool(post.repost_of) and any(post.repost_of in ids for ids in deleted)
