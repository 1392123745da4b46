"""Recheck requests: accounts whose stored posts a worker asks upkeep to look up again, kept in Redis until begun.

A worker enters an account when its source lost count of the account's changes. Upkeep reads the oldest requests and
removes each once it noted the account's posts as a span to check.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors

REQUESTS_MAX = 5_000
"""Most accounts of a source that wait for a re-check; beyond that the oldest requests are dropped."""


class RecheckRequests:
    """Requests of all sources. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis: Any = redis  # redis-py types answers for sync and async clients; here they are bytes
        self._names = names

    def add(self, accounts: Sequence[tuple[str, str, int]]) -> None:
        """Enter accounts as (source, id, time in ms up to which posts are meant). The latest time of each counts."""
        with translate_redis_errors():
            for source, author, at in accounts:
                self._redis.zadd(self._names.recheck_authors(source), {author: at}, gt=True)
            for source in {source for source, _, _ in accounts}:
                key = self._names.recheck_authors(source)
                self._redis.zremrangebyrank(key, 0, -REQUESTS_MAX - 1)

    def waiting(self, source: str, before_ms: int, count: int) -> dict[str, int]:
        """Return at most `count` accounts with the time of their request (ms), up to a time, oldest first."""
        with translate_redis_errors():
            found = self._redis.zrangebyscore(
                self._names.recheck_authors(source), "-inf", before_ms, start=0, num=count, withscores=True
            )
        return {author.decode(): int(at) for author, at in found}

    def remove(self, source: str, begun: dict[str, int]) -> None:
        """Remove requests that were begun, unless an account was requested again meanwhile."""
        key = self._names.recheck_authors(source)
        with translate_redis_errors():
            for author, at in begun.items():
                score = self._redis.zscore(key, author)
                if score is not None and int(score) <= at:
                    self._redis.zrem(key, author)
