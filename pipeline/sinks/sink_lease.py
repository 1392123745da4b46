"""Lease and positions of a sink in Redis: which process delivers to it, and how far each of its searches was delivered.

The lease keeps two processes from delivering to one sink at the same time. It is taken, renewed with each noted
position, and released at the end; noting raises `LeaseLost` if another process has it. A position is a sequence number
(docs/design/delivery.md) and never goes back.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.errors import LeaseLost, MurmurError

log = logging.getLogger(__name__)

SINK_LEASE_MS = 30_000
"""Milliseconds after which a lease ends that was not renewed."""

# Takes or renews the lease; returns 1 if this token holds it now.
# KEYS: lease   ARGV: token, lease ms
_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# Renews the lease and notes a position; returns 1, or 0 if another token holds the lease.
# A position never goes back: another process may have had the lease in between, and moved it further.
# KEYS: lease, positions   ARGV: token, lease ms, key of a search, its position
_MOVE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if tonumber(redis.call('HGET', KEYS[2], ARGV[3]) or '-1') < tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
end
return 1
"""


class SinkPosition:
    """The lease of one sink and the positions of its searches. Every method may raise `MurmurError`."""

    def __init__(self, name: str, redis: Redis, names: Names) -> None:
        self._name = name
        self._redis: Any = redis  # redis-py types answers for sync and async clients; here they are bytes
        self._keys = [names.sink(name), names.sink_places(name)]
        self._token = secrets.token_hex(8)
        self._hold = redis.register_script(_HOLD)
        self._move = redis.register_script(_MOVE)

    def hold(self) -> bool:
        """Take or renew the lease; return whether this process has it."""
        with translate_redis_errors():
            return bool(self._hold(keys=self._keys[:1], args=[self._token, SINK_LEASE_MS]))

    def of(self, search_key: str) -> int | None:
        """Return the position of a search, None for a new one."""
        with translate_redis_errors():
            found = self._redis.hget(self._keys[1], search_key)
        return None if found is None else int(found)

    def note(self, search_key: str, position: int) -> None:
        """Renew the lease and note how far a search was delivered.

        Raises:
            LeaseLost: another process has the sink.
        """
        with translate_redis_errors():
            if not self._move(keys=self._keys, args=[self._token, SINK_LEASE_MS, search_key, position]):
                raise LeaseLost(self._name)

    def release(self) -> None:
        """Give up the lease. Without Redis, the lease ends by itself."""
        try:
            with translate_redis_errors():
                if self._redis.get(self._keys[0]) == self._token.encode():
                    self._redis.delete(self._keys[0])
        except MurmurError:
            log.debug("the lease of sink %s ends by itself", self._name)
