"""Merge rules: what a record that arrives replaces in a stored post, and whether content or only numbers changed.

A post has four parts: words, author, quote, counts. Each is taken from the record whose stamp is the greatest, so that
the order of arrival does not matter (docs/design/delivery.md, "What replaces what"). The version of the stored post
only tells clients which of two is newer; it rises with every change.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from pipeline.post import OWN, THIN, Author, Basis, Counts, Poll, PollOption, Post, Stamp

FLOOD_MS = 2_000
"""Milliseconds by which counts from inside other posts must be newer, so that a viral original does not flood."""

MergeOutcome = Literal["dropped", "redelivered", "numbers", "content"]

_AUTHOR_FIELDS = tuple(name for name in Author.__struct_fields__ if name != "followers")
_TIMES = {"created_at", "claimed_at", "received_at", "rewritten"}
_NUMBERS = {"version", "seq", "first_seq", "changed"}
_NOT_CONTENT = {"id", "author", "counts", "poll", "basis", "imported"} | _NUMBERS | _TIMES
_CONTENT_FIELDS = tuple(name for name in Post.__struct_fields__ if name not in _NOT_CONTENT)
_NOT_WORDS = {"reply_to", "conversation_id", "quote_of", "detached_quote", "edits"}
_WORD_FIELDS = (*(name for name in _CONTENT_FIELDS if name not in _NOT_WORDS), "poll")


def basis_of(post: Post) -> Basis:
    """Return the stamps of a post's parts; without a basis of its own, all come from one record of the post's own."""
    if isinstance(post.basis, Basis):
        return post.basis
    stamp = Stamp(OWN, post.version, post.received_at)
    return Basis(stamp, stamp, stamp, post.version)


def rests_on(post: Post, record: Post) -> bool:
    """Return whether a post has its words from this record, or from one with the same stamp."""
    return basis_of(post).words == basis_of(record).words


def raised(post: Post, version: int, seq: int, **changes: Any) -> Post:
    """Return a post with a greater version for clients, and other changes. The stamps of its parts stay."""
    return msgspec.structs.replace(post, basis=basis_of(post), version=version, seq=max(post.seq, seq), **changes)


def combine(one: Post, other: Post) -> Post:
    """Return what two records of one post say together; the order does not matter."""
    first, second = basis_of(one), basis_of(other)
    words = second.words if _order(second.words) > _order(first.words) else first.words
    newer = other if words is second.words else one
    merged = msgspec.structs.replace(
        newer,
        version=max(one.version, other.version),
        basis=Basis(
            words,
            max(first.author, second.author, key=_order),
            max(first.quote, second.quote, key=_order),
            max(first.counts_at, second.counts_at),
        ),
    )
    older = one if newer is other else other
    if words.rank == THIN:
        for name in _WORD_FIELDS:
            if not getattr(merged, name):
                setattr(merged, name, getattr(older, name))
    merged.conversation_id = newer.conversation_id or older.conversation_id
    merged.rewritten = max(one.rewritten, other.rewritten)
    if older.edits:
        merged.edits = sorted({*newer.edits, *older.edits}, key=lambda one: (len(one), one))
    _merge_reply(merged, older)
    _merge_quote(merged, one, other, second_wins=_order(second.quote) > _order(first.quote))
    fresh, stale = (other, one) if second.counts_at > first.counts_at else (one, other)
    merged.counts = _merge_counts(stale.counts, fresh.counts)
    merged.poll = _with_votes(_with_votes(merged.poll, stale.poll), fresh.poll)
    author = other.author if _order(second.author) > _order(first.author) else one.author
    followers = stale.author.followers if fresh.author.followers is None else fresh.author.followers
    merged.author = msgspec.structs.replace(author, followers=followers)
    return merged


def merge(old: Post, new: Post, seq: int) -> tuple[Post, MergeOutcome]:
    """Return the post to store after a record `new` arrived for the stored `old`, and the kind of change.

    - "dropped": `new` says nothing that counts, or has counts from inside another post that are less than `FLOOD_MS`
      newer. The post is `old`.
    - "redelivered": `new` is the record that the post rests on, or repeats it. Clients may not have it yet.
    - "numbers": only counts, votes, followers or stamps differ.
    - "content": text, media, quote or author differ.

    `created_at`, `claimed_at`, `received_at` and `first_seq` stay those of the first record stored.
    """
    first, second = basis_of(old), basis_of(new)
    merged = msgspec.structs.replace(
        combine(old, new), created_at=old.created_at, claimed_at=old.claimed_at, received_at=old.received_at
    )
    merged.seq, merged.changed, merged.version = max(old.seq, seq), old.changed, old.version
    merged.first_seq = old.first_seq
    merged.imported = new.imported
    greater = max(old.version + 1, new.version)
    if _differs(old, merged):
        merged.version, merged.changed = greater, 2
        return merged, "content"
    numbers = (old.counts, old.poll, old.author.followers) != (merged.counts, merged.poll, merged.author.followers)
    moved = any(_order(getattr(second, part)) > _order(getattr(first, part)) for part in ("words", "author", "quote"))
    if moved and not numbers and new.version <= old.version:
        return merged, "redelivered"
    if moved or (numbers and not 0 < second.counts_at - first.counts_at < FLOOD_MS):
        merged.version, merged.changed = greater, max(old.changed, 1)
        return merged, "numbers"
    carried = second.words.rank < OWN and second.counts_at == first.counts_at
    if not numbers and (second.words == first.words or carried):
        return msgspec.structs.replace(old, seq=merged.seq, imported=new.imported), "redelivered"
    return old, "dropped"


def _order(stamp: Stamp) -> tuple[bool, int, int, int]:
    """Return the key by which stamps are compared: a record that lacks fields is below all others."""
    return stamp.rank > THIN, stamp.version, stamp.rank, stamp.heard_at


def _differs(old: Post, new: Post) -> bool:
    return (
        any(getattr(old, name) != getattr(new, name) for name in _CONTENT_FIELDS)
        or any(getattr(old.author, name) != getattr(new.author, name) for name in _AUTHOR_FIELDS)
        or _question(old.poll) != _question(new.poll)
    )


def _merge_reply(merged: Post, older: Post) -> None:
    """Keep what is known of the answered post: that it answers one, which one, and whose."""
    known, former = merged.reply_to, older.reply_to
    if former is None or known is former:
        return
    if known is None:
        merged.reply_to = former
    elif not known.author or not former.author or known.author == former.author:
        filled = {name: getattr(known, name) or getattr(former, name) for name in ("id", "author", "handle")}
        merged.reply_to = msgspec.structs.replace(known, **filled)


def _merge_quote(merged: Post, one: Post, other: Post, *, second_wins: bool) -> None:
    """Set the quote, less one that was detached from either."""
    merged.quote_of = (other if second_wins else one).quote_of
    detached = one.detached_quote or other.detached_quote
    merged.detached_quote = detached
    if detached and merged.quote_of == detached:
        merged.quote_of = ""


def _question(poll: Poll | None) -> object:
    """Return what a poll asks, without the numbers of its votes."""
    return poll and (poll.multiple, poll.closes_at, [option.text for option in poll.options])


def _with_votes(poll: Poll | None, told: Poll | None) -> Poll | None:
    """Return a poll with the votes that another record tells of the same question."""
    if poll is None or told is None or _question(poll) != _question(told):
        return poll
    pairs = zip(poll.options, told.options, strict=True)
    options = [PollOption(one.text, one.votes if other.votes is None else other.votes) for one, other in pairs]
    return Poll(options, poll.closes_at, poll.multiple)


def _merge_counts(old: Counts, new: Counts) -> Counts:
    """Return the new counts, with the old one where a new count is unknown."""
    return Counts(
        replies=old.replies if new.replies is None else new.replies,
        reposts=old.reposts if new.reposts is None else new.reposts,
        quotes=old.quotes if new.quotes is None else new.quotes,
        likes=old.likes if new.likes is None else new.likes,
    )
