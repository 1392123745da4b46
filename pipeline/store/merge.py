"""Merging two versions of a post: the rules of docs/delivery.md, "In the worker" step 2, as one pure function."""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.post import Author, Counts, Post

FLOOD_MS = 2_000
"""A version that differs only in numbers must be this much newer, so that a viral original does not flood."""

Outcome = Literal["dropped", "again", "numbers", "content"]

_WHO = tuple(name for name in Author.__struct_fields__ if name != "followers")
_NOT_CONTENT = {"id", "version", "seq", "changed", "created_at", "claimed_at", "received_at", "author", "counts"}
_WHAT = tuple(name for name in Post.__struct_fields__ if name not in _NOT_CONTENT)


def merge(old: Post, new: Post, seq: int) -> tuple[Post, Outcome]:
    """Return what is stored after `new` came over `old`, and what that was.

    "dropped": the version is older, or differs in numbers only and is under `FLOOD_MS` newer; the post is `old`.
    "again": the same version, a redelivery; what is stored stays, only `seq` climbs. "numbers": accepted, only counts
    or followers differ (or nothing). "content": accepted, what it says or who says it differs.
    `created_at`, `claimed_at` and `received_at` stay those of the first storing.
    """
    if new.version < old.version:
        return old, "dropped"
    number = max(old.seq, seq)
    if new.version == old.version:
        return msgspec.structs.replace(old, seq=number), "again"
    differs = any(getattr(old, name) != getattr(new, name) for name in _WHAT) or any(
        getattr(old.author, name) != getattr(new.author, name) for name in _WHO
    )
    if not differs and new.version - old.version < FLOOD_MS:
        return old, "dropped"
    merged = msgspec.structs.replace(
        new,
        seq=number,
        changed=max(old.changed, 2 if differs else 1),
        created_at=old.created_at,
        claimed_at=old.claimed_at,
        received_at=old.received_at,
        counts=_counts(old.counts, new.counts),
    )
    if merged.author.followers is None and old.author.followers is not None:
        merged.author = msgspec.structs.replace(merged.author, followers=old.author.followers)
    return merged, "content" if differs else "numbers"


def _counts(old: Counts, new: Counts) -> Counts:
    return Counts(
        replies=old.replies if new.replies is None else new.replies,
        reposts=old.reposts if new.reposts is None else new.reposts,
        quotes=old.quotes if new.quotes is None else new.quotes,
        likes=old.likes if new.likes is None else new.likes,
    )
