"""The order of publication: BEGIN, COMMIT and `safe` of docs/delivery.md, as Lua scripts that run as one step.

Invariant: a message that carries `safe` comes after every publication numbered up to it, and those are in the store.
Numbers are microseconds of Redis's clock, or one more than the last where several fall into one: they never repeat, not
even after a broker that lost its tail. This module knows neither posts nor searches, only ids and bytes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import asking
from pipeline.errors import BatchDone, MurmurError

_SAFE = """
local function safe()
  local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  if first[2] then return string.format('%.0f', tonumber(first[2]) - 1) end
  local last = redis.call('GET', KEYS[1])
  if last then return last end
  -- Nothing was published in this Redis: the first number will be one of its clock.
  local at = redis.call('TIME')
  return string.format('%.0f', tonumber(at[1]) * 1000000 + tonumber(at[2]) - 1)
end
"""

# KEYS: seq, inflight, owner, open   ARGV: batch id, token, how many, 1 if the batch must be open
_BEGIN = (
    _SAFE
    + """
if ARGV[4] == '1' and not redis.call('ZSCORE', KEYS[4], ARGV[1]) then return false end
local now = redis.call('TIME')
local first = tonumber(now[1]) * 1000000 + tonumber(now[2])
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if last >= first then first = last + 1 end
local text = string.format('%.0f', first)
local published = safe()
redis.call('SET', KEYS[1], string.format('%.0f', first + tonumber(ARGV[3]) - 1))
-- A dead attempt's number stays: it may have stored rows under it that nobody has published yet.
local dead = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not dead then redis.call('ZADD', KEYS[2], text, ARGV[1]) end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
return {text, published, string.format('%.0f', tonumber(dead or '0'))}
"""
)

# Lua rolls nothing back, so the batch is removed last, after everything was published. Where a command fails, the batch
# comes again; what was published before the failure is published twice, which merging makes once.
# KEYS: seq, inflight, owner, open, batch, open bytes, attempts, gone, notices, registry version
# ARGV: batch id, token, registry version wanted ("" any), 1 if this ends the batch,
#       how many payloads, messages, tombstones, ids; the payloads; channel and payload's place of each message;
#       the tombstones; the ids
_COMMIT = (
    _SAFE
    + """
local id = ARGV[1]
if redis.call('HGET', KEYS[3], id) ~= ARGV[2] then return 0 end
if ARGV[3] ~= '' and (redis.call('GET', KEYS[10]) or '0') ~= ARGV[3] then return -1 end
-- Read while this batch still counts as in flight: of its several messages, a listener may lose all but the first.
local head = safe() .. '\\n'
-- A write that needs no memory comes first: a Redis at its maxmemory lets the writes of a script through after one.
redis.call('HDEL', KEYS[3], '')
local now = redis.call('TIME')
local ms = string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
local payloads = 8
local messages = payloads + tonumber(ARGV[5])
local buried = messages + 2 * tonumber(ARGV[6])
local ids = buried + tonumber(ARGV[7])
for i = buried + 1, ids do redis.call('ZADD', KEYS[8], ms, ARGV[i]) end
local built = {}
for i = messages + 1, buried, 2 do
  local place = tonumber(ARGV[i + 1])
  built[place] = built[place] or (head .. ARGV[payloads + place])
  redis.call('PUBLISH', ARGV[i], built[place])
end
if redis.call('EXISTS', KEYS[8]) == 1 then
  local dead = {}
  for i = ids + 1, ids + tonumber(ARGV[8]) do
    if redis.call('ZSCORE', KEYS[8], ARGV[i]) then dead[#dead + 1] = ARGV[i] end
  end
  if #dead > 0 then
    redis.call('PUBLISH', KEYS[9], head .. '{"type":"deleted","ids":' .. cjson.encode(dead) .. '}')
  end
end
if ARGV[4] == '1' then
  if redis.call('ZREM', KEYS[4], id) == 1 then
    redis.call('DECRBY', KEYS[6], redis.call('STRLEN', KEYS[5]))
  end
  redis.call('DEL', KEYS[5])
  redis.call('HDEL', KEYS[7], id, id .. '/sift')
  redis.call('ZREM', KEYS[2], id)
  redis.call('HDEL', KEYS[3], id)
end
return 1
"""
)

PART_BYTES = 8 * 1024 * 1024
PART_MESSAGES = 5_000
"""More than so much is published in several steps, each under the same token: no single script holds Redis for long,
and no command grows without bound."""

# KEYS: seq, inflight
_READ = _SAFE + "return safe()"

# KEYS: seq, inflight   ARGV: channel, payload
_ANNOUNCE = _SAFE + "return redis.call('PUBLISH', ARGV[1], safe() .. '\\n' .. ARGV[2])"

# KEYS: inflight, owner, open   ARGV: number below which an attempt has been dead for long
_FORGET = """
local stale = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[1], 'LIMIT', 0, 1000)
local forgotten = 0
for _, id in ipairs(stale) do
  if not redis.call('ZSCORE', KEYS[3], id) then
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
    forgotten = forgotten + 1
  end
