"""Publication order: reserves sequence numbers for batches, publishes under them in Redis, and reads the low watermark.

`begin` makes an attempt the owner of a batch; `commit` publishes its messages and deletions and ends the batch, unless
a newer attempt owns it or the searches it was matched with have changed. Also publishes single notices, and releases
numbers of dead attempts. Invariant: a message that carries the low watermark (`safe`) comes after every publication
numbered up to it, and those are in the store. Sequence numbers are microseconds of Redis's clock, or one more than the
last; they never repeat, even if the broker lost its most recent writes. This module knows no posts and no searches.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.errors import BatchDone, MurmurError
from pipeline.publish import lua_scripts

PART_BYTES = 8 * 1024 * 1024
PART_MESSAGES = 5_000
"""Most bytes and messages that one step of a commit publishes.

A larger commit takes several steps under the same token, so that no script blocks Redis for long and no command grows
without bound.
"""


class RegistryMoved(MurmurError):
    """Raised when the registry changed after a batch was matched whose messages depend on every standing search."""

    code = "registry_moved"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a batch: its fencing `token` and the first of the sequence numbers reserved for it.

    `safe` is the low watermark when the attempt began: a row stored under a greater number may be unpublished.
    `dead` is the number of the first attempt at the batch that never committed, 0 if there was none.
    """

    batch_id: str
    token: str
    seq: int
    safe: int = 0
    dead: int = 0


class PublicationOrder:
    """Reserves sequence numbers for batches and publishes under them. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Redis, names: Names) -> None:
        self._redis: Any = redis  # redis-py types answers for sync and async clients; here they are bytes
        self._names = names
        self._begin = redis.register_script(lua_scripts.BEGIN)
        self._commit = redis.register_script(lua_scripts.COMMIT)
        self._safe = redis.register_script(lua_scripts.READ_SAFE)
        self._announce = redis.register_script(lua_scripts.ANNOUNCE)
        self._forget = redis.register_script(lua_scripts.FORGET_ORPHANS)

    def begin(self, batch_id: str, count: int, *, must_be_open: bool = False) -> Attempt:
        """Reserve `count` sequence numbers for a batch. An earlier attempt at the batch can no longer commit.

        Raises:
            BatchDone: `must_be_open` is set and the batch is not among the open ones. Nothing was reserved.
        """
        names = self._names
        token = secrets.token_hex(8)
        with translate_redis_errors():
            answer = self._begin(
                keys=[names.seq, names.inflight, names.owner, names.open],
                args=[batch_id, token, max(1, count), int(must_be_open)],
            )
        if answer is None:
            raise BatchDone(batch_id)
        return Attempt(batch_id, token, *map(int, answer))

    def commit(
        self,
        attempt: Attempt,
        messages: Sequence[tuple[str, bytes]],
        ids: Sequence[str],
        *,
        tombstones: Sequence[str] = (),
        registry: int | None = None,
    ) -> bool:
        """Publish (channel, payload without its `safe` header) pairs and end the batch.

        `ids` are the batch's post ids: those with a tombstone are announced as deleted again. `tombstones` are the ids
        that this batch deletes; they are stored in the same step, before anything is published. `registry` is the
        version the batch was matched against, if a message depends on every search (`edited`). Returns False if a
        newer attempt owns the batch; then nothing was published.

        Raises:
            RegistryMoved: the registry has another version than `registry`. Nothing was published: match again.
        """
        parts = list(_parts(messages))
        for part in parts[:-1]:
            if not self._publish_part(attempt, part, (), (), registry, ends=False):
                return False
        return self._publish_part(attempt, parts[-1], tombstones, ids, registry, ends=True)

    def _publish_part(
        self,
        attempt: Attempt,
        messages: Sequence[tuple[str, bytes]],
        tombstones: Sequence[str],
        ids: Sequence[str],
        registry: int | None,
        *,
        ends: bool,
    ) -> bool:
        """Run COMMIT once; a payload of several messages is sent once. `ends`: this part ends the batch."""
        names = self._names
        payload_index: dict[bytes, int] = {}
        addressed: list[str | int] = []
        for channel, payload in messages:
            addressed += (channel, payload_index.setdefault(payload, len(payload_index) + 1))
        args: list[str | bytes | int] = [
            attempt.batch_id,
            attempt.token,
            "" if registry is None else registry,
            int(ends),
        ]
        args += (
            len(payload_index),
            len(messages),
            len(tombstones),
            len(ids),
            *payload_index,
            *addressed,
            *tombstones,
            *ids,
        )
        keys = [names.seq, names.inflight, names.owner, names.open, names.batch(attempt.batch_id)]
        keys += [names.open_bytes, names.attempts, names.gone, names.notices, names.searches_version]
        with translate_redis_errors():
            answer = int(self._commit(keys=keys, args=args))
        if answer < 0:
            raise RegistryMoved(attempt.batch_id)
        return answer == 1

    def publish_portion(
        self,
        attempt: Attempt,
        messages: Sequence[tuple[str, bytes]],
        deleted: Sequence[str],
        *,
        registry: int | None = None,
    ) -> bool:
        """Publish messages, store tombstones and announce their ids as deleted, while the batch goes on.

        This serves a batch that deletes, hides or shows more posts than one step of the store. `registry` is as in
        `commit`. Returns False if a newer attempt owns the batch; then nothing was published.

        Raises:
            RegistryMoved: the registry has another version than `registry`.
        """
        *parts, last = _parts(messages)
        for part in parts:
            if not self._publish_part(attempt, part, (), (), registry, ends=False):
                return False
        return self._publish_part(attempt, last, deleted, deleted, registry, ends=False)

    def safe(self) -> int:
        """Return the low watermark: the greatest n such that every publication ≤ n is published and persisted.

        If this Redis never published anything, that is the present time of its clock. A client that starts here does
        then not have to read everything that the store holds from another Redis.
        """
        with translate_redis_errors():
            return int(self._safe(keys=[self._names.seq, self._names.inflight]))

    def announce(self, payload: bytes) -> int:
        """Publish one notice with the `safe` header; return the number of processes that received it."""
        names = self._names
        with translate_redis_errors():
            return int(self._announce(keys=[names.seq, names.inflight], args=[names.notices, payload]))

    def forget_orphans(self, older_than_s: float) -> int:
        """Release numbers reserved longer ago than this for batches that are done; return their count. Upkeep calls it.

        Without this, an attempt that died after another one had committed its batch would hold `safe` back for ever.
        """
        names = self._names
        with translate_redis_errors():
            seconds, micros = self._redis.time()
            limit = int(seconds) * 1_000_000 + int(micros) - int(older_than_s * 1_000_000)
            return int(self._forget(keys=[names.inflight, names.owner, names.open], args=[limit]))


def _parts(messages: Sequence[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    """Yield the messages in order, in parts within the bounds; one empty part if there are none."""
    part: list[tuple[str, bytes]] = []
    size = 0
    for message in messages:
        if part and (size + len(message[1]) > PART_BYTES or len(part) >= PART_MESSAGES):
            yield part
            part, size = [], 0
        part.append(message)
        size += len(message[1])
    yield part
