"""Search registry: the standing searches in Redis, which web processes and sinks register and workers match.

A search is registered under a lease that its owner renews; upkeep removes searches whose lease is over. Each change
raises the registry's version and stamps the key, so that a worker reads differences only, or the whole registry if it
is too far behind. The version is Redis's clock in µs: it never repeats, even if the broker lost data. Counts the
searches. This module parses no search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.match.registry_scripts import CHANGES, EXPIRE, REGISTER

SEARCH_LEASE_MS = 60_000
"""Milliseconds that a registration lives without renewal; web processes renew it every third of that."""

REMOVALS_KEPT = 10_000
"""Most removals that are remembered by key. A worker that is further behind reads the whole registry."""

_EXPIRED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class RegistryChanges:
    """Difference between two versions: `added` (key → canonical text), `removed` keys, and the `version` reached.

    `whole`: `added` is the entire registry, so a worker drops all other searches.
    """

    version: int
    added: dict[str, str]
    removed: set[str]
    whole: bool = False


class Registry:
    """Standing searches, key → canonical text. All times are of Redis's own clock."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis: Any = redis  # typed for sync and async clients alike; answers here are bytes
        self._names = names
        self._register = redis.register_script(REGISTER)
        self._expire = redis.register_script(EXPIRE)
        self._changes = redis.register_script(CHANGES)

    def register(self, searches: Mapping[str, str]) -> set[str]:
        """Register or renew searches, all or none.

        Returns the keys that were not registered before this call: new ones and those whose lease had lapsed.

        Raises:
            ValueError: a key is registered with another text (a collision of hashes).
            BrokerUnavailable: Redis did not answer.
        """
        if not searches:
            return set()
        args: list[str | int] = [SEARCH_LEASE_MS]
        for key, text in searches.items():
            args += (key, text)
        with translate_redis_errors("OTHERTEXT"):
            fresh = self._register(keys=self._keys(), args=args)
        return {key.decode() for key in fresh}

    def expire(self) -> int:
        """Remove searches whose lease is over and return their number. Called by upkeep."""
        names = self._names
        removed = 0
        while True:
            with translate_redis_errors():
                count = int(
                    self._expire(keys=[*self._keys(), names.searches_floor], args=[_EXPIRED_AT_ONCE, REMOVALS_KEPT])
                )
            removed += count
            if count < _EXPIRED_AT_ONCE:
                return removed

    def version(self) -> int:
        """Return the registry's version, in one round trip."""
        with translate_redis_errors():
            return int(self._redis.get(self._names.searches_version) or 0)

    def count(self) -> int:
        """Return the number of registered searches."""
        with translate_redis_errors():
            return int(self._redis.hlen(self._names.searches))

    def changes(self, since: int) -> RegistryChanges:
        """Return the changes after version `since` (0: the entire registry), in one round trip."""
        names = self._names
        with translate_redis_errors():
            version, whole, keys, texts = self._changes(
                keys=[names.searches, names.searches_version, names.searches_changed, names.searches_floor],
                args=[since],
            )
        added: dict[str, str] = {}
        removed: set[str] = set()
        for key, text in zip(keys, texts, strict=True):
            if text is None:
                removed.add(key.decode())
            else:
                added[key.decode()] = text.decode()
        return RegistryChanges(int(version), added, removed, bool(whole))

    def _keys(self) -> list[str]:
        names = self._names
        return [names.searches, names.searches_lease, names.searches_version, names.searches_changed]
