"""Removes the traces of deleted posts from dead letters and the embedded broker's file, and prunes tombstones in Redis.

Tombstones in Redis serve batches in flight and end after `TOMBSTONE_LIFE_MS` or beyond `TOMBSTONES_MAX`; the store
keeps all.
"""

from __future__ import annotations

import logging
from typing import Any

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import BrokerRefused, translate_redis_errors
from pipeline.clock import now_ms
from pipeline.queue.dead_letters import DeadLetters
from pipeline.upkeep.duty_locks import DutyLocks

log = logging.getLogger(__name__)

TOMBSTONE_LIFE_MS = 7 * 86_400_000
TOMBSTONES_MAX = 50_000
"""Tombstones that Redis keeps, for batches in flight; the store keeps all of them."""
SEARCH_MS = 50_000
"""Dead letters are searched for a deleted post for this long (ms); a rewrite of the broker's file happens within it."""
REWRITE_EVERY_MS = 20_000


class DeletionTraces:
    """Removes traces. `embedded`: Redis is the broker that `murmur run` starts, whose file may be rewritten."""

    def __init__(self, redis: Any, names: Names, dead: DeadLetters, locks: DutyLocks, *, embedded: bool) -> None:
        self._redis = redis
        self._names = names
        self._dead = dead
        self._locks = locks
        self._embedded = embedded

    def purge(self) -> None:
        """Remove old tombstones, and the traces of posts that were deleted within `SEARCH_MS`."""
        gone, now = self._names.gone, now_ms()
        with translate_redis_errors():
            for name in (gone, self._names.rewritten):
                self._redis.zremrangebyscore(name, "-inf", now - TOMBSTONE_LIFE_MS)
                self._redis.zremrangebyrank(name, 0, -TOMBSTONES_MAX - 1)
            recent = self._redis.zrangebyscore(gone, now - SEARCH_MS, "+inf")
        if not recent:
            return
        self._dead.purge([post_id.decode() for post_id in recent])
        if self._embedded and self._locks.take("rewrite", REWRITE_EVERY_MS):
            self._rewrite_file()

    def _rewrite_file(self) -> None:
        try:
            with translate_redis_errors():
                self._redis.bgrewriteaof()
        except BrokerRefused as error:
            log.info("the append-only file is not rewritten now: %s", error)
