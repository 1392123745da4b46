"""What every store promises: the one interface of memory, SQLite and Elasticsearch, held by one contract suite.

A store writes whole batches, merging by version (docs/delivery.md, "In the worker"), and answers searches through a
`Reading`, one consistent view. It returns posts as bytes of wire JSON: nobody downstream parses them again.
Errors are `errors.StoreError` and its children only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pipeline.post import AuthorDeletion, Deletion, Post, Upsert
from pipeline.query.document import Document
from pipeline.query.tree import Query

NEWEST = 2**63 - 1
"""A publication number above all others."""

Sort = Literal["latest", "followers", "reposts", "likes", "replies", "reach"]
TopField = Literal["words", "trending", "hashtags", "authors", "domains", "links", "langs", "originals"]


@dataclass(frozen=True, slots=True)
class Writes:
    """One batch's events in order, at most one version an id (the greatest; a deletion wins). `continued`: they were
    persisted before, and there was something left."""

    upserts: Sequence[Upsert] = ()
    deletions: Sequence[Deletion] = ()
    author_deletions: Sequence[AuthorDeletion] = ()
    continued: bool = False

    def plus(self, other: Writes) -> Writes:
        """Return these and others behind them."""
        return Writes(
            [*self.upserts, *other.upserts],
            [*self.deletions, *other.deletions],
            [*self.author_deletions, *other.author_deletions],
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """An accepted post after merging: to be matched and published.

    `body` is its wire JSON with `original` inside; `original` the merged original of a repost or quote, if stored;
    `before` the document it had until now, where this very call replaced one (None on a redelivery), and `before_seq`
    the number under which that one was stored: only what is published may be compared with.
    """

    post: Post
    original: Post | None
    document: Document
    body: bytes
    before: Document | None = None
    before_seq: int = 0


@dataclass(frozen=True, slots=True)
class Persisted:
    """What a `persist` did.

    `entries` holds every accepted post, equal versions (redelivery) and touched reposts of an edited original included,
    and none beyond retention: live shows what history shows. `deleted` are the ids to announce (row existed, or
    tombstone under an hour old); `tombstoned` all ids of the batch that have a tombstone; `inserted` is how many rows
    are new. `left`: of what its withdrawals take along, some is still stored; persist them again (`continued`).
    `refused` are the posts that the store can never hold (id → why): all others are stored.
    """

    entries: list[Entry]
    deleted: list[str] = field(default_factory=list)
    tombstoned: list[str] = field(default_factory=list)
    inserted: int = 0
    left: bool = False
    refused: dict[str, str] = field(default_factory=dict)

    def plus(self, other: Persisted) -> Persisted:
        """Return what both did, the other one later."""
        return Persisted(
            [*self.entries, *other.entries],
            [*self.deleted, *other.deleted],
            [*self.tombstoned, *other.tombstoned],
            self.inserted + other.inserted,
            self.left or other.left,
            self.refused | other.refused,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Posts of a search in order; `next` the opaque token of the following page, None at the end."""

    bodies: list[bytes]
    next: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to a search after a publication number.

    `gone`: (id, version) of rows that ever changed (`changed` > 0) and do not match now. `tombstones`: ids withdrawn.
    `overflow`: more than the limit matched, or ever changed (whether they match or not), or were withdrawn. Nothing
    else is told then, and the caller starts anew or takes smaller steps (`Reading.stride`).
    """

    bodies: list[bytes] = field(default_factory=list)
    gone: list[tuple[str, int]] = field(default_factory=list)
    tombstones: list[str] = field(default_factory=list)
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """Counts by bucket: `buckets` is (start ms, count), empty ones left out; `total` their sum."""

    interval_ms: int
    buckets: list[tuple[int, int]]
    total: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class TopItem:
    """One value: how many counted posts have it, their share, the share in the background, and a score (trending)."""

    value: str
    count: int
    share: float
    background: float | None = None
    score: float | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Top:
    """Most frequent values. `counted` of `matching` posts were looked at (newest first), from `since` to `until`."""

    items: list[TopItem]
    counted: int
    matching: int
    since: int
    until: int


SAMPLED = "sample: "
"""Begins the `why` of a row in which a part was collected, so that it is told from one in which nothing was."""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """A span in which a source was, or was not, collected: `why` is "" while all was well."""

    source: str
    since: int
    until: int | None
    search: str
    why: str

    @property
    def sampled(self) -> bool:
        """Tell whether a part was collected, and the rest left out on purpose."""
        return self.why.startswith(SAMPLED)

    @property
    def reason(self) -> str:
        """Return `why` for people, without the word that makes it a sample."""
        return self.why.removeprefix(SAMPLED)


@dataclass(frozen=True, slots=True)
class Held:
    """A post as a store holds it, to be moved to another: its place, its wire JSON without an original, its raw record.

    `raw` is b"" where there is none. `touched` says that an edit of it once reached stored reposts, `reach` is what
    upkeep last reckoned. `original` is the wire JSON of the post it reposts or quotes, if stored: to describe it by.
    """

    place: int
    body: bytes
    raw: bytes = b""
    touched: bool = False
    reach: int | None = None
    original: bytes | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A post that was withdrawn here: its publication number, and when (ms)."""

    id: str
    seq: int
    at: int


@dataclass(frozen=True, slots=True)
class GoneAccount:
    """A withdrawn account by its salted hash: posts up to `until` (ms) stay out; `at` is when that was told, None: it
    is kept for good. `source` is "" where a store does not tell it."""

    source: str
    name: str
    until: int
    at: int | None


