"""Values of a write plan: rows as they are stored, rows to write, and everything that a batch changes in a store.

The plan also makes the contract's report (`Persisted`), which leaves out posts beyond retention.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.post import Post
from pipeline.query.document import Document
from pipeline.store.contract import Entry, Persisted
from pipeline.store.past.post_past import NO_PAST, PostPast
from pipeline.store.plan.account_rows import AccountKey, AccountRow, WithheldPost


@dataclass(slots=True)
class StoredRow:
    """Row as it is before the batch. `touched` is set once an edit of the post reached stored reposts.

    `past` is what was replaced in the post until then.
    """

    sort_key: int
    post: Post
    body: bytes
    document: Document
    touched: bool = False
    past: PostPast = NO_PAST


@dataclass(slots=True)
class RowUpsert:
    """Row to write. `stored` is the row it replaces; `reindex` is set where words or facets differ from that row.

    `forget_raw` removes the raw record, because it may hold a post that this one no longer quotes.

    `past` is the post's whole past after this write.

    A new row copied from another store brings its `sort_key` and `reach` along; otherwise `sort_key` is -1.
    """

    post: Post
    document: Document
    body: bytes
    stored: StoredRow | None = None
    raw: bytes = b""
    reindex: bool = True
    touched: bool = False
    forget_raw: bool = False
    sort_key: int = -1
    reach: int | None = None
    past: PostPast = NO_PAST


@dataclass(slots=True)
class WritePlan:
    """Everything that one transaction writes, at `now_ms`.

    `tombstones` are (id → time of the deletion, ms). `tombstone_seqs` holds the sequence numbers of those that another
    store gave; all others get the batch's. `deletion_versions` are the versions of deletions whose ids may be used
    again; `lifted` are ids whose tombstone is removed, `outlived` those whose deletion came late. `aliases` are (id of
    a later version → id of its post). `authors` are deleted accounts (source, id) → until when (ms) their posts are
    deleted; those in `forgotten` are kept for good.

    A store also removes the raw records of its quotes of the ids in `quoted`, because they contain the deleted post.
    `left` is set where the deletions take along more posts than this plan removes.

    `accounts` are the rows of accounts that changed. `withheld` are posts to hide, those of removed rows among them,
    and `settled` the ids whose hidden copies are removed. `withdrawn` are the hidden rows as (id, version). `added` are
    ids of `upserts` that no event of the batch names, and `account_work` the ids that the account changes concern.

    Entries of posts created before `retained_from_ms` are written, because a fresh repost may need its old original,
    and are not reported.
    """

    now_ms: int
    retained_from_ms: int = 0
    upserts: list[RowUpsert] = field(default_factory=list)
    removals: dict[str, StoredRow] = field(default_factory=dict)
    tombstones: dict[str, int] = field(default_factory=dict)
    authors: dict[tuple[str, str], int] = field(default_factory=dict)
    forgotten: set[tuple[str, str]] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    tombstoned: list[str] = field(default_factory=list)
    tombstone_seqs: dict[str, int] = field(default_factory=dict)
    deletion_versions: dict[str, int] = field(default_factory=dict)
    outlived: list[str] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    lifted: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    left: bool = False
    accounts: dict[AccountKey, AccountRow] = field(default_factory=dict)
    withheld: dict[str, WithheldPost] = field(default_factory=dict)
    settled: list[str] = field(default_factory=list)
    withdrawn: list[tuple[str, int]] = field(default_factory=list)
    added: set[str] = field(default_factory=set)
    account_work: set[str] = field(default_factory=set)

    def persisted(self) -> Persisted:
        """Return the contract's report of this plan."""
        inserted = sum(row.stored is None for row in self.upserts)
        since = self.retained_from_ms
        entries = [entry for entry in self.entries if entry.post.created_at >= since] if since else self.entries
        return Persisted(
            entries,
            self.deleted,
            self.tombstoned,
            inserted,
            self.left,
            withdrawn=self.withdrawn,
            outlived=self.outlived,
        )
