"""Writer of the memory store: applies a write plan to the contents, which includes giving new posts their sort keys.

Writes posts, tombstones, accounts and hidden posts. Removes posts with their raw records and reach, and the raw records
of quotes of deleted posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.store import sort_key
from pipeline.store.memory.contents import MemoryAccountTombstones, MemoryContents
from pipeline.store.plan import RowUpsert, StoredRow, WritePlan
from pipeline.store.tombstone_rules import FOR_GOOD_MS, account_hash


class MemoryWriter:
    """Writes to the contents of one store."""

    def __init__(self, contents: MemoryContents, accounts: MemoryAccountTombstones) -> None:
        self._contents = contents
        self._accounts = accounts

    def apply(self, plan: WritePlan, seq: int) -> None:
        """Write everything in the plan; `seq` numbers its tombstones."""
        contents = self._contents
        self._apply_accounts(plan)
        for post_id in plan.removals:
            self.remove(post_id)
        for post_id, at in plan.tombstones.items():
            number = plan.tombstone_seqs.get(post_id, seq)
            contents.tombstones[post_id] = (max(number, contents.tombstones.get(post_id, (0, 0))[0]), at)
        contents.aliases.update(plan.aliases)
        for post_id in plan.lifted:
            contents.tombstones.pop(post_id, None)
            contents.deletion_versions.pop(post_id, None)
        for post_id, version in plan.deletion_versions.items():
            contents.deletion_versions[post_id] = max(version, contents.deletion_versions.get(post_id, version))
        for row in contents.rows.values():
            if row.post.quote_of in plan.quoted:
                contents.raw_records.pop(row.post.id, None)
        for author, until in plan.authors.items():
            at = FOR_GOOD_MS if author in plan.forgotten else plan.now_ms
            self._accounts.add(account_hash(*author, self._accounts.salts[0]), until, at)
        keys = self._sort_keys([upsert for upsert in plan.upserts if upsert.stored is None])
        for upsert in plan.upserts:
            key = upsert.stored.sort_key if upsert.stored else keys[upsert.post.id]
            self._put(key, upsert)

    def _apply_accounts(self, plan: WritePlan) -> None:
        contents = self._contents
        for post_id, one in plan.withheld.items():
            raw = one.raw or (contents.raw_records.get(post_id, b"") if post_id in plan.removals else b"")
            contents.withheld[post_id] = (replace(one, raw=raw), plan.now_ms)
        for post_id in plan.settled:
            contents.withheld.pop(post_id, None)
        contents.account_rows.update((key, (row, plan.now_ms)) for key, row in plan.accounts.items())

    def _put(self, key: int, upsert: RowUpsert) -> None:
        contents, post_id = self._contents, upsert.post.id
        row = StoredRow(key, upsert.post, upsert.body, upsert.document, upsert.touched, upsert.past)
        contents.rows[post_id] = row
        if upsert.stored is None:
            copied_reach = -1 if upsert.reach is None else upsert.reach
            own_reach = upsert.document.numbers.get("followers", -1)
            contents.reach[post_id] = own_reach if upsert.sort_key < 0 else copied_reach
        if upsert.forget_raw:
            contents.raw_records.pop(post_id, None)
        elif upsert.raw:
            contents.raw_records[post_id] = upsert.raw

    def _sort_keys(self, upserts: Sequence[RowUpsert]) -> dict[str, int]:
        """Return the sort keys that new posts get, by id."""
        taken = {row.sort_key for row in self._contents.rows.values()}
        taken_by_ms: dict[int, list[int]] = {}
        for key in taken:
            taken_by_ms.setdefault(sort_key.floor(key >> sort_key.TIE_BITS), []).append(key)
        allocator = sort_key.TieAllocator(
            lambda low: (min(taken_by_ms[low]), max(taken_by_ms[low])) if low in taken_by_ms else None
        )
        found = {}
        for upsert in upserts:
            given = upsert.sort_key
            if sort_key.may_keep(given) and given not in taken:
                key = allocator.take(given)
            else:
                key = allocator.next(upsert.post.created_at if given < 0 else given >> sort_key.TIE_BITS)
            taken.add(key)
            found[upsert.post.id] = key
        return found

    def remove(self, post_id: str) -> None:
        """Remove a post with its raw record and reach."""
        for table in (self._contents.rows, self._contents.raw_records, self._contents.reach):
            table.pop(post_id, None)
