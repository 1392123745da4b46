"""An outage of the store, as those who meet it say so: kept in Redis while they do, told on with every tick.

A process of the web may read where workers cannot write (a disk that is full): only what they say tells of that.
"""

from __future__ import annotations

import time
from contextlib import suppress

import msgspec
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.errors import BrokerUnavailable

TTL_MS = 20_000
"""Whoever waits for the store asks it more often than that, so a silent key means that nobody waits."""
_WHY_CHARS = 300


class Outage(msgspec.Struct, frozen=True):
    """The store is away since then (ms), and why, in one line."""

    since: int
    why: str


_decode = msgspec.json.Decoder(Outage).decode


def current_outage(redis: Redis, names: Names) -> Outage | None:
    """Return the outage there is.

    Raises:
        BrokerUnavailable: Redis did not answer.
    """
    with translate_redis_errors():
        told = redis.get(names.outage)
    with suppress(msgspec.MsgspecError):
        return _decode(told) if isinstance(told, bytes) else None
    return None


class OutageReporter:
    """Tells of an outage for one process, and of its end if it told of it. Never raises: work is more urgent."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis = redis
        self._names = names
        self._told = False

    def report(self, why: str | None) -> None:
        """Say that the store is away, or (None) that it answers."""
        if why is None and not self._told:
            return
        with suppress(BrokerUnavailable):
            if why is None:
                with translate_redis_errors():
                    self._redis.delete(self._names.outage)
            else:
                known = current_outage(self._redis, self._names)
                since = known.since if known else int(time.time() * 1000)
                with translate_redis_errors():
                    text = msgspec.json.encode(Outage(since, why[:_WHY_CHARS]))
                    self._redis.set(self._names.outage, text, px=TTL_MS)
            self._told = why is not None
