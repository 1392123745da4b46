"""Claim check: keeps the bytes of raw batches in Redis until they are committed; Celery's messages carry only the ids.

For workers it hands out a batch, counts attempts, keeps what is known of its poison records, and postpones a batch. For
upkeep it finds batches that are due again, were never sent, or whose message was lost. It also counts the open batches
and computes the high-water mark, the bytes of open batches at which readers stop.

Readers enqueue through `leases.py`; everything that has records without a lease uses `offer`. COMMIT
(`pipeline/publish/publication_order.py`) closes a batch. docs/design/delivery.md describes the protocol.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.broker.redis_time_lua import NOW_MS
from pipeline.queue.poison_records import PoisonProgress

DEFAULT_HIGH_WATER_BYTES = 64 * 1024 * 1024

_decode_progress = msgspec.json.Decoder(PoisonProgress).decode

# KEYS: open, open bytes, batch   ARGV: batch id, bytes, "1" if its message is sent
_OFFER = (
    NOW_MS
    + """
local new = redis.call('SETNX', KEYS[3], ARGV[2]) == 1
redis.call('ZADD', KEYS[1], 'NX', ARGV[3] == '1' and ms or '0', ARGV[1])
if new then redis.call('INCRBY', KEYS[2], #ARGV[2]) end
return 1
"""
)

# KEYS: open, batch, attempts   ARGV: batch id
_TAKE = """
local data = redis.call('GET', KEYS[2])
if not data or not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[3], ARGV[1], ARGV[1] .. '/sift')
  return false
end
local attempts = redis.call('HINCRBY', KEYS[3], ARGV[1], 1)
return {data, attempts, redis.call('HGET', KEYS[3], ARGV[1] .. '/sift') or ''}
"""

# KEYS: open, open bytes   ARGV: older than ms ("" for those never enqueued), at most
_STALE = (
    NOW_MS
    + """
if redis.call('ZCARD', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) return {} end
local limit = ARGV[1] == '' and '1' or string.format('%.0f', tonumber(ms) - tonumber(ARGV[1]))
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. limit, 'LIMIT', 0, tonumber(ARGV[2]))
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], ms, id) end
return ids
"""
)

# KEYS: later   ARGV: batch id, delay in ms
_POSTPONE = (
    NOW_MS
    + """
return redis.call('ZADD', KEYS[1], string.format('%.0f', tonumber(ms) + tonumber(ARGV[2])), ARGV[1])
"""
)

# KEYS: later, open   ARGV: at most
_DUE = (
    NOW_MS
    + """
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ms, 'LIMIT', 0, tonumber(ARGV[1]))
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[2], 'XX', ms, id) end
return ids
"""
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Number and bytes of the open batches."""

    batches: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A raw batch that a worker took.

    `attempts` includes this one. `progress` is what earlier attempts found out about poison records in the batch.
    """

    batch_id: str
    data: bytes
    attempts: int
    progress: PoisonProgress = PoisonProgress()


class ClaimCheck:
    """The raw batches in Redis. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis: Any = redis  # redis-py types answers as text or bytes, sync or async; these are bytes
        self._names = names
        self._offer = redis.register_script(_OFFER)
        self._take = redis.register_script(_TAKE)
        self._stale = redis.register_script(_STALE)
        self._postpone = redis.register_script(_POSTPONE)
        self._due = redis.register_script(_DUE)

    def offer(self, batch_id: str, data: bytes, *, announced: bool = True) -> None:
        """Store and open a batch that belongs to no source's cursor: retried dead letters, posts sent to the API.

        The caller sends its id to the workers; with `announced` False, upkeep does so at its next tick.
        """
        names = self._names
        keys = [names.open, names.open_bytes, names.batch(batch_id)]
        with translate_redis_errors():
            self._offer(keys=keys, args=[batch_id, data, "1" if announced else "0"])

    def is_open(self, batch_id: str) -> bool:
        """Tell whether a batch is not done yet."""
        with translate_redis_errors():
            return self._redis.zscore(self._names.open, batch_id) is not None

    def backlog(self) -> Backlog:
        """Return the number and the bytes of the open batches."""
        names = self._names
        with translate_redis_errors():
            batches, size = self._redis.pipeline(transaction=False).zcard(names.open).get(names.open_bytes).execute()
        return Backlog(int(batches), int(size or 0))

    def high_water_bytes(self, wanted_mb: int) -> int:
        """Return the bytes of open batches at which readers stop: as set, and at most 0.4 of Redis's `maxmemory`.

        `wanted_mb` 0 stands for `DEFAULT_HIGH_WATER_BYTES`.
        """
        with translate_redis_errors():
            memory = self._redis.info("memory")
        limit = int(memory.get("maxmemory") or 0)
        wanted = wanted_mb * 1024 * 1024 or DEFAULT_HIGH_WATER_BYTES
        return min(wanted, int(limit * 0.4)) if limit else wanted

    # -- a worker's side
    def take(self, batch_id: str) -> Claim | None:
        """Return an open batch and count the attempt; return None if the batch is done."""
        names = self._names
        with translate_redis_errors():
            answer = self._take(keys=[names.open, names.batch(batch_id), names.attempts], args=[batch_id])
        if answer is None:
            return None
        data, attempts, known = answer
        return Claim(batch_id, data, int(attempts), _decode_progress(known) if known else PoisonProgress())

    def forgive(self, batch_id: str) -> None:
        """Take an attempt back: the store or the broker failed, not the batch."""
        with translate_redis_errors():
            self._redis.hincrby(self._names.attempts, batch_id, -1)

    def save_progress(self, batch_id: str, progress: PoisonProgress) -> None:
        """Save what the search for poison records knows of a batch, before one of its parts is tried."""
        with translate_redis_errors():
            self._redis.hset(self._names.attempts, f"{batch_id}/sift", msgspec.json.encode(progress))

    def postpone(self, batch_id: str, seconds: float) -> None:
        """Have upkeep enqueue an open batch again after some seconds; until then no message carries its id."""
        with translate_redis_errors():
            self._postpone(keys=[self._names.later], args=[batch_id, int(seconds * 1000)])

    # -- upkeep's side
    def due(self, limit: int = 1_000) -> list[str]:
        """Return postponed batches that are due, and count them as enqueued now. `resumed` confirms each."""
        with translate_redis_errors():
            ids = self._due(keys=[self._names.later, self._names.open], args=[limit])
        return [batch_id.decode() for batch_id in ids]

    def resumed(self, batch_id: str) -> None:
        """Confirm that a postponed batch was enqueued."""
        with translate_redis_errors():
            self._redis.zrem(self._names.later, batch_id)

    def postponed(self) -> int:
        """Return the number of postponed batches."""
        with translate_redis_errors():
            return int(self._redis.zcard(self._names.later))

    def stale(self, older_than_ms: int, limit: int = 1_000) -> list[str]:
        """Return open batches that were enqueued longer ago than this, and count them as enqueued now."""
        return self._enqueued_before(older_than_ms, limit)

    def unannounced(self, limit: int = 1_000) -> list[str]:
        """Return open batches whose ids were never sent, and count them as enqueued now."""
        return self._enqueued_before("", limit)

    def _enqueued_before(self, age_ms: int | str, limit: int) -> list[str]:
        names = self._names
        with translate_redis_errors():
            ids = self._stale(keys=[names.open, names.open_bytes], args=[age_ms, limit])
        return [batch_id.decode() for batch_id in ids]


def new_batch_id(source: str) -> str:
    """Return an id for a batch that is unique for good."""
    return f"{source}-{secrets.token_hex(8)}"
