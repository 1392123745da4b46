"""Posts that no store can hold, or that one refuses: they are told apart, and the rest of the batch is stored.

Knows no store: what is common to all of them stands here, so that each refuses the same posts in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipeline.errors import RowRefused
from pipeline.post import Post
from pipeline.store.contract import Persisted, Writes

_GREATEST = 2**63 - 1


def persisted_without(persist: Callable[[Writes], Persisted], writes: Writes) -> Persisted:
    """Persist the posts of a batch that can be stored, and return the others as `refused`.

    Where the store raises `RowRefused`, the batch is halved until the refused posts stand alone; each half is a
    transaction of its own.

    Raises:
        RowRefused: it concerns no post but a withdrawal.
    """
    refused = {upsert.post.id: why for upsert in writes.upserts if (why := _problem(upsert.post))}
    if refused:
        writes = replace(writes, upserts=[upsert for upsert in writes.upserts if upsert.post.id not in refused])
    done = _halved(persist, writes)
    return replace(done, refused=refused | done.refused) if refused else done


def _halved(persist: Callable[[Writes], Persisted], writes: Writes) -> Persisted:
    try:
        return persist(writes)
    except RowRefused as error:
        upserts = writes.upserts
        alone = not (writes.deletions or writes.author_deletions)
        if not upserts:
            raise
        if len(upserts) == 1 and alone:
            return Persisted([], refused={upserts[0].post.id: str(error)})
        half = len(upserts) // 2 if alone else 0
        first = _halved(persist, replace(writes, upserts=upserts[:half]))
        return first.plus(_halved(persist, Writes(upserts[half:])))


def _problem(post: Post) -> str:
    """Return why no store can hold a post; its counts and times are pulled to what one can (`place`, `columns`)."""
    return "" if -_GREATEST <= post.version <= _GREATEST else "its version is greater than 64 bits can hold"
