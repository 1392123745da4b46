"""The parts of an upkeep process on a real Valkey, with a store in memory and a record of the messages sent."""

from __future__ import annotations

from typing import Any

import msgspec
from redis import Redis

from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.match.search_registry import Registry
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.dead_letters import DeadLetters
from pipeline.queue.reader_leases import Leases
from pipeline.queue.task_queue import TaskQueue
from pipeline.settings import load
from pipeline.store.memory import MemoryStore
from pipeline.upkeep.periodic_duties import Upkeep


class UpkeepParts:
    """The parts of an upkeep process, and the messages that upkeep sent."""

    def __init__(self, redis: Redis, names: Names, **more: str) -> None:
        self.redis, self.names = redis, names
        self.enqueued: list[str] = []
        self.requested: list[str] = []
        self.queued = 0
        self.store = MemoryStore()
        self.claims, self.leases, self.dead = ClaimCheck(redis, names), Leases(redis, names), DeadLetters(redis, names)
        self.order, self.registry = PublicationOrder(redis, names), Registry(redis, names)
        self.arguments: dict[str, Any] = {
            "settings": load({"SOURCE": "demo,replay", "REPLAY_PATH": "x", "REDIS_PREFIX": names.prefix} | more),
            "redis": redis,
            "names": names,
            "store": lambda: self.store,
            "kept_store": lambda: self.store,
            "claims": self.claims,
            "leases": self.leases,
            "order": self.order,
            "registry": self.registry,
            "dead": self.dead,
            "queue": self.task_queue(),
            "visibility_s": 0.0,
            "embedded": False,
        }
        self.pubsub: Any = redis.pubsub()  # type: ignore[no-untyped-call]
        self.pubsub.subscribe(names.notices)

    def upkeep(self, **other: Any) -> Upkeep:
        """Return an upkeep of a process of its own, with some other parts."""
        return Upkeep(counters=Counters(self.redis, self.names, "upkeep"), **(self.arguments | other))

    def task_queue(self, **other: Any) -> TaskQueue:
        """Return a task queue that keeps what is sent, with some other senders."""
        senders: dict[str, Any] = {
            "enqueue": self.enqueued.append,
            "request_reader": self.requested.append,
            "waiting": lambda: self.queued,
        }
        return TaskQueue(**(senders | other))

    def received(self) -> list[dict[str, Any]]:
        """Return the notices since last time."""
        found = []
        while (message := self.pubsub.get_message(timeout=0.05)) is not None:
            if message["type"] == "message":
                found.append(msgspec.json.decode(message["data"].partition(b"\n")[2]))
        return found
