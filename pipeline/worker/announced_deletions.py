"""Deletions that COMMIT announces for a batch: ids, tombstones, and versions where an id may be used again."""

from __future__ import annotations

from pipeline.store.contract import Persisted, Writes
from pipeline.store.merge_versions import basis_of
from pipeline.store.rewritten_posts import is_reused


def announced_ids(writes: Writes, persisted: Persisted) -> list[str]:
    """Return the ids that COMMIT announces as deleted if they have a tombstone by then."""
    return [*dict.fromkeys([*[upsert.post.id for upsert in writes.upserts], *persisted.deleted])]


def tombstones(writes: Writes, persisted: Persisted) -> list[str]:
    """Return the ids that COMMIT enters as tombstones: those of the batch's deletions that no later post outlived."""
    deleted = dict.fromkeys([*[deletion.id for deletion in writes.deletions], *persisted.deleted])
    return [post_id for post_id in deleted if post_id not in persisted.outlived]


def deletion_versions(writes: Writes, persisted: Persisted) -> dict[str, int]:
    """Return when (ms) the batch's deletions took place, by id, for ids that the network may use again."""
    return {one.id: one.at for one in writes.deletions if is_reused(one.id) and one.id not in persisted.outlived}


def rewritten_versions(persisted: Persisted) -> dict[str, int]:
    """Return the versions (ms) of posts that were written again under the id of a deleted one, by id."""
    return {entry.post.id: basis_of(entry.post).words.version for entry in persisted.entries if entry.post.rewritten}
