"""Status of a source: kept in Redis under its name while a reader renews it, read by upkeep's tick and `murmur doctor`.

States: starting, live, replaying, paused (queue full), sampling (a budget lets only part of the stream through),
resting (on purpose: a budget is used up, or no search needs the source), reconnecting, down, ended, stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors

STATUS_TTL_MS = 30_000
COLLECTING = frozenset({"live", "replaying", "paused"})
"""States in which nothing is known to be missing (a paused source is read on later)."""
ON_PURPOSE = frozenset({"sampling", "resting"})
"""States in which posts are missing because they are not requested; each has a coverage row of its own."""


class SourceStatus(msgspec.Struct):
    """Status of a source: in `state` since `since` (ms UTC), `lag_s` behind its network; `generated`: made-up posts."""

    name: str
    state: str
    since: int
    lag_s: float | None = None
    detail: str = ""
    generated: bool = False


_decode = msgspec.json.Decoder(SourceStatus).decode


def read_statuses(redis: Any, names: Names, sources: Iterable[str]) -> list[SourceStatus]:
    """Return the last status of each source; a source that has been silent for `STATUS_TTL_MS` is "down"."""
    listed = list(sources)
    with translate_redis_errors():
        found = redis.mget([names.source_state(source) for source in listed]) if listed else []
    return [
        _decode(text) if text else SourceStatus(source, "down", 0, detail="no reader is running")
        for source, text in zip(listed, found, strict=True)
    ]
