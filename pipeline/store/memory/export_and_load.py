"""Copy access to a memory store: exports all rows as they are, and loads those of another store (`murmur copy`).

Rows are posts, tombstones, deleted accounts and the salts of their hashes. Also keeps the copy's progress note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pipeline.store.contract import AccountTombstone, ExportRow, HiddenRow, Tombstone
from pipeline.store.copy.copied_post_plan import decode_rows, hidden_row, plan_hidden, plan_load
from pipeline.store.memory.contents import MemoryAccountTombstones, MemoryContents, row_sort_key
from pipeline.store.memory.plan_lookups import MemoryPlanLookups
from pipeline.store.memory.plan_writer import MemoryWriter
from pipeline.store.past.post_past import encode_past
from pipeline.store.plan import AccountRow, StoredRow
from pipeline.store.plan.deletions import plan_tombstones
from pipeline.store.tombstone_rules import account_tombstone, merge_salts, stored_at


class MemoryCopyAccess:
    """Keeps `contract.CopyAccess`."""

    def __init__(self, contents: MemoryContents, accounts: MemoryAccountTombstones, now_ms: Callable[[], int]) -> None:
        self._contents = contents
        self._accounts = accounts
        self._lookups = MemoryPlanLookups(contents, accounts)
        self._writer = MemoryWriter(contents, accounts)
        self._now_ms = now_ms

    # -- export

    def posts(self, *, since: int = 0, at_once: int = 250) -> Iterator[list[ExportRow]]:
        """Yield the posts from a sort key on, lowest first, in lists of at most `at_once`."""
        found = sorted((row for row in self._contents.rows.values() if row.sort_key >= since), key=row_sort_key)
        for start in range(0, len(found), at_once):
            yield [self._export(row) for row in found[start : start + at_once]]

    def posts_by_id(self, ids: Sequence[str]) -> dict[str, ExportRow]:
        """Return those of the posts that are stored."""
        rows = self._contents.rows
        return {post_id: self._export(rows[post_id]) for post_id in ids if post_id in rows}

    def _export(self, row: StoredRow) -> ExportRow:
        contents = self._contents
        original = contents.original(row)
        reach = contents.reach.get(row.post.id, -1)
        return ExportRow(
            row.sort_key,
            row.body,
            contents.raw_records.get(row.post.id, b""),
            row.touched,
            reach if reach >= 0 else None,
            original.body if original is not None else None,
            encode_past(row.past),
        )

    def tombstones(self) -> Iterator[list[Tombstone]]:
        """Yield all tombstones of posts."""
        yield [Tombstone(post_id, seq, at) for post_id, (seq, at) in self._contents.tombstones.items()]

    def accounts(self) -> Iterator[list[AccountTombstone]]:
        """Yield all tombstones of accounts."""
        yield [account_tombstone("", name, until, at) for name, (until, at) in self._accounts.accounts.items()]

    def salts(self) -> list[bytes]:
        """Return the salts under which accounts are hashed, the store's own first."""
        return list(self._accounts.salts)

    def hidden_posts(self) -> Iterator[list[HiddenRow]]:
        """Yield all posts that are hidden while their account is off."""
        rows = self._contents.account_rows
        hidden = [one for one, _ in self._contents.withheld.values()]
        yield [hidden_row(one, rows[one.owner][0] if one.owner in rows else AccountRow()) for one in hidden]

    # -- load

    def load_hidden_posts(self, posts: Sequence[HiddenRow]) -> None:
        """Store hidden posts, with what is known of their accounts."""
        self._writer.apply(plan_hidden(self._lookups, posts, self._now_ms()), 0)

    def load_posts(self, posts: Sequence[ExportRow]) -> dict[str, str]:
        """Store posts as they are; see `CopyAccess.load_posts`. A memory store refuses none."""
        self._writer.apply(plan_load(self._lookups, decode_rows(posts), self._now_ms()).plan, 0)
        return {}

    def load_tombstones(self, stones: Sequence[Tombstone]) -> None:
        """Store tombstones with their sequence numbers, and remove the posts they name."""
        self._writer.apply(plan_tombstones(self._lookups, stones, self._now_ms()), 0)

    def load_accounts(self, accounts: Sequence[AccountTombstone], salts: Sequence[bytes]) -> None:
        """Store tombstones of accounts, and the salts they are hashed with."""
        self._accounts.salts = merge_salts(self._accounts.salts, salts)
        for stone in accounts:
            self._accounts.add(stone.name, stone.until, stored_at(stone))

    def note(self) -> bytes:
        """Return the progress note of the last copy into this store; b"" if there is none."""
        return self._contents.note

    def save_note(self, note: bytes) -> None:
        """Store a progress note (JSON)."""
        self._contents.note = note
