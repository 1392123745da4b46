"""Duty locks in Redis: of several upkeep processes one does each duty when due, and another takes over when it is gone.

`take` gives one turn of a duty to any process; `keep` leaves a duty with the same process while that asks for it.
"""

from __future__ import annotations

from typing import Any

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors


class DutyLocks:
    """The locks as one process takes them; `process` names it. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Any, names: Names, process: str) -> None:
        self._redis = redis
        self._names = names
        self._process = process

    def take(self, duty: str, every_ms: int) -> bool:
        """Take a duty that no process has taken within the last `every_ms`."""
        with translate_redis_errors():
            return bool(self._redis.set(self._names.duty(duty), self._process, nx=True, px=every_ms))

    def keep(self, duty: str, idle_ms: int) -> bool:
        """Tell whether a duty is this process's own. It stays so while this is called within every `idle_ms`."""
        name = self._names.duty(duty)
        with translate_redis_errors():
            if self._redis.get(name) == self._process.encode():
                self._redis.set(name, self._process, px=idle_ms)
                return True
            return bool(self._redis.set(name, self._process, nx=True, px=idle_ms))
