"""Store outage: written to Redis by processes that cannot use the store, and announced with every tick.

A web process may read where workers cannot write, as on a full disk. So web processes learn of an outage only here.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.clock import now_ms
from pipeline.errors import BrokerUnavailable

OUTAGE_TTL_MS = 20_000
"""Processes that wait for the store report more often than this, so an expired key means that none waits."""
_WHY_CHARS = 300


class Outage(msgspec.Struct, frozen=True):
    """An outage: since when (ms UTC), and the reason in one line."""

    since: int
    why: str


_decode = msgspec.json.Decoder(Outage).decode


def current_outage(redis: Redis, names: Names) -> Outage | None:
    """Return the present outage, None if there is none.

    Raises:
        BrokerUnavailable: Redis did not answer.
    """
    with translate_redis_errors():
        found = redis.get(names.outage)
    with suppress(msgspec.MsgspecError):
        return _decode(found) if isinstance(found, bytes) else None
    return None


class OutageReporter:
    """Reports outages for one process, and the end of an outage that it reported. Never raises."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis = redis
        self._names = names
        self._reported = False

    def report(self, why: str | None) -> None:
        """Report why the store is away, or (None) that the store answers."""
        if why is None and not self._reported:
            return
        with suppress(BrokerUnavailable):
            if why is None:
                with translate_redis_errors():
                    self._redis.delete(self._names.outage)
            else:
                known = current_outage(self._redis, self._names)
                since = known.since if known else now_ms()
                with translate_redis_errors():
                    text = msgspec.json.encode(Outage(since, why[:_WHY_CHARS]))
                    self._redis.set(self._names.outage, text, px=OUTAGE_TTL_MS)
            self._reported = why is not None