class Reading(Protocol):
    """One consistent view of the store. Every call may raise `QueryTimeout` and `StoreUnavailable`."""

    def search(
        self,
        query: Query,
        *,
        limit: int,
        before: str | None = None,
        sort: Sort = "latest",
        since: int | None = None,
        until: int | None = None,
    ) -> Page:
        """Return a page in the sort's order (ties by newest first). `before` is a former page's `next`; ValueError if
        it is not. `latest` is by created_at descending."""
        ...

    def changes(self, query: Query, *, after: int, gone_after: int, limit: int, until: int = NEWEST) -> Changes:
        """Return matches with seq > `after` (newest first), and gone and tombstones with seq > `gone_after`, all with
        seq <= `until`: at most `limit` rows of each are read, and where there are more only that is told."""
        ...

    def stride(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        """Return the greatest number up to which at most `limit` posts and at most `limit` tombstones are numbered
        above `after`, None if that is true of all numbers.

        Where more share the lowest number itself it is returned. `changed` counts only posts that ever changed, as
        `Changes.gone` does. `limit` is below 10,000. Whoever takes step after step until None misses nothing: a post
        that is stored again meanwhile moves to a higher number.
        """
        ...

    def withdrawn(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        """Return the ids withdrawn under a number above `after` and up to `until`, lowest first, at most `limit`."""
        ...

    def posts(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the wire JSON of those that are stored."""
        ...

    def count(self, query: Query, *, since: int | None = None, until: int | None = None) -> int:
        """Return how many posts match."""
        ...

    def timeline(
        self,
        query: Query,
        *,
        interval_ms: int | None = None,
        since: int | None = None,
        until: int | None = None,
        max_buckets: int | None = None,
    ) -> Timeline:
        """Return counts over all that is stored; without an interval one that gives about 60 to 120 buckets.

        Where an interval would cut the span into more than `max_buckets`, a longer one is taken; the answer says which.
        """
        ...

    def top(
        self, query: Query, field: TopField, *, limit: int, since: int | None = None, until: int | None = None
    ) -> Top:
        """Return the most frequent values of a field over a stated sample."""
        ...

    def export(self, query: Query) -> Iterator[bytes]:
        """Yield every match, newest first, in constant memory."""
        ...


class Moving(Protocol):
    """All a store holds, as it is, out of it and into it. Nothing else may be writing.

    Loading the same again changes nothing. What is withdrawn is loaded before posts: those stay out then.
    """

    def posts(self, *, since: int = 0, at_once: int = 250) -> Iterator[list[Held]]:
        """Yield the posts from a place on, lowest place first, at most `at_once` at a time."""
        ...

    def some(self, ids: Sequence[str]) -> dict[str, Held]:
        """Return those of the posts that are stored, without reach and original."""
        ...

    def tombstones(self) -> Iterator[list[Tombstone]]:
        """Yield all tombstones of posts, some at a time, in no order."""
        ...

    def accounts(self) -> Iterator[list[GoneAccount]]:
        """Yield all withdrawn accounts, some at a time, in no order."""
        ...

    def salts(self) -> list[bytes]:
        """Return the salts that withdrawn accounts are named with, the store's own first."""
        ...

    def load_posts(self, posts: Sequence[Held]) -> dict[str, str]:
        """Take posts in as they are, but for those that are here in the same or a greater version, or were withdrawn
        here. Return those the server cannot store (id → why)."""
        ...

    def load_tombstones(self, stones: Sequence[Tombstone]) -> None:
        """Take tombstones in with their numbers; what they concern goes."""
        ...

    def load_accounts(self, accounts: Sequence[GoneAccount], salts: Sequence[bytes]) -> None:
        """Take withdrawn accounts in, and the salts they are named with."""
        ...

    def note(self) -> bytes:
        """Return what was last noted of a moving into this store; b"" if nothing."""
        ...

    def keep_note(self, note: bytes) -> None:
        """Keep a note (JSON) with the data, in the place of the one before."""
        ...


class Store(Protocol):
    """A place where posts lie. Safe to use from several processes; an instance belongs to one thread at a time."""

    identity: str
    """Made at the first opening, kept with the data: tells two stores apart (`names.store`)."""

    def persist(self, writes: Writes, seq: int) -> Persisted:
        """Merge a batch in one transaction, numbered from `seq` up, and return what to match and publish.

        A withdrawal takes at most `plan.MAX_REMOVED` posts along at a time; `Persisted.left` says that there are more.
        A post that can never be stored takes no other with it: it is `refused`, with its id and why.

        Tombstones of posts are kept for at least 8 days; so are those of accounts, by a salted hash, and for good where
        the account was `forgotten` (`plan.Plan.forgotten`): no post of it up to that time is ever taken in again.
        """
        ...

    def reading(self, *, timeout_s: float = 2.0) -> AbstractContextManager[Reading]:
        """Open a view of all that was persisted before this call (a late-refreshing store refreshes first)."""
        ...

    def indexed(self) -> int:
        """Return how many posts are stored, cheaply."""
        ...

    def prune(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until under a size; return how many."""
        ...

    def add_coverage(self, row: CoverageRow) -> None:
        """Enter a row by `coverage.entered`.

        A closed one (a gap told afterwards) stands beside the others. An open one ends the source's open row where it
        begins, takes the place of one that began no earlier, and lengthens the row before it where it says the same.
        """
        ...

    def coverage(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> list[CoverageRow]:
        """Return rows that overlap a span, oldest first: at most `limit`, the open ones and the newest others."""
        ...

    def moving(self) -> Moving:
        """Return the way to move all that is stored out and in; see `copying`."""
        ...

    def upkeep(self) -> None:
        """Do the periodic work: reach, background of words, checkpoints. Called by upkeep every few seconds."""
        ...

    def close(self) -> None:
        """Let go of everything; the store cannot be used afterwards."""
        ...
