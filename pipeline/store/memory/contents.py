"""Contents of a memory store: rows, raw records, reach, tombstones of posts and accounts, and the background of words;
and what is known of accounts, with the posts that are hidden while one is off.

Rows are replaced, never changed, so that a shallow copy is a snapshot for a reading.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pipeline.store.plan import AccountKey, AccountRow, StoredRow, WithheldPost
from pipeline.store.post_json import with_original
from pipeline.store.tombstone_rules import account_hash


@dataclass
class MemoryContents:
    """Everything a store holds about posts. Rows are never changed, only replaced, so a shallow copy is a snapshot.

    `account_rows` and `withheld` hold the time of writing (ms) beside each value.
    """

    rows: dict[str, StoredRow] = field(default_factory=dict)
    raw_records: dict[str, bytes] = field(default_factory=dict)
    reach: dict[str, int] = field(default_factory=dict)
    tombstones: dict[str, tuple[int, int]] = field(default_factory=dict)
    background: Counter[tuple[int, str]] = field(default_factory=Counter)
    background_posts: Counter[int] = field(default_factory=Counter)
    note: bytes = b""
    account_rows: dict[AccountKey, tuple[AccountRow, int]] = field(default_factory=dict)
    withheld: dict[str, tuple[WithheldPost, int]] = field(default_factory=dict)

    def snapshot(self) -> MemoryContents:
        """Return a copy for a reading, without raw records and note."""
        return MemoryContents(
            dict(self.rows),
            {},
            dict(self.reach),
            dict(self.tombstones),
            self.background.copy(),
            self.background_posts.copy(),
            withheld=dict(self.withheld),
        )

    def body(self, row: StoredRow) -> bytes:
        """Return a row's wire JSON with its original inside."""
        original = self.original(row)
        return with_original(row.body, original.body if original else None)

    def original(self, row: StoredRow) -> StoredRow | None:
        """Return the stored row that a repost or quote carries inside."""
        return self.rows.get(row.post.repost_of or row.post.quote_of)


@dataclass
class MemoryAccountTombstones:
    """Deleted accounts by hash: until when (ms) their posts are deleted, and when that was reported.

    `salts` are the store's own and those of other stores.
    """

    salts: list[bytes]
    accounts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def until(self, source: str, author_id: str) -> int | None:
        """Return until when posts of an account are deleted, None if the account is not."""
        names = (account_hash(source, author_id, salt) for salt in self.salts)
        return max((self.accounts[name][0] for name in names if name in self.accounts), default=None)

    def add(self, name: str, until: int, at: int) -> None:
        """Delete an account up to a time; neither time goes back."""
        before = self.accounts.get(name, (until, at))
        self.accounts[name] = (max(until, before[0]), max(at, before[1]))


def row_sort_key(row: StoredRow) -> int:
    """Return a row's sort key, to sort by."""
    return row.sort_key
