"""The claim check: raw batches lie in Redis until they are done, Celery carries their ids (docs/delivery.md).

A batch, its place among the open ones and the cursor behind it are written by one script that checks the lease first:
all or nothing, so only the holder of a lease hands anything over, and nothing is handed over twice or by half.
This module never looks into a batch.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.errors import LeaseLost
from pipeline.queue.poison_records import PoisonProgress

_sift = msgspec.json.Decoder(PoisonProgress).decode

LEASE_MS = 12_000
"""How long a reader may be silent before another takes over; with the wait for it, failover stays under 15 s."""

DEFAULT_HIGH_WATER_BYTES = 64 * 1024 * 1024

_MS = """
local now = redis.call('TIME')
local ms = string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
"""

# A lease nobody holds is ours again only if the cursor is still where we left it: nobody has read in between.
# KEYS: lease, cursor, read at   ARGV: token, lease ms, the cursor as we know it ("" for none)
_HOLD = (
    _MS
    + """
local function held()
  local holder = redis.call('GET', KEYS[1])
  if holder == ARGV[1] then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  else
    if holder or (redis.call('GET', KEYS[2]) or '') ~= ARGV[3] then return false end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  end
  redis.call('SET', KEYS[3], ms)
  return true
end
"""
)

# A batch is entered among the open ones whether it was stored now or by a script that failed in between.
# KEYS: lease, cursor, read at, open, open bytes, batch   ARGV: …, batch id, bytes, new cursor ("" for none)
_CLAIM = (
    _HOLD
    + """
if not held() then return false end
local new = redis.call('SETNX', KEYS[6], ARGV[5]) == 1
redis.call('ZADD', KEYS[4], 'NX', ms, ARGV[4])
if new then redis.call('INCRBY', KEYS[5], #ARGV[5]) end
if ARGV[6] ~= '' then redis.call('SET', KEYS[2], ARGV[6]) end
return {redis.call('ZCARD', KEYS[4]), redis.call('GET', KEYS[5]) or '0'}
"""
)

# KEYS: lease, cursor, read at, open, open bytes
_RENEW = (
    _HOLD
    + """
if not held() then return false end
return {redis.call('ZCARD', KEYS[4]), redis.call('GET', KEYS[5]) or '0'}
"""
)

# KEYS: lease   ARGV: token
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

# KEYS: open, open bytes, batch   ARGV: batch id, bytes, "1" if its message is sent
_OFFER = (
    _MS
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
    _MS
    + """
if redis.call('ZCARD', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) return {} end
local limit = ARGV[1] == '' and '1' or string.format('%.0f', tonumber(ms) - tonumber(ARGV[1]))
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. limit, 'LIMIT', 0, tonumber(ARGV[2]))
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], ms, id) end
return ids
"""
)

# KEYS: later   ARGV: batch id, after so many ms
_POSTPONE = (
    _MS
    + """
