"""Values of `Store.persist`: the batch of events that goes in, and the report of what it changed that comes out.

`Writes` holds new posts, deletions of posts and of accounts, and changes of accounts. `Persisted` holds each accepted
post (`Entry`: merged, with its original and the version it replaced, to be matched and published), the deleted ids, the
posts that were hidden, and those that the store can never hold. Both can be joined with another of their kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.post import AccountChange, AuthorDeletion, Deletion, Post, QuoteDetachment, Upsert
from pipeline.query.document import Document
from pipeline.store.past.post_past import NO_PAST, PostPast


@dataclass(frozen=True, slots=True)
class Writes:
    """Events of one batch in order. An id occurs once, in its greatest version; a deletion replaces an upsert.

    `continued` marks a batch whose deletions and account changes were persisted before, whose report was published and
    had `Persisted.left` set. `again` marks one of which an attempt died: a post that a later record of another batch
    replaced since is reported as well, because its first storing may be unpublished.
    """

    upserts: Sequence[Upsert] = ()
    deletions: Sequence[Deletion] = ()
    author_deletions: Sequence[AuthorDeletion] = ()
    account_changes: Sequence[AccountChange] = ()
    continued: bool = False
    detachments: Sequence[QuoteDetachment] = ()
    again: bool = False

    def plus(self, other: Writes) -> Writes:
        """Return these events followed by those of `other`."""
        return Writes(
            [*self.upserts, *other.upserts],
            [*self.deletions, *other.deletions],
            [*self.author_deletions, *other.author_deletions],
            [*self.account_changes, *other.account_changes],
            detachments=[*self.detachments, *other.detachments],
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """Accepted post after merging, to be matched and published.

    `original` is the merged original of a repost or quote, if stored; `body` is the wire JSON with that original
    inside. `before` is the document that this call replaced (None for a new post and for a redelivery). `before_seq` is
    the sequence number under which that document was stored: a reader may compare with published versions only. `past`
    is what the post was before, this call's change included.
    """

    post: Post
    original: Post | None
    document: Document
    body: bytes
    before: Document | None = None
    before_seq: int = 0
    past: PostPast = NO_PAST


@dataclass(frozen=True, slots=True)
class Persisted:
    """Report of one `Store.persist`.

    `entries` holds every accepted post: new versions, equal versions (redelivery) and reposts of an edited original. A
    post beyond retention is left out, so that live results show what a search of the history shows.
    `deleted` are the ids to announce: the row existed, or its tombstone is under an hour old.
    `tombstoned` are all ids of the batch that have a tombstone. `inserted` counts new rows.
    `withdrawn` are posts, as (id, version), that this call hid because their account is off for now.
    `left` is set while posts that the batch's deletions and account changes concern are still to be done: publish this
    report, then persist these events again with `Writes.continued`. `refused` are the posts that this store can never
    hold (id → reason); all others are stored.
    `outlived` are ids whose deletion came late: the post was written again since, and stays.
    """

    entries: list[Entry]
    deleted: list[str] = field(default_factory=list)
    tombstoned: list[str] = field(default_factory=list)
    inserted: int = 0
    left: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    withdrawn: list[tuple[str, int]] = field(default_factory=list)
    outlived: list[str] = field(default_factory=list)

    def plus(self, other: Persisted) -> Persisted:
        """Return the report of both calls, `other` being the later one."""
        return Persisted(
            [*self.entries, *other.entries],
            [*self.deleted, *other.deleted],
            [*self.tombstoned, *other.tombstoned],
            self.inserted + other.inserted,
            self.left or other.left,
            self.refused | other.refused,
            [*self.withdrawn, *other.withdrawn],
            [*self.outlived, *other.outlived],
        )