end
return forgotten
"""


class RegistryMoved(MurmurError):
    """Raised when standing searches changed since the batch was matched, and what it says depends on all of them."""

    code = "registry_moved"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a batch: its `token` and the first of the numbers reserved for it.

    `safe` is what was published when it began: a row stored under a greater number may not have been told to anybody.
    `dead` is the number of the first attempt at the batch that never committed, 0 if there was none.
    """

    batch_id: str
    token: str
    seq: int
    safe: int = 0
    dead: int = 0


class PublicationOrder:
    """Gives out publication numbers and publishes under them. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis: Any = redis  # its types are those of both worlds, answers here are bytes
        self._names = names
        self._begin = redis.register_script(_BEGIN)
        self._commit = redis.register_script(_COMMIT)
        self._safe = redis.register_script(_READ)
        self._announce = redis.register_script(_ANNOUNCE)
        self._forget = redis.register_script(_FORGET)

    def begin(self, batch_id: str, count: int, *, must_be_open: bool = False) -> Attempt:
        """Reserve `count` numbers for a batch; an earlier attempt at it loses its right to commit.

        Raises:
            BatchDone: `must_be_open` is set and the batch is not among the open ones. Nothing was reserved.
        """
        names = self._names
        token = secrets.token_hex(8)
        with asking():
            answer = self._begin(
                keys=[names.seq, names.inflight, names.owner, names.open],
                args=[batch_id, token, max(1, count), int(must_be_open)],
            )
        if answer is None:
            raise BatchDone(batch_id)
        return Attempt(batch_id, token, *map(int, answer))

    def commit(
        self,
        attempt: Attempt,
        messages: Sequence[tuple[str, bytes]],
        ids: Sequence[str],
        *,
        tombstones: Sequence[str] = (),
        registry: int | None = None,
    ) -> bool:
        """Publish (channel, payload without its `safe` header) pairs and end the batch, or do nothing.

        `ids` are the batch's post ids: those with a tombstone are announced as deleted again. `tombstones` are the ids
        this batch withdraws; they are entered in the same step, before anything is published. `registry` is the version
        the batch was matched against, where a message speaks of every search (`edited`). Returns False when a newer
        attempt owns the batch; then nothing was published.

        Raises:
            RegistryMoved: the registry has another version than `registry`. Nothing was published: match again.
        """
        parts = list(_parts(messages))
        for part in parts[:-1]:
            if not self._step(attempt, part, (), (), registry, ends=False):
                return False
        return self._step(attempt, parts[-1], tombstones, ids, registry, ends=True)

    def _step(
        self,
        attempt: Attempt,
        messages: Sequence[tuple[str, bytes]],
        tombstones: Sequence[str],
        ids: Sequence[str],
        registry: int | None,
        *,
        ends: bool,
    ) -> bool:
        names = self._names
        places: dict[bytes, int] = {}
        addressed: list[str | int] = []
        for channel, payload in messages:
            addressed += (channel, places.setdefault(payload, len(places) + 1))
        args: list[str | bytes | int] = [
            attempt.batch_id,
            attempt.token,
            "" if registry is None else registry,
            int(ends),
        ]
        args += (len(places), len(messages), len(tombstones), len(ids), *places, *addressed, *tombstones, *ids)
        keys = [names.seq, names.inflight, names.owner, names.open, names.batch(attempt.batch_id)]
        keys += [names.open_bytes, names.attempts, names.gone, names.notices, names.searches_version]
        with asking():
            answer = int(self._commit(keys=keys, args=args))
        if answer < 0:
            raise RegistryMoved(attempt.batch_id)
        return answer == 1

    def announce_deletions(self, attempt: Attempt, ids: Sequence[str]) -> bool:
        """Enter tombstones and announce the ids as deleted before the batch ends, which withdraws more than is told at
        once. Returns False when a newer attempt owns the batch; then nothing was published."""
        return self._step(attempt, (), ids, ids, None, ends=False)

    def safe(self) -> int:
        """Return the greatest number n such that every publication ≤ n is published and persisted.

        Where nothing was ever published that is the present of Redis's clock, so that whoever starts here is not sent
        through all that a store brought along from elsewhere.
        """
        with asking():
            return int(self._safe(keys=[self._names.seq, self._names.inflight]))

    def announce(self, payload: bytes) -> int:
        """Publish one notice under `safe`; return how many processes heard it."""
        names = self._names
        with asking():
            return int(self._announce(keys=[names.seq, names.inflight], args=[names.notices, payload]))

    def forget_orphans(self, older_than_s: float) -> int:
        """Let go of numbers reserved long ago for batches that are done since; return how many. Called by upkeep.

        An attempt that died after its batch was committed by another would hold `safe` back for ever.
        """
        names = self._names
        with asking():
            seconds, micros = self._redis.time()
            limit = int(seconds) * 1_000_000 + int(micros) - int(older_than_s * 1_000_000)
            return int(self._forget(keys=[names.inflight, names.owner, names.open], args=[limit]))


def _parts(messages: Sequence[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    """Yield the messages in order, a bounded lot at a time; one empty lot if there are none."""
    part: list[tuple[str, bytes]] = []
    size = 0
    for message in messages:
        if part and (size + len(message[1]) > PART_BYTES or len(part) >= PART_MESSAGES):
            yield part
            part, size = [], 0
        part.append(message)
        size += len(message[1])
    yield part
