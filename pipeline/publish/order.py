"""The order of publication: BEGIN, COMMIT and `safe` of docs/delivery.md, as Lua scripts that run as one step.

Invariant: a message that carries `safe` comes after every publication numbered up to it, and those are in the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from redis import Redis

from pipeline.names import Names


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a batch: its `token` and the first of the numbers reserved for it."""

    batch_id: str
    token: str
    seq: int


class Order:
    """Gives out publication numbers and publishes under them."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis = redis
        self._names = names

    def begin(self, batch_id: str, count: int) -> Attempt:
        """Reserve `count` numbers for a batch; an earlier attempt at it loses its right to commit."""
        raise NotImplementedError

    def commit(self, attempt: Attempt, messages: Sequence[tuple[str, bytes]], ids: Sequence[str]) -> bool:
        """Publish (channel, payload without its `safe` header) pairs and end the batch, or do nothing.

        `ids` are the batch's post ids: those with a tombstone are announced as deleted again. Returns False when a
        newer attempt owns the batch; then nothing was published.
        """
        raise NotImplementedError

    def safe(self) -> int:
        """Return the greatest number n such that every publication ≤ n is published and persisted."""
        raise NotImplementedError
