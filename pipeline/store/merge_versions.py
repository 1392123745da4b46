"""Merge rules: which of two versions of a post is stored, and whether that is a change of content or of numbers only.

The greater version wins; unknown counts keep what is stored, and times stay those of the first version. An equal
version is a redelivery. A version that differs in numbers only and is less than 2 s newer is dropped
(docs/design/delivery.md, "In the worker" step 2).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from pipeline.post import Author, Counts, Poll, Post

FLOOD_MS = 2_000
"""Milliseconds by which a version that differs only in numbers must be newer, so that a viral original does not
flood."""

MergeOutcome = Literal["dropped", "redelivered", "numbers", "content"]

_AUTHOR_FIELDS = tuple(name for name in Author.__struct_fields__ if name != "followers")
_TIMES = {"created_at", "claimed_at", "received_at"}
_NOT_CONTENT = {"id", "version", "seq", "changed", "author", "counts", "poll", "imported"} | _TIMES
_CONTENT_FIELDS = tuple(name for name in Post.__struct_fields__ if name not in _NOT_CONTENT)


def merge(old: Post, new: Post, seq: int) -> tuple[Post, MergeOutcome]:
    """Return the post to store after version `new` arrived over `old`, and the kind of change.

    - "dropped": `new` is older, or differs in numbers only and is less than `FLOOD_MS` newer. The post is `old`.
    - "redelivered": both versions are equal. The stored post stays, only its `seq` rises.
    - "numbers": `new` is accepted; only counts, votes or followers differ, or nothing.
    - "content": `new` is accepted; text, media or author differ.

    `created_at`, `claimed_at` and `received_at` stay those of the first version stored.
    """
    new = _with_detached_quote(old, new)
    if new.version < old.version:
        return old, "dropped"
    number = max(old.seq, seq)
    if new.version == old.version:
        return msgspec.structs.replace(old, seq=number, imported=new.imported), "redelivered"
    differs = (
        any(getattr(old, name) != getattr(new, name) for name in _CONTENT_FIELDS)
        or any(getattr(old.author, name) != getattr(new.author, name) for name in _AUTHOR_FIELDS)
        or _question(old.poll) != _question(new.poll)
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
        counts=_merge_counts(old.counts, new.counts),
    )
    if merged.author.followers is None and old.author.followers is not None:
        merged.author = msgspec.structs.replace(merged.author, followers=old.author.followers)
    return merged, "content" if differs else "numbers"


def _question(poll: Poll | None) -> object:
    """Return what a poll asks, without the numbers of its votes."""
    return poll and (poll.multiple, poll.closes_at, [option.text for option in poll.options])


def _with_detached_quote(old: Post, new: Post) -> Post:
    """Return the new version without the quote that was detached from an earlier one."""
    detached = old.detached_quote
    if not detached or new.detached_quote:
        return new
    return msgspec.structs.replace(
        new, quote_of="" if new.quote_of == detached else new.quote_of, detached_quote=detached
    )


def _merge_counts(old: Counts, new: Counts) -> Counts:
    """Return the new counts, with the old one where a new count is unknown."""
    return Counts(
        replies=old.replies if new.replies is None else new.replies,
        reposts=old.reposts if new.reposts is None else new.reposts,
        quotes=old.quotes if new.quotes is None else new.quotes,
        likes=old.likes if new.likes is None else new.likes,
    )
