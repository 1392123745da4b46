"""Admission of posts: refuses those that have a tombstone, belong to a deleted account or repost a deleted post.

Deletions of the same batch count, too. A refused post that has no tombstone yet is entered in the plan to get one.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from pipeline.post import Deletion, Post, Upsert
from pipeline.store.contract import Writes
from pipeline.store.plan.detachments import quote_tombstones
from pipeline.store.plan.lookups import PlanLookups
from pipeline.store.plan.write_plan import WritePlan
from pipeline.store.rewritten_posts import is_reused, outlives, written_again


def admit(
    lookups: PlanLookups, writes: Writes, plan: WritePlan, aliases: Container[str] = ()
) -> tuple[list[Upsert], dict[str, int]]:
    """Return the upserts that may be stored, and the tombstones (id → ms) of all ids the batch names.

    A deletion may have named a post by the id of the server that it was read on, or by that of a later version, before
    anybody knew the post. The tombstones of `aliases`, which are known, are not meant.

    Refused posts are entered in `plan.tombstoned` (a tombstone exists) or `plan.tombstones` (one is due).
    """
    buried = lookups.tombstones(_named_ids(writes) | quote_tombstones(writes))
    deleted_now = {deletion.id for deletion in writes.deletions}
    authors = _deleted_accounts(lookups, writes)
    upserts = []
    for upsert in _written_again(lookups, writes, plan, buried):
        post = upsert.post
        if post.id in buried or post.id in deleted_now:
            plan.tombstoned.append(post.id)
        elif _is_by_deleted_account(post, authors) or _other_names(upsert, aliases) & (buried.keys() | deleted_now):
            plan.tombstones[post.id] = 0
        else:
            upserts.append(upsert)
    # Second pass, repeated until it finds nothing: a repost may precede its refused original in the batch.
    while carried := {one.post.id for one in upserts if _reposts_any(one.post, buried, deleted_now, plan.tombstones)}:
        plan.tombstones.update(dict.fromkeys(carried, 0))
        upserts = [one for one in upserts if one.post.id not in carried]
    return upserts, buried


def _written_again(lookups: PlanLookups, writes: Writes, plan: WritePlan, buried: dict[str, int]) -> Iterator[Upsert]:
    """Yield the upserts. The tombstone of one that was written again since its deletion is lifted, and not `buried`."""
    doubtful = [upsert.post.id for upsert in writes.upserts if upsert.post.id in buried and is_reused(upsert.post.id)]
    versions = lookups.deletion_versions(doubtful) if doubtful else {}
    for upsert in writes.upserts:
        deleted_at = versions.get(upsert.post.id)
        if deleted_at is not None and outlives(upsert.post, Deletion(upsert.post.id, deleted_at)):
            plan.lifted.append(upsert.post.id)
            del buried[upsert.post.id]
            yield Upsert(written_again(upsert.post, deleted_at), upsert.raw, upsert.alias)
        else:
            yield upsert


def _other_names(upsert: Upsert, aliases: Container[str]) -> set[str]:
    """Return the other names by which a deletion may have named a post before anybody knew it."""
    return {name for name in (upsert.alias, *upsert.post.edits) if name and name not in aliases}


def _named_ids(writes: Writes) -> set[str]:
    ids = {upsert.post.id for upsert in writes.upserts}
    for upsert in writes.upserts:
        ids.update((upsert.post.repost_of, upsert.post.quote_of, upsert.alias, *upsert.post.edits))
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
