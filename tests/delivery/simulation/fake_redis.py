"""Fakes in memory of what the product keeps in Redis: claim check, order of publication, registry of searches.

Each fake can break one rule of the protocol, so that the tests show that they notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BatchDone
from pipeline.match.search_registry import RegistryChanges
from pipeline.publish.publication_order import NOTHING, Attempt, RegistryMoved
from pipeline.queue.claim_check import Claim
from pipeline.queue.poison_records import PoisonProgress

_REGISTRY_UNCHECKED = ("edited for searches that came since", "registry read before persisting")


@dataclass(slots=True)
class FakeRedis:
    """The contents of Redis, and the messages that were published."""

    names: Names
    broken: str = ""
    seq: int = 0
    inflight: dict[str, int] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    open: dict[str, bytes] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    progress: dict[str, PoisonProgress] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    deleted: dict[str, int] = field(default_factory=dict)
    rewritten: dict[str, int] = field(default_factory=dict)
    searches: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, int] = field(default_factory=dict)
    lapsed: set[str] = field(default_factory=set)
    version: int = 0
    published: list[tuple[str, int, bytes]] = field(default_factory=list)
    fails_after: int | None = None
    """Number of messages after which the next COMMIT fails."""

    def safe(self, without: str = "") -> int:
        numbers = [number for batch_id, number in self.inflight.items() if batch_id != without]
        return min(numbers) - 1 if numbers else self.seq


class FakeClaimCheck:
    """Fake of `pipeline.queue.claim_check.ClaimCheck`, as a worker uses it."""

    def __init__(self, redis: FakeRedis) -> None:
        self._redis = redis

    def offer(self, batch_id: str, data: bytes) -> None:
        self._redis.open[batch_id] = data

    def take(self, batch_id: str) -> Claim | None:
        data = self._redis.open.get(batch_id)
        if data is None:
            return None
        self._redis.attempts[batch_id] = self._redis.attempts.get(batch_id, 0) + 1
        return Claim(
            batch_id, data, self._redis.attempts[batch_id], self._redis.progress.get(batch_id, PoisonProgress())
        )

    def is_open(self, batch_id: str) -> bool:
        return batch_id in self._redis.open

    def save_progress(self, batch_id: str, progress: PoisonProgress) -> None:
        self._redis.progress[batch_id] = progress


class FakeOrder:
    """Fake of `pipeline.publish.publication_order.PublicationOrder`."""

    def __init__(self, redis: FakeRedis) -> None:
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
        if redis.broken == "deletions of a dead attempt not announced":
            dead = 0
        redis.inflight.setdefault(batch_id, first)
        redis.owner[batch_id] = str(self._tokens)
        trusted = 2**62 if redis.broken == "compared with an unpublished version" else safe
        return Attempt(batch_id, str(self._tokens), first, trusted, dead)

    def commit(
        self,
        attempt: Attempt,
        messages: Sequence[tuple[str, bytes]],
        ids: Sequence[str],
        *,
        tombstones: Sequence[str] = (),
        deletions: Mapping[str, int] = NOTHING,
        rewritten: Mapping[str, int] = NOTHING,
        registry: int | None = None,
    ) -> bool:
        redis = self._redis
        if redis.owner.get(attempt.batch_id) != attempt.token and redis.broken != "no owner token":
            return False
        if registry not in (None, redis.version) and redis.broken not in _REGISTRY_UNCHECKED:
            raise RegistryMoved(attempt.batch_id)
        safe = redis.safe()  # without this batch: a watcher may lose all messages but the first
        header = {
            "the highest number": redis.seq,
            "the batch's own number": attempt.seq,
            "messages of a commit that cover each other": redis.safe(without=attempt.batch_id),
        }.get(redis.broken, safe)
        if redis.broken == "a commit that removes its batch first":
            self._end(attempt.batch_id)
        self._bury(tombstones, deletions, rewritten)
        fails_after, redis.fails_after = redis.fails_after, None
        redis.published += [(channel, header, payload) for channel, payload in messages[:fails_after]]
        if fails_after is not None:
            raise BrokerRefused("NOPERM")
        dead = [post_id for post_id in ids if post_id in redis.gone]
        if redis.broken == "tombstones not announced again":
            dead = [post_id for post_id in dead if post_id in tombstones]
        if dead:
            versions = {one: redis.deleted[one] for one in dead if one in redis.deleted}
            notice = msgspec.json.encode({"type": "deleted", "ids": dead, "versions": versions})
            redis.published.append((redis.names.notices, header, notice))
        self._end(attempt.batch_id)
        return True

    def _bury(self, tombstones: Sequence[str], deletions: Mapping[str, int], rewritten: Mapping[str, int]) -> None:
        redis = self._redis
        for post_id, version in deletions.items():
            redis.deleted[post_id] = max(version, redis.deleted.get(post_id, version))
        outlived = {one for one, version in deletions.items() if redis.rewritten.get(one, -1) > version}
        redis.gone.update(one for one in tombstones if one not in outlived)
        for post_id, version in rewritten.items():
            redis.rewritten[post_id] = max(version, redis.rewritten.get(post_id, version))
            late = redis.deleted.get(post_id, -1) >= version
            if not late and redis.broken != "tombstones of posts that were written again":
                redis.gone.discard(post_id)

    def _end(self, batch_id: str) -> None:
        redis = self._redis
        for lying in (redis.inflight, redis.owner, redis.open, redis.progress):
            lying.pop(batch_id, None)

    def safe(self) -> int:
        return self._redis.safe()

    def forget_orphans(self, older_than_s: float) -> int:
        redis = self._redis
        orphans = redis.inflight.keys() - redis.open.keys()
        for batch_id in orphans:
            del redis.inflight[batch_id]
        return len(orphans)


class FakeRegistry:
    """Fake of `pipeline.match.search_registry.Registry`."""

    def __init__(self, redis: FakeRedis) -> None:
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


class NoOp:
    """Stands for counters and dead letters, which these worlds do not check."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: 0
