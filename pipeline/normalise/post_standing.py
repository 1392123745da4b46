"""Standing of a post that a record carries: sets the stamps of a post inside another one, or of one that lacks fields.

Also clamps versions and times of deletions to the time of receipt, for every format. So a clock that is wrong, or that
somebody set on purpose, cannot keep later records of a post out.
"""

from __future__ import annotations

import msgspec

from pipeline.post import NESTED, OWN, THIN, AuthorDeletion, Basis, Deletion, Event, Post, Stamp, Upsert


def stand_nested(post: Post, observed_at: int, *, thin: bool = False) -> Post:
    """Return a post that came inside another record, which was observed at a time (ms).

    Its version is its own, its counts are those of that time. It says which post it quotes only where it names one.
    `thin`: the record lacks fields that a whole post has.
    """
    rank = THIN if thin else NESTED
    words = Stamp(rank, post.version)
    quote = words if post.quote_of or post.detached_quote else Stamp()
    author = words if _is_known(post) else Stamp(THIN, post.version)
    post.basis = Basis(words, author, quote, observed_at)
    return post


def stand_alone(
    post: Post,
    *,
    written_at: int | None = None,
    observed_at: int | None = None,
    thin: bool = False,
    quote_known: bool = True,
) -> Post:
    """Return a post that is the record's own.

    `written_at` (ms): when it was written or last edited, `observed_at`: when its counts were those it has; where they
    are not its version. A `thin` one lacks fields that a whole post has, and one without `quote_known` does not say
    what it quotes. An author of whom only the id is known replaces no other.
    """
    version = post.version if written_at is None else written_at
    counts_at = post.version if observed_at is None else observed_at
    known = _is_known(post)
    quote_known = bool(post.quote_of) or (quote_known and not thin)
    if known and quote_known and not thin and version == counts_at == post.version:
        return post
    words = Stamp(THIN if thin else OWN, version, post.received_at)
    author = words if known else Stamp(THIN, version, post.received_at)
    post.basis = Basis(words, author, words if quote_known else Stamp(), counts_at)
    return post


def clamp_to_receipt(events: list[Event], received_at: int) -> list[Event]:
    """Return the events with no version, and no deletion but a forgotten account's, ahead of the time of receipt."""
    for place, event in enumerate(events):
        if type(event) is Upsert:
            _clamp_post(event.post, received_at)
        elif type(event) is Deletion and event.at > received_at:
            events[place] = Deletion(event.id, received_at)
        elif type(event) is AuthorDeletion and event.at > received_at and not event.forgotten:
            events[place] = msgspec.structs.replace(event, at=received_at)
    return events


def _is_known(post: Post) -> bool:
    """Return whether a record names more of the author than the id."""
    author = post.author
    return author.handle not in ("", author.id) or bool(author.name or author.bio or author.avatar)


def _clamp_post(post: Post, received_at: int) -> None:
    post.version = min(post.version, received_at)
    basis = post.basis
    if type(basis) is Basis and received_at < max(
        basis.words.version, basis.author.version, basis.quote.version, basis.counts_at
    ):
        words, author, quote = (_clamped(one, received_at) for one in (basis.words, basis.author, basis.quote))
        post.basis = Basis(words, author, quote, min(basis.counts_at, received_at))


def _clamped(stamp: Stamp, received_at: int) -> Stamp:
    return stamp if stamp.version <= received_at else Stamp(stamp.rank, received_at, stamp.heard_at)
