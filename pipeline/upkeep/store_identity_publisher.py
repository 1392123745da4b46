"""Publishes in Redis which store the workers write, for a minute, so that a web process on another store can tell."""

from __future__ import annotations

from typing import Any

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.store.contract import Store

IDENTITY_TTL_MS = 60_000


def publish_identity(redis: Any, names: Names, store: Store) -> None:
    """Publish which store this process writes, for `IDENTITY_TTL_MS`."""
    with translate_redis_errors():
        redis.set(names.store, store.identity, px=IDENTITY_TTL_MS)