return redis.call('ZADD', KEYS[1], string.format('%.0f', tonumber(ms) + tonumber(ARGV[2])), ARGV[1])
"""
)

# KEYS: later, open   ARGV: at most
_DUE = (
    _MS
    + """
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ms, 'LIMIT', 0, tonumber(ARGV[1]))
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[2], 'XX', ms, id) end
return ids
"""
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is open: how many batches, and their bytes."""

    batches: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A raw batch taken by a worker.

    `attempts` counts this one; `sift` is what earlier attempts found out about its records.
    """

    batch_id: str
    data: bytes
    attempts: int
    sift: PoisonProgress = PoisonProgress()


class Lease:
    """One reader's hold on a source. It lasts `LEASE_MS` from its last use; there is no thread behind it.

    `read_ms` is when the holder before it last used its own, None where there was none.
    """

    def __init__(self, source: str, cursor: str | None, read_ms: int | None = None) -> None:
        self.source = source
        self.token = secrets.token_hex(8)
        self.cursor = cursor
        self.read_ms = read_ms


class ClaimCheck:
    """Raw batches between readers and workers. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Redis, names: Names, *, lease_ms: int = LEASE_MS) -> None:
        self._redis: Any = redis  # its types are those of both worlds, answers here are bytes
        self._names = names
        self._lease_ms = lease_ms
        self._claim = redis.register_script(_CLAIM)
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)
        self._offer = redis.register_script(_OFFER)
        self._take = redis.register_script(_TAKE)
        self._stale = redis.register_script(_STALE)
        self._postpone = redis.register_script(_POSTPONE)
        self._due = redis.register_script(_DUE)

    # -- the reader's side
    def acquire(self, source: str) -> Lease | None:
        """Take the lease of a source if nobody holds it, with the cursor as it stands; None if somebody does."""
        names = self._names
        with translate_redis_errors():
            lease = Lease(source, None)
            if not self._redis.set(names.reader(source), lease.token, nx=True, px=self._lease_ms):
                return None
            cursor, read_ms = self._redis.mget(names.cursor(source), names.read_at(source))
        lease.cursor = cursor.decode() if isinstance(cursor, bytes) else None
        lease.read_ms = int(read_ms) if read_ms else None
        return lease

    def hand_over(self, lease: Lease, batch_id: str, data: bytes, cursor: str | None) -> Backlog:
        """Store a batch, open it, move the cursor (None: leave it) and renew the lease, in one step.

        Handing the same batch over again changes nothing.

        Raises:
            LeaseLost: another reader holds the source, or did since. Nothing was stored.
        """
        names = self._names
        keys = [*self._source_keys(lease.source), names.batch(batch_id)]
        with translate_redis_errors():
            answer = self._claim(keys=keys, args=[*self._hold_args(lease), batch_id, data, cursor or ""])
        if answer is None:
            raise LeaseLost(lease.source)
        lease.cursor = cursor or lease.cursor
        return Backlog(int(answer[0]), int(answer[1]))

    def renew(self, lease: Lease) -> Backlog:
        """Renew a lease, and return what is open.

        Raises:
            LeaseLost: another reader holds the source, or did since.
        """
        with translate_redis_errors():
            answer = self._renew(keys=self._source_keys(lease.source), args=self._hold_args(lease))
        if answer is None:
            raise LeaseLost(lease.source)
        return Backlog(int(answer[0]), int(answer[1]))

    def release(self, lease: Lease) -> None:
        """Give a lease back, so that another reader need not wait for its end."""
        with translate_redis_errors():
            self._release(keys=[self._names.reader(lease.source)], args=[lease.token])

    def is_read(self, source: str) -> bool:
        """Tell whether somebody holds the lease of a source."""
        with translate_redis_errors():
            return bool(self._redis.exists(self._names.reader(source)))

    def read_ms(self, source: str) -> int | None:
        """Return when a reader last renewed its lease of a source, None if none ever did."""
        with translate_redis_errors():
            told = self._redis.get(self._names.read_at(source))
        return int(told) if told else None

    def high_water_bytes(self, wanted_mb: int) -> int:
        """Return the bytes of open batches at which readers stop: as set, and under half of Redis's `maxmemory`."""
        with translate_redis_errors():
            memory = self._redis.info("memory")
        limit = int(memory.get("maxmemory") or 0)
        wanted = wanted_mb * 1024 * 1024 or DEFAULT_HIGH_WATER_BYTES
        return min(wanted, int(limit * 0.4)) if limit else wanted

    # -- anybody who has records without holding a lease (retried dead letters, posts sent to the API)
    def offer(self, batch_id: str, data: bytes, *, announced: bool = True) -> None:
        """Store and open a batch that belongs to no source's cursor.

        The caller enqueues it; or, with `announced` False, upkeep does at its next tick.
        """
        names = self._names
        keys = [names.open, names.open_bytes, names.batch(batch_id)]
        with translate_redis_errors():
            self._offer(keys=keys, args=[batch_id, data, "1" if announced else "0"])

    def is_open(self, batch_id: str) -> bool:
        """Tell whether a batch is not done yet."""
        with translate_redis_errors():
            return self._redis.zscore(self._names.open, batch_id) is not None

    # -- the worker's side
    def take(self, batch_id: str) -> Claim | None:
        """Return an open batch, counting the attempt; None if it is done."""
        names = self._names
        with translate_redis_errors():
            answer = self._take(keys=[names.open, names.batch(batch_id), names.attempts], args=[batch_id])
        if answer is None:
            return None
        data, attempts, known = answer
        return Claim(batch_id, data, int(attempts), _sift(known) if known else PoisonProgress())

    def forgive(self, batch_id: str) -> None:
        """Take an attempt back: what failed was the store or the broker, not the batch."""
        with translate_redis_errors():
            self._redis.hincrby(self._names.attempts, batch_id, -1)

    def note(self, batch_id: str, sift: PoisonProgress) -> None:
        """Note what is known of the records of a batch, before one of its parts is tried."""
        with translate_redis_errors():
            self._redis.hset(self._names.attempts, f"{batch_id}/sift", msgspec.json.encode(sift))

    def postpone(self, batch_id: str, seconds: float) -> None:
        """Have upkeep enqueue an open batch again after a time; until then it has no message."""
        with translate_redis_errors():
            self._postpone(keys=[self._names.later], args=[batch_id, int(seconds * 1000)])

    # -- upkeep's side
    def due(self, limit: int = 1_000) -> list[str]:
        """Return postponed batches whose time has come, and count them as enqueued now; see `resumed`."""
        with translate_redis_errors():
            ids = self._due(keys=[self._names.later, self._names.open], args=[limit])
        return [batch_id.decode() for batch_id in ids]

    def resumed(self, batch_id: str) -> None:
        """Note that a postponed batch was enqueued."""
        with translate_redis_errors():
            self._redis.zrem(self._names.later, batch_id)

    def postponed(self) -> int:
        """Return how many batches are postponed."""
        with translate_redis_errors():
            return int(self._redis.zcard(self._names.later))

    def stale(self, older_than_ms: int, limit: int = 1_000) -> list[str]:
        """Return open batches enqueued longer ago than this, and count them as enqueued now."""
        names = self._names
        with translate_redis_errors():
            ids = self._stale(keys=[names.open, names.open_bytes], args=[older_than_ms, limit])
        return [batch_id.decode() for batch_id in ids]

    def unannounced(self, limit: int = 1_000) -> list[str]:
        """Return open batches that nobody has enqueued yet, and count them as enqueued now."""
        names = self._names
        with translate_redis_errors():
            ids = self._stale(keys=[names.open, names.open_bytes], args=["", limit])
        return [batch_id.decode() for batch_id in ids]

    def backlog(self) -> Backlog:
        """Return what is open."""
        names = self._names
        with translate_redis_errors():
            batches, size = self._redis.pipeline(transaction=False).zcard(names.open).get(names.open_bytes).execute()
        return Backlog(int(batches), int(size or 0))

    def _source_keys(self, source: str) -> list[str]:
        names = self._names
        return [names.reader(source), names.cursor(source), names.read_at(source), names.open, names.open_bytes]

    def _hold_args(self, lease: Lease) -> list[str | int]:
        return [lease.token, self._lease_ms, lease.cursor or ""]


def new_batch_id(source: str) -> str:
    """Return an id for a batch, unique for good."""
    return f"{source}-{secrets.token_hex(8)}"
