"""Fake of a store and of its readings: merges by version, and shows what was there at its last refresh."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from pipeline.errors import StoreError
from pipeline.query.tree import Query
from pipeline.store.contract import NEWEST, Changes, Entry, Page, Persisted, Writes
from pipeline.store.sequence_steps import bounded_step_end
from tests.delivery.simulation.post_rules import ACCOUNT_POSTS, VERSION_STEP, body_of, document_of, matching


@dataclass(slots=True)
class Row:
    version: int
    seq: int
    changed: int


class FakeStore:
    """A store that merges by version. A reading sees the state of the last refresh."""

    identity = "fake"

    def __init__(self, broken: str = "") -> None:
        self.rows: dict[str, Row] = {}
        self.tombstones: dict[str, int] = {}
        self.account_deleted = False
        self.refusing = False
        self._broken = broken
        self._visible: dict[str, Row] = {}
        self._visible_tombstones: dict[str, int] = {}

    def persist(self, writes: Writes, seq: int) -> Persisted:
        deleted, tombstoned = [], []
        refused = self._refused(writes)
        entries = self._published_anyway(writes, refused)
        doomed = [deletion.id for deletion in writes.deletions]
        if writes.author_deletions:
            self.account_deleted = True
            doomed += [post_id for post_id in ACCOUNT_POSTS if post_id in self.rows]
        doomed += [one.post.id for one in writes.upserts if self.account_deleted and one.post.id in ACCOUNT_POSTS]
        for post_id in doomed:
            if self.rows.pop(post_id, None) is not None or post_id in self.tombstones:
                deleted.append(post_id)
            self.tombstones[post_id] = max(seq, self.tombstones.get(post_id, 0))
        for upsert in writes.upserts:
            post = upsert.post
            if post.id in self.tombstones:
                tombstoned.append(post.id)
                continue
            row = self.rows.get(post.id)
            if post.id in refused or (row is not None and post.version < row.version):
                continue
            before, before_seq = None, 0
            if row is None:
                row = Row(post.version, seq, 0)
            elif post.version > row.version:
                before, before_seq = document_of(post.id, row.version), row.seq
                row = Row(post.version, max(row.seq, seq), max(row.changed, 1 + post.version // VERSION_STEP % 2))
            else:
                row = Row(row.version, max(row.seq, seq), row.changed)
            self.rows[post.id] = row
            stored = msgspec.structs.replace(post, seq=row.seq, changed=row.changed)
            entries.append(
                Entry(
                    stored, None, document_of(post.id, row.version), body_of(post.id, row.version), before, before_seq
                )
            )
        return Persisted(entries, deleted, tombstoned, refused=refused)

    def _refused(self, writes: Writes) -> dict[str, str]:
        """Return the posts that this store refuses (id → why)."""
        posts = [upsert.post for upsert in writes.upserts] if self.refusing else []
        refused = {one.id: "no" for one in posts if zlib.crc32(f"{one.id}/{one.version}".encode()) % 5 == 0}
        if refused and self._broken == "a refused post that fails its batch":
            raise StoreError(f"cannot store {refused}")
        return refused

    def _published_anyway(self, writes: Writes, refused: Mapping[str, str]) -> list[Entry]:
        posts = [one.post for one in writes.upserts if one.post.id in refused]
        return [
            Entry(one, None, document_of(one.id, one.version), body_of(one.id, one.version))
            for one in posts
            if self._broken == "a refused post published"
        ]

    def refuse(self) -> None:
        """Refuse some versions of some posts from now on."""
        self.refusing = True

    @contextmanager
    def reading(self, *, timeout_s: float = 2.0) -> Iterator[FakeReading]:
        if self._broken != "a store not refreshed":
            self.refresh()
        yield FakeReading(self._visible, self._visible_tombstones)

    def refresh(self) -> None:
        """Make persisted rows visible to readings."""
        self._visible, self._visible_tombstones = dict(self.rows), dict(self.tombstones)


class FakeReading:
    """A view of the fake store."""

    def __init__(self, rows: Mapping[str, Row], tombstones: Mapping[str, int]) -> None:
        self._rows = rows
        self._tombstones = tombstones

    def search(self, query: Query, *, limit: int) -> Page:
        return Page(
            [body_of(i, row.version) for i, row in self._rows.items() if matching(query.key, i, row.version)], None
        )

    def changes(self, query: Query, *, after: int, removed_after: int, limit: int, until: int = NEWEST) -> Changes:
        bodies, retracted, changed = [], [], 0
        for post_id, row in self._rows.items():
            matches = matching(query.key, post_id, row.version)
            if matches and after < row.seq <= until:
                bodies.append(body_of(post_id, row.version))
            if row.changed and removed_after < row.seq <= until:
                changed += 1
                if not matches:
                    retracted.append((post_id, row.version))
        tombstones = self.deleted_ids(removed_after, limit=limit + 1, until=until)
        if max(len(bodies), changed, len(tombstones)) > limit:
            return Changes(overflow=True)
        return Changes(bodies, retracted, tombstones)

    def step_end(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        kinds = [row.seq for row in self._rows.values() if row.changed or not changed], self._tombstones.values()
        numbers = (sorted(seq for seq in kind if seq > after) for kind in kinds)
        return bounded_step_end((kind[0], kind[limit]) if len(kind) > limit else None for kind in numbers)

    def withdrawn(self, after: int, *, limit: int, until: int = NEWEST) -> list[tuple[str, int]]:
        return []

    def deleted_ids(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        stones = sorted((seq, post_id) for post_id, seq in self._tombstones.items() if after < seq <= until)
        return [post_id for _, post_id in stones][:limit]
