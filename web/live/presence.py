"""Presence: the number of connected users over all web processes; each reports its own, Redis adds the fresh ones."""

from __future__ import annotations

import os
import secrets

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors

PRESENCE_KEPT_MS = 10_000
"""Milliseconds after which the number of a process that stopped reporting no longer counts."""

# KEYS: counts, seen   ARGV: process, count ("" = it ends), ms
_REPORT = """
local now = redis.call('TIME')
local ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('ZADD', KEYS[2], string.format('%.0f', ms), ARGV[1])
end
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', ms - tonumber(ARGV[3])), 'LIMIT', 0, 100)
for _, process in ipairs(old) do
  redis.call('HDEL', KEYS[1], process)
  redis.call('ZREM', KEYS[2], process)
end
local sum = 0
for _, count in ipairs(redis.call('HVALS', KEYS[1])) do sum = sum + tonumber(count) end
return sum
"""


class Presence:
    """The number of connected users; `connected` is the last known sum."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._names = names
        self._report = redis.register_script(_REPORT)
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.connected = 0

    def report(self, count: int) -> int:
        """Report the number of this process and return the sum of all.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        self.connected = self._call(str(count))
        return self.connected

    def leave(self) -> None:
        """Take this process's number out.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        self._call("")

    def _call(self, count: str) -> int:
        with translate_redis_errors():
            keys = [self._names.watchers, self._names.watchers_seen]
            return int(self._report(keys=keys, args=[self._process, count, PRESENCE_KEPT_MS]))
