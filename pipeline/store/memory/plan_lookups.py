"""Plan lookups of the memory store: answers the queries of planning a batch by scanning all rows.

They find tombstones of posts and accounts, stored rows, reposts of a post, and posts of an account.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.store.memory.contents import MemoryAccountTombstones, MemoryContents, row_sort_key
from pipeline.store.plan import AccountKey, AccountRow, StoredRow, WithheldPost


class MemoryPlanLookups:
    """Keeps `plan.PlanLookups`."""

    def __init__(self, contents: MemoryContents, accounts: MemoryAccountTombstones) -> None:
        self._contents = contents
        self._accounts = accounts

    def tombstones(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the ids that have a tombstone were deleted here."""
        stones = self._contents.tombstones
        return {post_id: stones[post_id][1] for post_id in ids if post_id in stones}

    def deletion_versions(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the versions (ms) of the deletions of those ids that may be used again and have a tombstone."""
        known = self._contents.deletion_versions
        return {post_id: known[post_id] for post_id in ids if post_id in known}

    def aliases(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the post of which those ids that stand for a later version are one."""
        known = self._contents.aliases
        return {post_id: known[post_id] for post_id in ids if post_id in known}

    def account_tombstones(self, authors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return until when (ms) posts of those accounts that were deleted stay out."""
        found = {author: self._accounts.until(*author) for author in authors}
        return {author: until for author, until in found.items() if until is not None}

    def stored(self, ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the rows of those ids that are stored."""
        rows = self._contents.rows
        return {post_id: rows[post_id] for post_id in ids if post_id in rows}

    def reposts(self, ids: Iterable[str], each: int, together: int) -> dict[str, list[StoredRow]]:
        """Return stored reposts by the id of their original, newest first; see `PlanLookups.reposts`."""
        by_original: dict[str, list[StoredRow]] = {}
        for row in sorted(self._contents.rows.values(), key=row_sort_key, reverse=True):
            by_original.setdefault(row.post.repost_of, []).append(row)
        found: dict[str, list[StoredRow]] = {}
        for post_id in ids:
            if rows := by_original.get(post_id, [])[: min(each, together)]:
                found[post_id] = rows
                together -= len(rows)
        return found

    def by_author(self, source: str, author_id: str, until: int, limit: int) -> list[StoredRow]:
        """Return at most `limit` stored posts of an account with a version up to `until` (ms)."""
        return [
            row
            for row in self._contents.rows.values()
            if row.post.source == source and row.post.author.id == author_id and row.post.version <= until
        ][:limit]

    def by_former_name(self, source: str, author_id: str, handle: str, before_seq: int, limit: int) -> list[StoredRow]:
        """Return stored posts of an account that show another handle; see `PlanLookups.by_former_name`."""
        found = self.by_author(source, author_id, 2**63 - 1, len(self._contents.rows))
        return [row for row in found if row.post.author.handle != handle and row.post.seq < before_seq][:limit]

    def with_posts(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts that have stored posts."""
        return {*keys} & {(row.post.source, row.post.author.id) for row in self._contents.rows.values()}

    def with_withheld(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts because of which posts are hidden."""
        return {*keys} & {one.owner for one, _ in self._contents.withheld.values()}

    def accounts(self, keys: Iterable[AccountKey]) -> dict[AccountKey, AccountRow]:
        """Return what is known of accounts."""
        known = self._contents.account_rows
        return {key: known[key][0] for key in keys if key in known}

    def withheld(self, ids: Iterable[str]) -> dict[str, WithheldPost]:
        """Return those of the posts that are hidden."""
        known = self._contents.withheld
        return {post_id: known[post_id][0] for post_id in ids if post_id in known}

    def withheld_of(self, owner: AccountKey, limit: int, *, written: bool = False) -> list[WithheldPost]:
        """Return hidden posts of an account; see `PlanLookups.withheld_of`."""
        every = (one for one, _ in self._contents.withheld.values())
        return [
            one for one in every if one.owner == owner or (written and (one.post.source, one.post.author.id) == owner)
        ][:limit]
