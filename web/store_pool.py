"""Store pool: bounded threads, each with its own store, run reads so that the event loop never waits for a disk.

Each read has a time limit and one consistent view; a full queue is refused with `StoreUnavailable`, and a store that
failed is reopened. A web process has four pools, so that a heavy read waits only for its own kind: one for searches
and histories, one for charts, one for exports, one for decks, which are also written (`SEARCHES_AT_ONCE`,
`CHARTS_AT_ONCE`, `EXPORTS_AT_ONCE`, `DECKS_AT_ONCE`). The function that reads runs in a thread and must not touch
gevent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar, cast

from gevent.lock import BoundedSemaphore
from gevent.threadpool import ThreadPool

from pipeline.errors import StoreUnavailable
from pipeline.store.contract import Reading, Store

SEARCHES_AT_ONCE = 4
SEARCHES_QUEUE_MAX = 2_000
CHARTS_AT_ONCE = 2
CHARTS_QUEUE_MAX = 500
EXPORTS_AT_ONCE = 1
EXPORTS_MAX = 8
"""Exports that a web process serves at once; they take turns, page by page."""
DECKS_AT_ONCE = 1
DECKS_QUEUE_MAX = 200
READ_TIMEOUT_S = 2.0

_T = TypeVar("_T")


class StorePool:
    """A bounded pool of stores and threads; safe to use from any greenlet."""

    def __init__(
        self, open_store: Callable[[], Store], at_once: int = SEARCHES_AT_ONCE, queue_max: int = SEARCHES_QUEUE_MAX
    ) -> None:
        self._open_store = open_store
        self._queue_max = queue_max
        self._pool = ThreadPool(at_once)
        self._slots = BoundedSemaphore(at_once)
        self._waiting = 0
        self._spare: list[Store] = []

    def read(self, work: Callable[[Reading], _T], *, timeout_s: float = READ_TIMEOUT_S) -> _T:
        """Return the result of `work` on one consistent view of the store.

        Raises:
            QueryTimeout: the work took longer than `timeout_s`.
            StoreUnavailable: the store cannot be reached, or the pool's queue is full.
        """

        def run_on(store: Store) -> _T:
            with store.reading(timeout_s=timeout_s) as reading:
                return work(reading)

        return self.run(run_on)

    def run(self, work: Callable[[Store], _T]) -> _T:
        """Return the result of `work` on a store.

        Raises:
            StoreUnavailable: the store cannot be reached, or the pool's queue is full.
        """
        if self._waiting >= self._queue_max:
            raise StoreUnavailable("too many searches are waiting for the store")
        self._waiting += 1
        try:
            with self._slots:
                result, error = self._pool.apply(self._result_of, (work,))
        finally:
            self._waiting -= 1
        if error is not None:
            raise error
        return cast("_T", result)

    @property
    def waiting(self) -> int:
        """Callers that wait for the store or are being served."""
        return self._waiting

    def close(self) -> None:
        """Close every idle store."""
        while self._spare:
            with contextlib.suppress(Exception):
                self._spare.pop().close()

    def _result_of(self, work: Callable[[Store], _T]) -> tuple[_T | None, Exception | None]:
        """Return the result or the error: gevent prints the traceback of an error that a thread of a pool raises."""
        try:
            return self._work(work), None
        except Exception as error:  # noqa: BLE001 - `run` raises the error again
            return None, error

    def _work(self, work: Callable[[Store], _T]) -> _T:
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
