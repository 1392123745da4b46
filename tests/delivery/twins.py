"""Twins in memory of what lies in Redis and in the store: the same answers, no server, fast enough for random runs.

The stories under test (`Ingest.attempt`, `MatcherReplica`, folding, gone) are the real ones. Each twin can break one
rule of the protocol, so that the tests can show they would notice.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BatchDone, StoreError
from pipeline.match.match_report import MatchReport
from pipeline.match.search_registry import RegistryChanges
from pipeline.post import Author, AuthorDeletion, Deletion, Event, Post, Upsert
from pipeline.publish.order import Attempt, RegistryMoved
from pipeline.query.document import Document
from pipeline.query.tree import Everything, Query
from pipeline.queue.batch import RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import Claim
from pipeline.queue.sifting import Sift
from pipeline.store.contract import NEWEST, Changes, Entry, Page, Persisted, Writes
from pipeline.store.sequence_steps import bounded_step_end

KEYS = ("k0", "k1")
VERSION_STEP = 10_000
ACCOUNT = "account"
OF_THE_ACCOUNT = ("demo:3", "demo:4")
"""Posts of an account that may be withdrawn whole."""


def matching(key: str, post_id: str, version: int) -> bool:
    """The rule of these worlds: which version of which post is in which search."""
    return zlib.crc32(f"{key}/{post_id}/{version}".encode()) % 3 != 0


_SPEAKING_ANYWAY = ("edited told of searches that came since", "registry read before persisting")


@dataclass(slots=True)
class Redis:
    """What lies in Redis, and who listens."""

    names: Names
    broken: str = ""
    seq: int = 0
    inflight: dict[str, int] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    open: dict[str, bytes] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    sifts: dict[str, Sift] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    searches: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, int] = field(default_factory=dict)
    lapsed: set[str] = field(default_factory=set)
    version: int = 0
    heard: list[tuple[str, int, bytes]] = field(default_factory=list)
    fails_after: int | None = None
    """The next COMMIT fails after so many messages."""

    def safe(self, without: str = "") -> int:
        numbers = [number for batch_id, number in self.inflight.items() if batch_id != without]
        return min(numbers) - 1 if numbers else self.seq


class ClaimsTwin:
    """`pipeline.queue.claim_check.Claims`, the worker's side."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def offer(self, batch_id: str, data: bytes) -> None:
        self._redis.open[batch_id] = data

    def take(self, batch_id: str) -> Claim | None:
        data = self._redis.open.get(batch_id)
        if data is None:
            return None
        self._redis.attempts[batch_id] = self._redis.attempts.get(batch_id, 0) + 1
        return Claim(batch_id, data, self._redis.attempts[batch_id], self._redis.sifts.get(batch_id, Sift()))

    def is_open(self, batch_id: str) -> bool:
        return batch_id in self._redis.open

    def note(self, batch_id: str, sift: Sift) -> None:
        self._redis.sifts[batch_id] = sift


