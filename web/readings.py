"""Questions to the store, asked from real threads, a few at a time, so that the event loop never waits for a disk.

A web process has three of these, so that what is heavy waits only for its own kind: searches and histories, charts, and
exports (`AT_ONCE`, `CHARTS_AT_ONCE`, `EXPORTS_AT_ONCE`).

Each thread of the pool has a store of its own. Work is a plain function of a reading and touches nothing of gevent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar, cast

from gevent.lock import BoundedSemaphore
from gevent.threadpool import ThreadPool

from pipeline.errors import StoreUnavailable
from pipeline.store.contract import Reading, Store

AT_ONCE = 4
QUEUE_MAX = 2_000
CHARTS_AT_ONCE = 2
CHARTS_QUEUE_MAX = 500
EXPORTS_AT_ONCE = 1
EXPORTS_MAX = 8
"""Exports that a web process serves at once: they take turns, page by page."""
TIMEOUT_S = 2.0

T = TypeVar("T")


class Readings:
    """A bounded way to the store; safe to use from any greenlet."""

    def __init__(self, open_store: Callable[[], Store], at_once: int = AT_ONCE, queue_max: int = QUEUE_MAX) -> None:
        self._open_store = open_store
        self._queue_max = queue_max
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
        if self._waiting >= self._queue_max:
            raise StoreUnavailable("too many searches are waiting for the store")
        self._waiting += 1
        try:
            with self._slots:
                result, error = self._pool.apply(self._run, (work,))
        finally:
            self._waiting -= 1
        if error is not None:
            raise error
        return cast("T", result)

    @property
    def waiting(self) -> int:
        """How many callers wait for the store or are being served."""
        return self._waiting

    def close(self) -> None:
        """Let go of every store."""
        while self._spare:
            with contextlib.suppress(Exception):
                self._spare.pop().close()

    def _run(self, work: Callable[[Store], T]) -> tuple[T | None, Exception | None]:
        """Return the result, or the error: what is raised in a thread of the pool is printed with its traceback."""
        try:
            return self._work(work), None
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            return None, error

    def _work(self, work: Callable[[Store], T]) -> T:
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
