"""The registry of standing searches in Redis: web processes write it, workers read it.

A search is registered under a lease that its web process renews; upkeep removes what nobody renews. Every change bumps
`searches:version` and stamps the key in `searches:changed`, so that a worker applies differences only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from redis import Redis

from pipeline.names import Names

LEASE_MS = 60_000
"""How long a registration lives without renewal; web processes renew every third of it."""


@dataclass(frozen=True, slots=True)
class RegistryChanges:
    """What changed since a version: `added` key → canonical text, `removed` keys, and the `version` reached."""

    version: int
    added: dict[str, str]
    removed: set[str]


class Registry:
    """Standing searches, key → canonical text. All times are Redis's own clock."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis = redis
        self._names = names

    def register(self, searches: Mapping[str, str]) -> set[str]:
        """Register or renew searches, all or none.

        Returns the keys that were not registered before this call: new ones and those whose lease had lapsed.

        Raises:
            ValueError: a key is registered with another text (a collision of hashes).
            BrokerUnavailable: Redis did not answer.
        """
        raise NotImplementedError

    def release(self, keys: Iterable[str]) -> None:
        """Let go of searches nobody here watches: their leases end at their time, other processes may renew them."""
        raise NotImplementedError

    def expire(self) -> int:
        """Remove searches whose lease is over; return how many. Called by upkeep."""
        raise NotImplementedError

    def version(self) -> int:
        """Return the registry's version, one round trip."""
        raise NotImplementedError

    def changes(self, since: int) -> RegistryChanges:
        """Return what changed after version `since` (0: all that is registered)."""
        raise NotImplementedError
