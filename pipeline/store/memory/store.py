"""Memory store: the whole contract by brute force in one process.

Its decisions are those of the other stores: plan, sort keys, top lists and the evaluation of searches are shared code.
A reading is a snapshot of the contents at its opening. Maintenance computes reach, collects the background of words and
removes old tombstones.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from pipeline.store import sort_key
from pipeline.store.contract import CoverageRow, Persisted, Reading, Writes
from pipeline.store.coverage import newest_rows, with_row
from pipeline.store.memory.contents import MemoryAccountTombstones, MemoryContents, row_sort_key
from pipeline.store.memory.decks import MemoryDecks
from pipeline.store.memory.export_and_load import MemoryCopyAccess
from pipeline.store.memory.plan_lookups import MemoryPlanLookups
from pipeline.store.memory.plan_writer import MemoryWriter
from pipeline.store.memory.reading import MemoryReading
from pipeline.store.plan import HIDDEN_KEPT_MS, StoredRow, plan_writes
from pipeline.store.refused_posts import persist_without_refused
from pipeline.store.tombstone_rules import TOMBSTONES_KEPT_MS
from pipeline.store.top_values import WordBackground

_MS_A_DAY = 86_400_000


class MemoryStore:
    """Keeps `contract.Store` in this process. `clock` returns the time in seconds."""

    def __init__(self, *, retention_days: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.identity = secrets.token_hex(16)
        self._retention_ms = retention_days * _MS_A_DAY
        self._clock = clock
        self._contents = MemoryContents()
        self._accounts = MemoryAccountTombstones([secrets.token_bytes(16)])
        self._lookups = MemoryPlanLookups(self._contents, self._accounts)
        self._writer = MemoryWriter(self._contents, self._accounts)
        self._decks = MemoryDecks()
        self._coverage: list[CoverageRow] = []
        self._pending = WordBackground()
        self._sampled_seq = 0

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    def persist(self, writes: Writes, seq: int) -> Persisted:
        """Merge a batch under sequence number `seq`, and return what to match and publish."""
        return persist_without_refused(lambda some: self._persist(some, seq), writes)

    def _persist(self, writes: Writes, seq: int) -> Persisted:
        plan = plan_writes(self._lookups, writes, seq, self._now_ms(), retention_ms=self._retention_ms)
        self._writer.apply(plan, seq)
        return plan.persisted()

    @contextmanager
    def reading(self, *, timeout_s: float = 2.0) -> Iterator[Reading]:
        """Open a view of everything persisted before this call."""
        retained_from = sort_key.floor(self._now_ms() - self._retention_ms) if self._retention_ms else 0
        yield MemoryReading(self._contents.snapshot(), retained_from, time.monotonic() + timeout_s)

    def indexed(self) -> int:
        """Return the number of stored posts."""
        return len(self._contents.rows)

    def prune(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until the store is under a size; return how many."""
        withheld = self._contents.withheld
        for post_id, (one, _) in list(withheld.items()):
            if before_ms is not None and one.post.created_at < before_ms:
                del withheld[post_id]
        rows = sorted(self._contents.rows.values(), key=row_sort_key)
        size = sum(self._bytes(row) for row in rows)
        removed = 0
        for row in rows:
            old = before_ms is not None and row.sort_key < sort_key.floor(before_ms)
            if not old and (max_bytes is None or size <= max_bytes):
                break
            size -= self._bytes(row)
            self._writer.remove(row.post.id)
            removed += 1
        return removed

    def _bytes(self, row: StoredRow) -> int:
        return len(row.body) + len(self._contents.raw_records.get(row.post.id, b""))

    def add_coverage(self, row: CoverageRow) -> None:
        """Enter a coverage row; see `Store.add_coverage`."""
        others = [old for old in self._coverage if old.source != row.source]
        self._coverage = others + with_row([old for old in self._coverage if old.source == row.source], row)

    def coverage(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> list[CoverageRow]:
        """Return coverage rows that overlap a span, oldest first; see `Store.coverage`."""
        rows = [
            row
            for row in self._coverage
            if (since is None or row.until is None or row.until > since) and (until is None or row.since < until)
        ]
        return newest_rows(rows, limit)

    def deck_records(self) -> MemoryDecks:
        """Return access to the decks."""
        return self._decks

    def deleted_at(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the posts that have a tombstone were deleted here."""
        return self._lookups.tombstones(ids)

    def copy_access(self) -> MemoryCopyAccess:
        """Return access to all rows for a copy of the store."""
        return MemoryCopyAccess(self._contents, self._accounts, self._now_ms)

    def maintain(self) -> None:
        """Compute reach, collect the background of words and remove expired tombstones."""
        self._compute_reach()
        self._collect_words()
        self._expire_tombstones()

    def _compute_reach(self) -> None:
        """Add to each author's followers those of every other author who reposted the post, each once."""
        contents = self._contents
        every = len(contents.rows)
        for post_id, row in contents.rows.items():
            most: dict[str, int] = {}
            for repost in self._lookups.reposts([post_id], every, every).get(post_id, []):
                author, followers = repost.post.author.id, repost.post.author.followers
                if followers is not None and author != row.post.author.id:
                    most[author] = max(followers, most.get(author, 0))
            own = row.post.author.followers
            if most or own is not None:
                contents.reach[post_id] = (own or 0) + sum(most.values())

    def _collect_words(self) -> None:
        contents = self._contents
        for row in [row for row in contents.rows.values() if row.post.seq > self._sampled_seq]:
            original = contents.rows.get(row.post.repost_of)
            self._pending.add(row.body, original.body if original else None)
            self._sampled_seq = max(self._sampled_seq, row.post.seq)
        posts, words = self._pending.take()
        contents.background_posts.update(posts)
        contents.background.update({(hour, word): count for hour, word, count in words})

    def _expire_tombstones(self) -> None:
        contents, accounts = self._contents, self._accounts
        oldest = self._now_ms() - TOMBSTONES_KEPT_MS
        versions = contents.deletion_versions
        contents.deletion_versions = {key: one for key, one in versions.items() if key in contents.tombstones}
        contents.tombstones = {key: stone for key, stone in contents.tombstones.items() if stone[1] >= oldest}
        accounts.accounts = {key: stone for key, stone in accounts.accounts.items() if stone[1] >= oldest}
        now = self._now_ms()
        contents.account_rows = {
            key: (row, at) for key, (row, at) in contents.account_rows.items() if at >= now - row.kept_ms()
        }
        contents.withheld = {
            post_id: (one, at) for post_id, (one, at) in contents.withheld.items() if at >= now - HIDDEN_KEPT_MS
        }

    def close(self) -> None:
        """Forget all posts."""
        self._contents = MemoryContents()
