"""Signs of a product's state, sampled repeatedly: the queue in Redis, and the answer of `/readyz`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from redis import Redis, RedisError

from pipeline.broker.keys import Names
from tests.e2e.product import Product

QUEUE_EVERY_S, READY_EVERY_S = 0.1, 0.5


@dataclass(frozen=True, slots=True)
class Queue:
    """Open batches and their bytes at a time (monotonic)."""

    at: float
    batches: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Ready:
    """Answer of `/readyz` at a time (monotonic): status, 0 without an answer, and the reason of a refusal."""

    at: float
    status: int
    why: str


class Signs:
    """Takes a sample on each call, and between `record` and `end` all the time."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._redis = Redis.from_url((product.data_dir / "broker" / "url").read_text().strip())
        self._names = Names("murmur")
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self.queue: list[Queue] = []
        self.ready: list[Ready] = []

    def record(self) -> None:
        """Begin to note everything in `queue` and `ready`."""
        self.queue.append(self.waiting())
        self.ready.append(self.readiness())
        self._threads = [
            threading.Thread(target=self._note, args=(self.queue, self.waiting, QUEUE_EVERY_S), daemon=True),
            threading.Thread(target=self._note, args=(self.ready, self.readiness, READY_EVERY_S), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Take no more samples."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        self._redis.close()

    def waiting(self) -> Queue:
        """Return the open batches now."""
        commands: Any = self._redis.pipeline(transaction=False)  # its types are those of both worlds
        batches, size_bytes = commands.zcard(self._names.open).get(self._names.open_bytes).execute()
        return Queue(time.monotonic(), int(batches), int(size_bytes or 0) if batches else 0)

    def readiness(self) -> Ready:
        """Return the answer of `/readyz` now."""
        status, why = self._product.readiness()
        return Ready(time.monotonic(), status, why)

    def dead(self) -> int:
        """Return the number of dead letters."""
        return int(self._redis.xlen(self._names.dead))

    def greatest(self, since: float, until: float) -> Queue:
        """Return the longest queue of a time (monotonic)."""
        return max((one for one in self.queue if since <= one.at <= until), key=lambda one: one.batches)

    def _note(self, notes: list[Any], look: Callable[[], Any], every_s: float) -> None:
        with suppress(RedisError):  # the product ended first
            while not self._over.wait(every_s):
                notes.append(look())
