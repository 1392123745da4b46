"""Reader leases: one reader at a time holds a source, and only the holder enqueues batches of it and moves its cursor.

Storing a batch, opening it, moving the cursor behind it and renewing the lease is one Lua script that checks the lease
first (fencing). So a reader that lost its lease (paused, cut off) enqueues nothing, and no batch is enqueued by half.
Taking a lease brings the cursor and the time of the last reading; each use returns how many batches are open. Upkeep
asks here whether a source is held.
"""

from __future__ import annotations

import secrets
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.broker.redis_time_lua import NOW_MS
from pipeline.errors import LeaseLost
from pipeline.queue.claim_check import Backlog

READER_LEASE_MS = 12_000
"""Milliseconds a reader may be silent before another takes over. With the wait for it, failover stays under 15 s."""

# A lease that nobody holds is taken again only if the cursor is unchanged: then no other reader has read in between.
# KEYS: lease, cursor, read at   ARGV: token, lease ms, the cursor as we know it ("" for none)
_HOLD = (
    NOW_MS
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

# A batch becomes open whether this script stored it or an earlier one did and failed before opening it.
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


class Lease:
    """The hold of one reader on a source. A lease lasts `READER_LEASE_MS` from its last use; no thread renews it.

    `cursor` is where reading resumes. `read_ms` is when the holder before used its lease for the last time, None where
    there was none.
    """

    def __init__(self, source: str, cursor: str | None, read_ms: int | None = None) -> None:
        self.source = source
        self.token = secrets.token_hex(8)
        self.cursor = cursor
        self.read_ms = read_ms


class Leases:
    """Takes, uses and releases leases. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Redis, names: Names, *, lease_ms: int = READER_LEASE_MS) -> None:
        self._redis: Any = redis  # redis-py types answers as text or bytes, sync or async; these are bytes
        self._names = names
        self._lease_ms = lease_ms
        self._claim = redis.register_script(_CLAIM)
        self._renew = redis.register_script(_RENEW)
        self._release = redis.register_script(_RELEASE)

    def acquire(self, source: str) -> Lease | None:
        """Take the lease of a source, with the present cursor; return None if another reader holds it."""
        names = self._names
        with translate_redis_errors():
            lease = Lease(source, None)
            if not self._redis.set(names.reader(source), lease.token, nx=True, px=self._lease_ms):
                return None
            cursor, read_ms = self._redis.mget(names.cursor(source), names.read_at(source))
        lease.cursor = cursor.decode() if isinstance(cursor, bytes) else None
        lease.read_ms = int(read_ms) if read_ms else None
        return lease

    def enqueue_fenced(self, lease: Lease, batch_id: str, data: bytes, cursor: str | None) -> Backlog:
        """Store and open a batch, move the cursor (None: leave it) and renew the lease, in one step.

        Enqueuing the same batch again changes nothing. The caller sends the batch's id to the workers.

        Raises:
            LeaseLost: another reader holds the source, or held it since. Nothing was stored.
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
        """Renew a lease and return the backlog.

        Raises:
            LeaseLost: another reader holds the source, or held it since.
        """
        with translate_redis_errors():
            answer = self._renew(keys=self._source_keys(lease.source), args=self._hold_args(lease))
        if answer is None:
            raise LeaseLost(lease.source)
        return Backlog(int(answer[0]), int(answer[1]))

    def release(self, lease: Lease) -> None:
        """Give a lease back, so that another reader need not wait until it expires."""
        with translate_redis_errors():
            self._release(keys=[self._names.reader(lease.source)], args=[lease.token])

    def is_held(self, source: str) -> bool:
        """Tell whether a reader holds the lease of a source."""
        with translate_redis_errors():
            return bool(self._redis.exists(self._names.reader(source)))

    def last_read_ms(self, source: str) -> int | None:
        """Return when a reader last renewed its lease of a source (ms, Redis's clock), None if none ever did."""
        with translate_redis_errors():
            found = self._redis.get(self._names.read_at(source))
        return int(found) if found else None

    def _source_keys(self, source: str) -> list[str]:
        names = self._names
        return [names.reader(source), names.cursor(source), names.read_at(source), names.open, names.open_bytes]

    def _hold_args(self, lease: Lease) -> list[str | int]:
        return [lease.token, self._lease_ms, lease.cursor or ""]