class OrderTwin:
    """`pipeline.publish.order.Order`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._tokens = 0

    def begin(self, batch_id: str, count: int, *, must_be_open: bool = False) -> Attempt:
        redis = self._redis
        if must_be_open and batch_id not in redis.open:
            raise BatchDone(batch_id)
        self._tokens += 1
        first = redis.seq + 1
        safe = redis.safe()
        redis.seq += max(1, count)
        dead = redis.inflight.get(batch_id, 0)
        if redis.broken == "what a dead attempt withdrew is told by nobody":
            dead = 0
        redis.inflight.setdefault(batch_id, first)
        redis.owner[batch_id] = str(self._tokens)
        trusted = 2**62 if redis.broken == "compared with what nobody was told" else safe
        return Attempt(batch_id, str(self._tokens), first, trusted, dead)

    def commit(
        self,
        attempt: Attempt,
        messages: Sequence[tuple[str, bytes]],
        ids: Sequence[str],
        *,
        tombstones: Sequence[str] = (),
        registry: int | None = None,
    ) -> bool:
        redis = self._redis
        if redis.owner.get(attempt.batch_id) != attempt.token and redis.broken != "no owner token":
            return False
        if registry not in (None, redis.version) and redis.broken not in _SPEAKING_ANYWAY:
            raise RegistryMoved(attempt.batch_id)
        safe = redis.safe()  # before its own numbers count as published: a listener may lose all but the first message
        header = {
            "the highest number": redis.seq,
            "the batch's own number": attempt.seq,
            "messages of a commit that cover each other": redis.safe(without=attempt.batch_id),
        }.get(redis.broken, safe)
        if redis.broken == "a commit that removes its batch first":
            self._end(attempt.batch_id)
        redis.gone.update(tombstones)
        fails_after, redis.fails_after = redis.fails_after, None
        redis.heard += [(channel, header, payload) for channel, payload in messages[:fails_after]]
        if fails_after is not None:
            raise BrokerRefused("NOPERM")
        dead = [post_id for post_id in ids if post_id in redis.gone]
        if redis.broken == "tombstones not announced again":
            dead = [post_id for post_id in dead if post_id in tombstones]
        if dead:
            told = msgspec.json.encode({"type": "deleted", "ids": dead})
            redis.heard.append((redis.names.notices, header, told))
        self._end(attempt.batch_id)
        return True

    def _end(self, batch_id: str) -> None:
        redis = self._redis
        for lying in (redis.inflight, redis.owner, redis.open, redis.sifts):
            lying.pop(batch_id, None)

    def safe(self) -> int:
        return self._redis.safe()

    def forget_orphans(self, older_than_s: float) -> int:
        redis = self._redis
        orphans = redis.inflight.keys() - redis.open.keys()
        for batch_id in orphans:
            del redis.inflight[batch_id]
        return len(orphans)


class RegistryTwin:
    """`pipeline.match.search_registry.Registry`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def register(self, searches: Mapping[str, str]) -> set[str]:
        redis = self._redis
        fresh = {key for key in searches if key not in redis.searches or key in redis.lapsed}
        for key in searches:
            if key not in redis.searches:
                redis.version += 1
                redis.stamps[key] = redis.version
            redis.lapsed.discard(key)
        redis.searches.update(searches)
        return fresh

    def expire(self) -> int:
        redis = self._redis
        over = [key for key in redis.lapsed if key in redis.searches]
        for key in over:
            redis.version += 1
            redis.stamps[key] = redis.version
            del redis.searches[key]
        redis.lapsed.clear()
        return len(over)

    def changes(self, since: int) -> RegistryChanges:
        redis = self._redis
        changed = [key for key, stamp in redis.stamps.items() if stamp > since]
        added = {key: redis.searches[key] for key in changed if key in redis.searches}
        return RegistryChanges(redis.version, added, set(changed) - added.keys())


