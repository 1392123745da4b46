"""Copy access protocol: exports all rows of a store as they are, and loads those of another store (`murmur copy`).

Rows are posts with their raw records, hidden posts, tombstones of posts, tombstones of deleted accounts, and the salts
under which accounts are hashed. A progress note of the copy is kept with the data. Loading a row twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ExportRow:
    """Stored post on its way to another store: sort key, wire JSON without the original, raw record.

    `raw` is b"" where there is none. `touched` is set once an edit of the post reached stored reposts. `reach` is the
    last computed reach. `original` is the wire JSON of the stored post that this one reposts or quotes; a repost is
    described by it. `past` is what was replaced in the post (`past.post_past`), as stored bytes.
    """

    sort_key: int
    body: bytes
    raw: bytes = b""
    touched: bool = False
    reach: int | None = None
    original: bytes | None = None
    past: bytes = b""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Post deleted here: the sequence number of its deletion, and when that happened (ms)."""

    id: str
    seq: int
    at: int


@dataclass(frozen=True, slots=True)
class AccountTombstone:
    """Deleted account under its salted hash `name`: posts up to `until` (ms) stay out.

    `at` is when the deletion was reported (ms); None keeps the tombstone for good. `source` is "" where a store does
    not keep it.
    """

    source: str
    name: str
    until: int
    at: int | None


@dataclass(frozen=True, slots=True)
class HiddenRow:
    """Post that is hidden because an account (`source`, `author_id`) is off, and that account's row as JSON.

    `body` is the wire JSON without the original, `raw` the raw record, `past` what was replaced in it, as stored bytes;
    both are b"" where there is none.
    """

    source: str
    author_id: str
    account: bytes
    body: bytes
    raw: bytes = b""
    past: bytes = b""


class CopyAccess(Protocol):
    """Raw access to all rows of a store. Nothing else may write meanwhile.

    Loading a row twice changes nothing. Tombstones are loaded before posts, so that deleted posts stay out.
    """

    def posts(self, *, since: int = 0, at_once: int = 250) -> Iterator[list[ExportRow]]:
        """Yield the posts from sort key `since` on, lowest key first, in lists of at most `at_once`."""
        ...

    def posts_by_id(self, ids: Sequence[str]) -> dict[str, ExportRow]:
        """Return those of the posts that are stored, without reach and original."""
        ...

    def tombstones(self) -> Iterator[list[Tombstone]]:
        """Yield all tombstones of posts in lists, in no order."""
        ...

    def accounts(self) -> Iterator[list[AccountTombstone]]:
        """Yield all tombstones of accounts in lists, in no order."""
        ...

    def salts(self) -> list[bytes]:
        """Return the salts under which accounts are hashed, the store's own first."""
        ...

    def hidden_posts(self) -> Iterator[list[HiddenRow]]:
        """Yield all posts that are hidden while their account is off, in lists, in no order."""
        ...

    def load_hidden_posts(self, posts: Sequence[HiddenRow]) -> None:
        """Store hidden posts, with what is known of their accounts."""
        ...

    def load_posts(self, posts: Sequence[ExportRow]) -> dict[str, str]:
        """Store posts as they are, except those stored here in the same or a greater version and those deleted here.

        Returns those that the server cannot store (id → reason).
        """
        ...

    def load_tombstones(self, stones: Sequence[Tombstone]) -> None:
        """Store tombstones with their sequence numbers, and remove the posts they name."""
        ...

    def load_accounts(self, accounts: Sequence[AccountTombstone], salts: Sequence[bytes]) -> None:
        """Store tombstones of accounts, and the salts they are hashed with."""
        ...

    def note(self) -> bytes:
        """Return the progress note of the last copy into this store; b"" if there is none."""
        ...

    def save_note(self, note: bytes) -> None:
        """Store a progress note (JSON) with the data; it replaces the one before."""
        ...
