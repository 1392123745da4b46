"""Refused posts: finds those that a store cannot hold and persists the rest of the batch, the same for every store.

A version beyond 64 bits is refused at once. A batch that the store refuses is halved until the refused posts are alone;
they are reported with the reason. A refused deletion raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipeline.errors import RowRefused
from pipeline.post import Post
from pipeline.store.contract import Persisted, Writes

_MAX_VERSION = 2**63 - 1


def persist_without_refused(persist: Callable[[Writes], Persisted], writes: Writes) -> Persisted:
    """Persist the posts of a batch that can be stored, and report the others in `Persisted.refused`.

    Where the store raises `RowRefused`, the batch is halved until the refused posts are alone. Each half is a
    transaction of its own.

    Raises:
        RowRefused: the store refuses a deletion.
    """
    refused = {upsert.post.id: why for upsert in writes.upserts if (why := _problem(upsert.post))}
    if refused:
        writes = replace(writes, upserts=[upsert for upsert in writes.upserts if upsert.post.id not in refused])
    done = _persist_halved(persist, writes)
    return replace(done, refused=refused | done.refused) if refused else done


def _persist_halved(persist: Callable[[Writes], Persisted], writes: Writes) -> Persisted:
    try:
        return persist(writes)
    except RowRefused as error:
        upserts = writes.upserts
        accounts = writes.author_deletions or writes.account_changes
        alone = not (writes.deletions or accounts or writes.detachments)
        if not upserts:
            raise
        if len(upserts) == 1 and alone:
            return Persisted([], refused={upserts[0].post.id: str(error)})
        half = len(upserts) // 2 if alone else 0
        first = _persist_halved(persist, replace(writes, upserts=upserts[:half]))
        return first.plus(_persist_halved(persist, Writes(upserts[half:], again=writes.again)))


def _problem(post: Post) -> str:
    """Return why no store can hold a post, "" if one can. Counts and times out of range are clamped by the stores."""
    return "" if -_MAX_VERSION <= post.version <= _MAX_VERSION else "its version is greater than 64 bits can hold"
