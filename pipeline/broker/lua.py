"""Lua prelude that scripts for Redis share: reads the time of Redis's clock."""

from __future__ import annotations

NOW_MS = """
local now = redis.call('TIME')
local ms = string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000))
"""
"""Sets `ms`, the time by Redis's clock in ms, as text without an exponent."""
