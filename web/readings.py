"""Questions to the store, asked from real threads, a few at a time, so that the event loop never waits for a disk.

Each thread of the pool has a store of its own. Work is a plain function of a reading and touches nothing of gevent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

from gevent.lock import BoundedSemaphore
from gevent.threadpool import ThreadPool

from pipeline.errors import StoreUnavailable
from pipeline.store.contract import Reading, Store

AT_ONCE = 4
QUEUE_MAX = 2_000
TIMEOUT_S = 2.0

T = TypeVar("T")


class Readings:
    """A bounded way to the store; safe to use from any greenlet."""

    def __init__(self, open_store: Callable[[], Store], at_once: int = AT_ONCE) -> None:
        self._open_store = open_store
        self._pool = ThreadPool(at_once)
        self._slots = BoundedSemaphore(at_once)
        self._waiting = 0
        self._spare: list[Store] = []

    def read(self, work: Callable[[Reading], T], *, timeout_s: float = TIMEOUT_S) -> T:
        """Return what `work` makes of one consistent view.

        Raises:
            QueryTimeout: it took longer than `timeout_s`.
            StoreUnavailable: the store cannot be reached, or too many are waiting for it.
        """

        def run(store: Store) -> T:
            with store.reading(timeout_s=timeout_s) as reading:
                return work(reading)

        return self.ask(run)

    def ask(self, work: Callable[[Store], T]) -> T:
        """Return what `work` makes of a store."""
        if self._waiting >= QUEUE_MAX:
            raise StoreUnavailable("too many searches are waiting for the store")
        self._waiting += 1
        try:
            with self._slots:
                result: T = self._pool.apply(self._run, (work,))
                return result
        finally:
            self._waiting -= 1

    @property
    def waiting(self) -> int:
        """How many callers wait for the store or are being served."""
        return self._waiting

    def close(self) -> None:
        """Let go of every store."""
        while self._spare:
            with contextlib.suppress(Exception):
                self._spare.pop().close()

    def _run(self, work: Callable[[Store], T]) -> T:
        store = self._spare.pop() if self._spare else self._open_store()
        broken = False
        try:
            return work(store)
        except StoreUnavailable:
            broken = True  # the next caller opens a new one
            raise
        finally:
            if broken:
                with contextlib.suppress(Exception):
                    store.close()
            else:
                self._spare.append(store)
