"""The store in memory: the whole contract by brute force, for tests and for what lives no longer than its process.

It decides nothing another way than SQLite does: plan, places, tops and the tree's own evaluation are the same code.
Readings are snapshots: they hold what was there when they were opened.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from pipeline.store import sort_key as place
from pipeline.store.tombstones import gone_name
from pipeline.store.contract import (
    CoverageRow,
    Persisted,
    Reading,
    Writes,
)
from pipeline.store.coverage import entered, newest
from pipeline.store.memory.copy_access import FOR_GOOD, Gone, MemoryMoving
from pipeline.store.memory.reading import Contents, MemoryReading, row_place
from pipeline.store.plan import Plan, Put, Stored, plan
from pipeline.store.refused_posts import persisted_without
from pipeline.store.tops import Background

_MS_A_DAY = 86_400_000
TOMBSTONES_KEPT_MS = 8 * _MS_A_DAY


class MemoryStore:
    """Keeps `contract.Store` in this process."""

    def __init__(self, *, retention_days: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.identity = secrets.token_hex(16)
        self._retention_ms = retention_days * _MS_A_DAY
        self._clock = clock
        self._contents = Contents()
        self._gone = Gone([secrets.token_bytes(16)])
        self._coverage: list[CoverageRow] = []
        self._pending = Background()
        self._gathered_seq = 0

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    # -- what planning looks up

    def tombstones(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the ids that have a tombstone were withdrawn here."""
        held = self._contents.tombstones
        return {post_id: held[post_id][1] for post_id in ids if post_id in held}

    def withdrawn_authors(self, authors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return until when (ms) posts of those (source, author id) are withdrawn."""
        told = {author: self._gone.until(*author) for author in authors}
        return {author: until for author, until in told.items() if until is not None}

    def stored(self, ids: Iterable[str]) -> dict[str, Stored]:
        """Return the rows of those ids that are stored."""
        rows = self._contents.rows
        return {post_id: rows[post_id] for post_id in ids if post_id in rows}

    def reposts(self, ids: Iterable[str], each: int, together: int) -> dict[str, list[Stored]]:
        """Return stored reposts by the id of their original, newest first; see `plan.Shelf`."""
        carried: dict[str, list[Stored]] = {}
        for row in sorted(self._contents.rows.values(), key=row_place, reverse=True):
            carried.setdefault(row.post.repost_of, []).append(row)
        found: dict[str, list[Stored]] = {}
        for post_id in ids:
            if rows := carried.get(post_id, [])[: min(each, together)]:
                found[post_id] = rows
                together -= len(rows)
        return found

    def by_author(self, source: str, author_id: str, until: int, limit: int) -> list[Stored]:
        """Return stored posts of an account with a version up to `until` (ms), at most `limit`."""
        rows = self._contents.rows.values()
        return [
            row
            for row in rows
            if row.post.source == source and row.post.author.id == author_id and row.post.version <= until
        ][:limit]

    # -- the contract

    def persist(self, writes: Writes, seq: int) -> Persisted:
        """Merge a batch, all under the number `seq`, and return what to match and publish."""
        return persisted_without(lambda some: self._persist(some, seq), writes)

    def _persist(self, writes: Writes, seq: int) -> Persisted:
        made = plan(self, writes, seq, self._now_ms(), retention_ms=self._retention_ms)
        self._apply(made, seq)
        return made.persisted()

    def _apply(self, made: Plan, seq: int) -> None:
        held = self._contents
        for post_id in made.removals:
            self._remove(post_id)
        for post_id, at in made.tombstones.items():
            number = made.numbers.get(post_id, seq)
            held.tombstones[post_id] = (max(number, held.tombstones.get(post_id, (0, 0))[0]), at)
        for row in held.rows.values():
            if row.post.quote_of in made.quoted:
                held.raws.pop(row.post.id, None)
        for author, until in made.authors.items():
            kept = FOR_GOOD if author in made.forgotten else made.now_ms
            self._gone.add(gone_name(*author, self._gone.salts[0]), until, kept)
        places = self._places([put for put in made.puts if put.stored is None])
        for put in made.puts:
            at = put.stored.place if put.stored else places[put.post.id]
            held.rows[put.post.id] = Stored(at, put.post, put.body, put.document, put.touched)
            if put.stored is None:
                moved_in = -1 if put.reach is None else put.reach
                held.reach[put.post.id] = put.document.numbers.get("followers", -1) if put.place < 0 else moved_in
            if put.raw:
                held.raws[put.post.id] = put.raw

    def _places(self, puts: Sequence[Put]) -> dict[str, int]:
        taken = {row.place for row in self._contents.rows.values()}
        milliseconds: dict[int, list[int]] = {}
        for at in taken:
            milliseconds.setdefault(place.floor(at >> place.TIE_BITS), []).append(at)
        ties = place.Ties(lambda low: (min(milliseconds[low]), max(milliseconds[low])) if low in milliseconds else None)
        found = {}
        for put in puts:
            if place.may_keep(put.place) and put.place not in taken:
                at = ties.take(put.place)
            else:
                at = ties.next(put.post.created_at if put.place < 0 else put.place >> place.TIE_BITS)
            taken.add(at)
            found[put.post.id] = at
        return found

    def _remove(self, post_id: str) -> None:
        for table in (self._contents.rows, self._contents.raws, self._contents.reach):
            table.pop(post_id, None)

    @contextmanager
    def reading(self, *, timeout_s: float = 2.0) -> Iterator[Reading]:
        """Open a view of all that was persisted before this call."""
        retained = place.floor(self._now_ms() - self._retention_ms) if self._retention_ms else 0
        yield MemoryReading(self._contents.copy(), retained, time.monotonic() + timeout_s)

    def indexed(self) -> int:
        """Return how many posts are stored."""
        return len(self._contents.rows)

    def prune(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until under a size; return how many."""
        rows = sorted(self._contents.rows.values(), key=row_place)
        size = sum(len(row.body) + len(self._contents.raws.get(row.post.id, b"")) for row in rows)
        removed = 0
        for row in rows:
            old = before_ms is not None and row.place < place.floor(before_ms)
            if not old and (max_bytes is None or size <= max_bytes):
                break
            size -= len(row.body) + len(self._contents.raws.get(row.post.id, b""))
            self._remove(row.post.id)
            removed += 1
        return removed

    def add_coverage(self, row: CoverageRow) -> None:
        """Enter a row; see the contract."""
        others = [old for old in self._coverage if old.source != row.source]
        self._coverage = others + entered([old for old in self._coverage if old.source == row.source], row)

    def coverage(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> list[CoverageRow]:
        """Return rows that overlap a span, oldest first; see the contract."""
        rows = [
            row
            for row in self._coverage
            if (since is None or row.until is None or row.until > since) and (until is None or row.since < until)
        ]
        return newest(rows, limit)

    def moving(self) -> MemoryMoving:
        """Return the way to move all that is stored out and in."""
        return MemoryMoving(self._contents, self._gone, self, lambda made: self._apply(made, 0), self._now_ms)

    def upkeep(self) -> None:
        """Reckon reach again, gather the background of words, forget old tombstones."""
        held = self._contents
        for post_id, row in held.rows.items():
            most: dict[str, int] = {}
            for repost in self.reposts([post_id], len(held.rows), len(held.rows)).get(post_id, []):
                author, followers = repost.post.author.id, repost.post.author.followers
                if followers is not None and author != row.post.author.id:
                    most[author] = max(followers, most.get(author, 0))
            own = row.post.author.followers
            held.reach[post_id] = (own or 0) + sum(most.values()) if most or own is not None else held.reach[post_id]
        new = [row for row in held.rows.values() if row.post.seq > self._gathered_seq]
        for row in new:
            inside = held.rows.get(row.post.repost_of)
            self._pending.add(row.body, inside.body if inside else None)
            self._gathered_seq = max(self._gathered_seq, row.post.seq)
        posts, words = self._pending.take()
        held.background_posts.update(posts)
        held.background.update({(hour, word): count for hour, word, count in words})
        oldest = self._now_ms() - TOMBSTONES_KEPT_MS
        held.tombstones = {key: stone for key, stone in held.tombstones.items() if stone[1] >= oldest}
        self._gone.accounts = {key: stone for key, stone in self._gone.accounts.items() if stone[1] >= oldest}

    def close(self) -> None:
        """Forget everything."""
        self._contents = Contents()
