"""Plan lookups protocol: the queries that planning a batch puts to a store, each for many ids at once.

They find tombstones of posts and of accounts, stored rows, stored reposts of posts, and the posts of an account; what
is known of accounts; and posts that are hidden while an account is off.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pipeline.store.plan.account_rows import AccountKey, AccountRow, WithheldPost
from pipeline.store.plan.write_plan import StoredRow


class PlanLookups(Protocol):
    """Queries of a store inside the writer's transaction, each for many ids at once."""

    def tombstones(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the ids that have a tombstone were deleted here."""
        ...

    def deletion_versions(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the versions (ms) of the deletions of those ids that may be used again and have a tombstone."""
        ...

    def aliases(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the post of which those ids that stand for a later version are one (`WritePlan.aliases`)."""
        ...

    def account_tombstones(self, authors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return until when (ms) posts of those of the accounts (source, author id) that were deleted stay out.

        A store keeps accounts by a hash salted with its own secret, never by name: those of `WritePlan.forgotten` for
        good, the others as long as its tombstones.
        """
        ...

    def stored(self, ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the rows of those ids that are stored."""
        ...

    def reposts(self, ids: Iterable[str], each: int, together: int) -> dict[str, list[StoredRow]]:
        """Return stored reposts by the id of their original, newest first.

        At most `each` an original and `together` in all, those of the first ids.
        """
        ...

    def by_author(self, source: str, author_id: str, until: int, limit: int) -> list[StoredRow]:
        """Return at most `limit` stored posts of an account with a version up to `until` (ms)."""
        ...

    def by_former_name(self, source: str, author_id: str, handle: str, before_seq: int, limit: int) -> list[StoredRow]:
        """Return at most `limit` stored posts of an account, numbered below `before_seq`, that show another handle."""
        ...

    def with_posts(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts that may have stored posts, by one query for all: most of those that a network
        names have none."""
        ...

    def with_withheld(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts because of which posts may be hidden, by one query for all."""
        ...

    def accounts(self, keys: Iterable[AccountKey]) -> dict[AccountKey, AccountRow]:
        """Return what is known of those of the accounts of which anything is."""
        ...

    def withheld(self, ids: Iterable[str]) -> dict[str, WithheldPost]:
        """Return those of the posts that are hidden."""
        ...

    def withheld_of(self, owner: AccountKey, limit: int, *, written: bool = False) -> list[WithheldPost]:
        """Return at most `limit` posts that are hidden because an account is off; with `written`, also those that the
        account wrote and that are hidden because of another."""
        ...
