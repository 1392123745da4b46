"""Lua scripts of the search registry: register, expire and list changes, each in one step on Redis's own clock.

REGISTER adds searches or renews their leases, and refuses a known key with another text. EXPIRE removes searches whose
lease is over, and forgets the oldest removals beyond a limit. CHANGES returns the differences since a version, or the
whole registry where they are no longer known.
"""

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

# KEYS: searches, lease, version, changed   ARGV: lease in ms, then key and text of each search
REGISTER = (
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

# KEYS: searches, lease, version, changed, floor   ARGV: searches at most, removals kept
EXPIRE = (
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
# Returns version, 1 if this is the whole registry, keys, texts (nil: the search was removed)
CHANGES = """
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