class MatcherTwin:
    """`pipeline.match.memory.matcher.MemoryMatcher` by `matching`; a document's version is its `created_at`."""

    def __init__(self) -> None:
        self.keys: dict[str, None] = {}

    def add(self, key: str, query: Query) -> None:
        self.keys[key] = None

    def remove(self, key: str) -> None:
        self.keys.pop(key, None)

    def settle(self, version: int, *, whole: bool = False) -> None:
        pass

    def match(self, documents: Sequence[Document]) -> MatchReport:
        return MatchReport(len(documents), self._where(documents, True))

    def lost(self, changes: Sequence[tuple[Document, Document]]) -> dict[str, tuple[int, ...]]:
        before, after = self._where([one for one, _ in changes], True), self._where([one for _, one in changes], True)
        lost = {key: tuple(i for i in before.get(key, ()) if i not in after.get(key, ())) for key in self.keys}
        return {key: indexes for key, indexes in lost.items() if indexes}

    def lost_by_counts(self, documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
        return self._where(documents, False)

    def _where(self, documents: Sequence[Document], wanted: bool) -> dict[str, tuple[int, ...]]:
        found = {
            key: tuple(i for i, one in enumerate(documents) if matching(key, one.id, one.created_at) is wanted)
            for key in self.keys
        }
        return {key: indexes for key, indexes in found.items() if indexes}


@dataclass(slots=True)
class Row:
    version: int
    seq: int
    changed: int


class StoreTwin:
    """A store that merges by version and is seen late: a reading sees what was there at the last refresh."""

    identity = "twin"

    def __init__(self, broken: str = "") -> None:
        self.rows: dict[str, Row] = {}
        self.tombstones: dict[str, int] = {}
        self.withdrawn_account = False
        self.refusing = False
        self._broken = broken
        self._visible: dict[str, Row] = {}
        self._visible_tombstones: dict[str, int] = {}

    def persist(self, writes: Writes, seq: int) -> Persisted:
        deleted, tombstoned = [], []
        refused = self._refused(writes)
        entries = self._published_anyway(writes, refused)
        asked = [deletion.id for deletion in writes.deletions]
        if writes.author_deletions:
            self.withdrawn_account = True
            asked += [post_id for post_id in OF_THE_ACCOUNT if post_id in self.rows]
        asked += [one.post.id for one in writes.upserts if self.withdrawn_account and one.post.id in OF_THE_ACCOUNT]
        for post_id in asked:
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
                before, before_seq = _document(post.id, row.version), row.seq
                row = Row(post.version, max(row.seq, seq), max(row.changed, 1 + post.version // VERSION_STEP % 2))
            else:
                row = Row(row.version, max(row.seq, seq), row.changed)
            self.rows[post.id] = row
            stored = msgspec.structs.replace(post, seq=row.seq, changed=row.changed)
            entries.append(
                Entry(stored, None, _document(post.id, row.version), _body(post.id, row.version), before, before_seq)
            )
        return Persisted(entries, deleted, tombstoned, refused=refused)

    def _refused(self, writes: Writes) -> dict[str, str]:
        """Return the posts of a batch that this store refuses, if it does."""
        posts = [upsert.post for upsert in writes.upserts] if self.refusing else []
        refused = {one.id: "no" for one in posts if zlib.crc32(f"{one.id}/{one.version}".encode()) % 5 == 0}
        if refused and self._broken == "a refused post that fails its batch":
            raise StoreError(f"cannot store {refused}")
        return refused

    def _published_anyway(self, writes: Writes, refused: Mapping[str, str]) -> list[Entry]:
        posts = [one.post for one in writes.upserts if one.post.id in refused]
        return [
            Entry(one, None, _document(one.id, one.version), _body(one.id, one.version))
            for one in posts
            if self._broken == "a refused post published"
        ]

    def refuse(self) -> None:
        """Refuse some versions of some posts from now on."""
        self.refusing = True

    @contextmanager
    def reading(self, *, timeout_s: float = 2.0) -> Iterator[ReadingTwin]:
        if self._broken != "a store not refreshed":
            self.refresh()
        yield ReadingTwin(self._visible, self._visible_tombstones)

    def refresh(self) -> None:
        """Let readings see what was persisted."""
        self._visible, self._visible_tombstones = dict(self.rows), dict(self.tombstones)


class ReadingTwin:
    """One view of it. A query of these worlds is its key."""

    def __init__(self, rows: Mapping[str, Row], tombstones: Mapping[str, int]) -> None:
        self._rows = rows
        self._tombstones = tombstones

    def search(self, query: Query, *, limit: int) -> Page:
        return Page(
            [_body(i, row.version) for i, row in self._rows.items() if matching(query.key, i, row.version)], None
        )

    def changes(self, query: Query, *, after: int, removed_after: int, limit: int, until: int = NEWEST) -> Changes:
        bodies, gone, changed = [], [], 0
        for post_id, row in self._rows.items():
            matches = matching(query.key, post_id, row.version)
            if matches and after < row.seq <= until:
                bodies.append(_body(post_id, row.version))
            if row.changed and removed_after < row.seq <= until:
                changed += 1
                if not matches:
                    gone.append((post_id, row.version))
        tombstones = self.deleted_ids(removed_after, limit=limit + 1, until=until)
        if max(len(bodies), changed, len(tombstones)) > limit:
            return Changes(overflow=True)
        return Changes(bodies, gone, tombstones)

    def step_end(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        kinds = [row.seq for row in self._rows.values() if row.changed or not changed], self._tombstones.values()
        numbers = (sorted(seq for seq in kind if seq > after) for kind in kinds)
        return bounded_step_end((kind[0], kind[limit]) if len(kind) > limit else None for kind in numbers)

    def deleted_ids(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        stones = sorted((seq, post_id) for post_id, seq in self._tombstones.items() if after < seq <= until)
        return [post_id for _, post_id in stones][:limit]


class Nothing:
    """Stands for counters and dead letters where nobody looks at them."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: 0


def normalise_twin(raw: bytes, source: str, received_at: int, instance: str) -> list[Event]:
    """Records of these worlds: `id version`, or `id delete`, or `account delete`."""
    post_id, _, what = raw.decode().partition(" ")
    if post_id == ACCOUNT:
        return [AuthorDeletion("demo", "2", received_at)]
    if what == "delete":
        return [Deletion(post_id, received_at)]
    return [Upsert(Post(id=post_id, version=int(what), source="demo", created_at=1, received_at=1, author=_NOBODY))]


def parse_twin(text: str) -> Query:
    """A search of these worlds is its key."""
    return Query(text, Everything(), text, text, ())


def record_twin(post_id: str, version: int | None) -> bytes:
    """Return the record of a version of a post, None for its deletion; the id may be that of the account."""
    return f"{post_id} {'delete' if version is None else version}".encode()


def batch_of(records: Sequence[bytes]) -> bytes:
    """Return a raw batch."""
    return encode_batch(RawBatch("demo", [RawRecord(1_700_000_000_000, record) for record in records]))


_NOBODY = Author("1", "nobody")


def _document(post_id: str, version: int) -> Document:
    return Document(post_id, version, [], [], [], [], set(), {})


def _body(post_id: str, version: int) -> bytes:
    return b'{"id":"%b","version":%d}' % (post_id.encode(), version)
