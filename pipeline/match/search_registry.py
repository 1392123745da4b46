"""The registry of standing searches in Redis: web processes write it, workers read it.

A search is registered under a lease that its web process renews; upkeep removes what nobody renews. Every change moves
`searches:version` (µs of Redis's clock, so that a version never repeats, whatever a broker lost) and stamps the key in
`searches:changed`, so that a worker applies differences only. This module parses no search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors

LEASE_MS = 60_000
"""How long a registration lives without renewal; web processes renew every third of it."""

REMOVALS_KEPT = 10_000
"""So many removals are remembered by key; a worker that is further behind reads the whole registry."""

_CHUNK = 1_000

_CLOCK = """
local now = redis.call('TIME')
local ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
local function moved()
  local at = tonumber(now[1]) * 1000000 + tonumber(now[2])
  local last = tonumber(redis.call('GET', KEYS[3]) or '0')
  if last >= at then at = last + 1 end
  local text = string.format('%.0f', at)
  redis.call('SET', KEYS[3], text)
  return text
end
"""

# KEYS: searches, lease, version, changed   ARGV: lease ms, then key and text of each
_REGISTER = (
    _CLOCK
    + """
for i = 2, #ARGV, 2 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  if known and known ~= ARGV[i + 1] then return redis.error_reply('OTHERTEXT ' .. ARGV[i]) end
end
local fresh, version = {}, nil
local ends = string.format('%.0f', ms + tonumber(ARGV[1]))
for i = 2, #ARGV, 2 do
  local lease = redis.call('ZSCORE', KEYS[2], ARGV[i])
  if not lease or tonumber(lease) < ms then fresh[#fresh + 1] = ARGV[i] end
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then
    version = version or moved()
    redis.call('ZADD', KEYS[4], version, ARGV[i])
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
  redis.call('ZADD', KEYS[2], ends, ARGV[i])
end
return fresh
"""
)

# KEYS: searches, lease, version, changed, floor   ARGV: at most, removals kept
_EXPIRE = (
    _CLOCK
    + """
local limit = '(' .. string.format('%.0f', ms)
local over = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', limit, 'LIMIT', 0, tonumber(ARGV[1]))
if #over > 0 then
  local version = moved()
  for _, key in ipairs(over) do
    redis.call('ZADD', KEYS[4], version, key)
    redis.call('HDEL', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
  end
end
local spare = redis.call('ZCARD', KEYS[4]) - redis.call('HLEN', KEYS[1]) - tonumber(ARGV[2])
if spare > 0 then
  local start = 0
  while spare > 0 do
    local some = redis.call('ZRANGE', KEYS[4], start, start + 999, 'WITHSCORES')
    if #some == 0 then break end
    local kept = 0
    for i = 1, #some, 2 do
      if spare > 0 and redis.call('HEXISTS', KEYS[1], some[i]) == 0 then
        redis.call('SET', KEYS[5], string.format('%.0f', tonumber(some[i + 1])))
        redis.call('ZREM', KEYS[4], some[i])
        spare = spare - 1
      else
        kept = kept + 1
      end
    end
    start = start + kept
  end
end
return #over
"""
)

# KEYS: searches, version, changed, floor   ARGV: since
# Returns version, 1 if this is the whole registry, keys, texts (an absent one: removed)
_CHANGES = """
local version = redis.call('GET', KEYS[2]) or '0'
local since = tonumber(ARGV[1])
if tonumber(version) == since then return {version, 0, {}, {}} end
local keys, whole = nil, 0
local floor = tonumber(redis.call('GET', KEYS[4]) or '0')
if since == 0 or since < floor or since > tonumber(version) then
  whole = 1
  keys = redis.call('HKEYS', KEYS[1])
else
  keys = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[1], '+inf')
end
local texts = {}
for i = 1, #keys, 1000 do
  local some = redis.call('HMGET', KEYS[1], unpack(keys, i, math.min(i + 999, #keys)))
  for j = 1, #some do texts[i + j - 1] = some[j] end
end
return {version, whole, keys, texts}
"""


@dataclass(frozen=True, slots=True)
class RegistryChanges:
    """What changed since a version: `added` key → canonical text, `removed` keys, and the `version` reached.

    `whole` says that `added` is the entire registry: whatever else a worker holds is to be dropped.
    """

    version: int
    added: dict[str, str]
    removed: set[str]
    whole: bool = False


class Registry:
    """Standing searches, key → canonical text. All times are Redis's own clock."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis: Any = redis  # its types are those of both worlds, answers here are bytes
        self._names = names
        self._register = redis.register_script(_REGISTER)
        self._expire = redis.register_script(_EXPIRE)
        self._changes = redis.register_script(_CHANGES)

    def register(self, searches: Mapping[str, str]) -> set[str]:
        """Register or renew searches, all or none.

        Returns the keys that were not registered before this call: new ones and those whose lease had lapsed.

        Raises:
            ValueError: a key is registered with another text (a collision of hashes).
            BrokerUnavailable: Redis did not answer.
        """
        if not searches:
            return set()
        args: list[str | int] = [LEASE_MS]
        for key, text in searches.items():
            args += (key, text)
        with translate_redis_errors("OTHERTEXT"):
            fresh = self._register(keys=self._keys(), args=args)
        return {key.decode() for key in fresh}

    def release(self, keys: Iterable[str]) -> None:
        """Let go of searches nobody here watches: their leases end at their time, other processes may renew them.

        Nothing is to be told to Redis, for a lease is not one process's own; the call marks the intent.
        """

    def expire(self) -> int:
        """Remove searches whose lease is over; return how many. Called by upkeep."""
        names = self._names
        removed = 0
        while True:
            with translate_redis_errors():
                count = int(self._expire(keys=[*self._keys(), names.searches_floor], args=[_CHUNK, REMOVALS_KEPT]))
            removed += count
            if count < _CHUNK:
                return removed

    def version(self) -> int:
        """Return the registry's version, one round trip."""
        with translate_redis_errors():
            return int(self._redis.get(self._names.searches_version) or 0)

    def count(self) -> int:
        """Return how many searches are registered."""
        with translate_redis_errors():
            return int(self._redis.hlen(self._names.searches))

    def changes(self, since: int) -> RegistryChanges:
        """Return what changed after version `since` (0: all that is registered), one round trip."""
        names = self._names
        with translate_redis_errors():
            version, whole, keys, texts = self._changes(
                keys=[names.searches, names.searches_version, names.searches_changed, names.searches_floor],
                args=[since],
            )
        added: dict[str, str] = {}
        removed: set[str] = set()
        for key, text in zip(keys, texts, strict=True):
            if text is None:
                removed.add(key.decode())
            else:
                added[key.decode()] = text.decode()
        return RegistryChanges(int(version), added, removed, bool(whole))

    def _keys(self) -> list[str]:
        names = self._names
        return [names.searches, names.searches_lease, names.searches_version, names.searches_changed]
