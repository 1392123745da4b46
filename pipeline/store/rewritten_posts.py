"""Rule for posts that are written again under the id of a deleted one: the greater version wins, and late ones lose.

Only Bluesky has such ids: a record key can be used again, and clients edit in this way. The ids of all other networks
are never used again, so that a tombstone refuses all that comes later.
"""

from __future__ import annotations

import msgspec

from pipeline.post import Deletion, Post
from pipeline.store.merge_versions import basis_of

_REUSED = "bluesky:"


def is_reused(post_id: str) -> bool:
    """Return whether a network uses ids of deleted posts again."""
    return post_id.startswith(_REUSED)


def outlives(post: Post, deletion: Deletion) -> bool:
    """Return whether a post was written after the deletion of the one that had its id before."""
    return is_reused(post.id) and basis_of(post).words.version > deletion.at


def written_again(post: Post, deleted_at: int) -> Post:
    """Return a post that says after which deletion (ms) it was written, so that clients take it."""
    return msgspec.structs.replace(post, rewritten=max(post.rewritten, deleted_at))
