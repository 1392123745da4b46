"""Lua scripts that number and publish batches, each one atomic step in Redis (docs/design/delivery.md).

BEGIN reserves sequence numbers for an attempt at a batch and makes it the batch's owner. COMMIT publishes the messages
and deletions of the owner only, not if the registry of searches has another version than required, and removes a
finished batch. The others read the low watermark (`safe`), publish a notice behind it, and release numbers of attempts
whose batch is done. Numbers are formatted with `%.0f`, because Lua would write great ones in exponent form.
"""

from __future__ import annotations

# Function `safe`: the low watermark, as text. Expects KEYS[1] = seq, KEYS[2] = inflight.
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

# BEGIN: reserves sequence numbers for an attempt at a batch and makes it the batch's owner.
# KEYS: seq, inflight, owner, open   ARGV: batch id, token, count of numbers, 1 if the batch must be open
# Returns the first number, `safe`, and the number of an attempt that never committed (0: none); nil if it is not open.
BEGIN = (
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

# COMMIT: publishes an attempt's messages and deletions and, if it ends the batch, removes the batch.
# Lua has no rollback. The batch is therefore removed last, after everything was published. If a command fails, the
# batch is delivered again, and its first messages are published twice. Receivers merge the two by version.
# KEYS: seq, inflight, owner, open, batch, open bytes, attempts, gone, notices, registry version, rewritten
# ARGV: batch id, token, required registry version ("": any), 1 if this ends the batch;
#       counts of payloads, messages, tombstones, ids, deletions and rewritten posts; the payloads; for each message its
#       channel and the index of its payload; the tombstones; the ids; the id and version of each deletion whose id may
#       be used again; the id and version of each rewritten post
# Of a deletion and a post that was written again the greater version wins, whichever commits last.
# Returns 1 if done, 0 if another attempt owns the batch, -1 if the registry has another version.
COMMIT = (
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
local payloads = 10
local messages = payloads + tonumber(ARGV[5])
local buried = messages + 2 * tonumber(ARGV[6])
local ids = buried + tonumber(ARGV[7])
local versions = ids + tonumber(ARGV[8])
local rewritten = versions + 2 * tonumber(ARGV[9])
local function note(name, version)
  local known = tonumber(redis.call('ZSCORE', KEYS[11], name) or '-1')
  if tonumber(version) > known then redis.call('ZADD', KEYS[11], version, name) end
end
local outlived = {}
for i = versions + 1, rewritten, 2 do
  note('deleted ' .. ARGV[i], ARGV[i + 1])
  local known = redis.call('ZSCORE', KEYS[11], 'rewritten ' .. ARGV[i])
  outlived[ARGV[i]] = known and tonumber(known) > tonumber(ARGV[i + 1])
end
for i = buried + 1, ids do
  if not outlived[ARGV[i]] then redis.call('ZADD', KEYS[8], ms, ARGV[i]) end
end
for i = rewritten + 1, rewritten + 2 * tonumber(ARGV[10]), 2 do
  note('rewritten ' .. ARGV[i], ARGV[i + 1])
  local known = redis.call('ZSCORE', KEYS[11], 'deleted ' .. ARGV[i])
  if not known or tonumber(known) < tonumber(ARGV[i + 1]) then redis.call('ZREM', KEYS[8], ARGV[i]) end
end
local built = {}
for i = messages + 1, buried, 2 do
  local place = tonumber(ARGV[i + 1])
  built[place] = built[place] or (head .. ARGV[payloads + place])
  redis.call('PUBLISH', ARGV[i], built[place])
end
if redis.call('EXISTS', KEYS[8]) == 1 then
  local dead, of = {}, {}
  for i = ids + 1, ids + tonumber(ARGV[8]) do
    if redis.call('ZSCORE', KEYS[8], ARGV[i]) then
      dead[#dead + 1] = ARGV[i]
      local version = redis.call('ZSCORE', KEYS[11], 'deleted ' .. ARGV[i])
      if version then of[#of + 1] = cjson.encode(ARGV[i]) .. ':' .. string.format('%.0f', tonumber(version)) end
    end
  end
  if #dead > 0 then
    local more = #of > 0 and ',"versions":{' .. table.concat(of, ',') .. '}' or ''
    redis.call('PUBLISH', KEYS[9], head .. '{"type":"deleted","ids":' .. cjson.encode(dead) .. more .. '}')
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

# KEYS: seq, inflight
READ_SAFE = _SAFE + "return safe()"

# Publishes one payload behind `safe`; returns the count of receivers.
# KEYS: seq, inflight   ARGV: channel, payload
ANNOUNCE = _SAFE + "return redis.call('PUBLISH', ARGV[1], safe() .. '\\n' .. ARGV[2])"

# Releases numbers of attempts whose batch is done; returns their count.
# KEYS: inflight, owner, open   ARGV: number below which an attempt is an orphan
FORGET_ORPHANS = """
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
