"""One worker for tests: the product's own runner and processor on a real Valkey, with a store in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from redis import Redis

from pipeline.assembly import understand
from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.match.search_registry import Registry
from pipeline.normalise import normalise
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.document import describe
from pipeline.queue.batch import RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.dead_letters import DeadLetters
from pipeline.queue.task_queue import TaskQueue
from pipeline.store.contract import Persisted, Store, Writes
from pipeline.store.memory import MemoryStore
from pipeline.worker.batch_processor import BatchProcessor
from pipeline.worker.batch_runner import BatchRunner
from pipeline.worker.intake_filter import IntakeFilter


def post(number: int, text: str = "cats", **more: Any) -> bytes:
    """Return the record of a post."""
    fields = {"murmur": 1, "kind": "post", "id": f"demo:{number}", "version": 1, "created_at": 1_700_000_000_000}
    return msgspec.json.encode(fields | {"text": text, "author": {"id": "1", "handle": "a"}} | more)


class Worker:
    """One worker on a real Redis; `fails` is called before each persist."""

    def __init__(self, redis: Redis, names: Names, track: str = "*", store: Store | None = None) -> None:
        self.redis, self.names, self.track = redis, names, track
        self.claims, self.dead = ClaimCheck(redis, names), DeadLetters(redis, names)
        self.registry = Registry(redis, names)
        self.counters = Counters(redis, names, "test")
        self.store: Store = store or MemoryStore()
        self.fails: Callable[[Writes], None] = lambda _: None
        self.enqueued: list[str] = []
        self.slept: list[float] = []
        self.queue_fails = False
        self._persist = self.store.persist
        self.store.persist = self._checked  # type: ignore[method-assign]
        matcher = MemoryMatcher()
        self.processor = BatchProcessor(
            names=names,
            claims=self.claims,
            order=PublicationOrder(redis, names),
            store=self.store,
            following=MatcherReplica(self.registry, matcher, understand),
            intake=IntakeFilter(lambda: self.track, understand, describe, matcher, clock_s=iter(range(10**9)).__next__),
            dead=self.dead,
            counters=self.counters,
            normalise=normalise,
        )
        self.outages: list[str | None] = []
        self.runner = BatchRunner(
            self.processor,
            self.claims,
            self.counters,
            TaskQueue(enqueue=self._enqueue),
            report_outage=self.outages.append,
            sleep=self.slept.append,
        )

    def _enqueue(self, batch_id: str) -> None:
        if self.queue_fails:
            raise OSError("no queue")
        self.enqueued.append(batch_id)

    def _checked(self, writes: Writes, seq: int) -> Persisted:
        self.fails(writes)
        return self._persist(writes, seq)

    def offer(self, *records: bytes, batch_id: str = "b", label: str = "demo") -> None:
        """Open a batch."""
        self.claims.offer(
            batch_id, encode_batch(RawBatch(label, [RawRecord(1_700_000_000_000, one) for one in records]))
        )

    def stored(self) -> set[str]:
        """Return the ids stored."""
        with self.store.reading() as reading:
            return {msgspec.json.decode(body)["id"] for body in reading.export(understand("*"))}

    def done(self) -> bool:
        """Tell whether nothing is open."""
        return self.claims.backlog().batches == 0


def failing_over(*numbers: int) -> Callable[[Writes], None]:
    def fails(writes: Writes) -> None:
        if any(upsert.post.id in {f"demo:{number}" for number in numbers} for upsert in writes.upserts):
            raise RuntimeError("cannot digest this")

    return fails


def dying_over(number: int) -> Callable[[Writes], None]:
    def fails(writes: Writes) -> None:
        if any(upsert.post.id == f"demo:{number}" for upsert in writes.upserts):
            raise KeyboardInterrupt

    return fails
