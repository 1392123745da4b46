"""Sends missing Celery messages: requests to read a source, and ids of batches that were unsent, postponed or lost.

An open batch counts as lost when it was enqueued long ago and fewer ids wait in the broker than batches are open. It
also releases sequence numbers that a dead attempt at a committed batch still reserves, as they hold the low watermark
back.
"""

from __future__ import annotations

import logging

from pipeline.broker.counters import Counters
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.reader_leases import Leases
from pipeline.queue.task_queue import TaskQueue
from pipeline.upkeep.duty_locks import DutyLocks

log = logging.getLogger(__name__)

READER_EVERY_MS = 4_000
ORPHAN_AGE_S = 120.0


class MissingMessages:
    """Finds and sends missing messages. Every method may raise `BrokerUnavailable`."""

    def __init__(
        self,
        claims: ClaimCheck,
        leases: Leases,
        order: PublicationOrder,
        counters: Counters,
        *,
        queue: TaskQueue,
        locks: DutyLocks,
        sources: tuple[str, ...],
        visibility_s: float,
    ) -> None:
        self._claims = claims
        self._leases = leases
        self._order = order
        self._counters = counters
        self._queue = queue
        self._locks = locks
        self._sources = sources
        self._visibility_s = visibility_s

    def request_readers(self) -> None:
        """Request a reader of each source whose lease nobody holds."""
        for source in self._sources:
            if not self._leases.is_held(source) and self._locks.take(f"read:{source}", READER_EVERY_MS):
                self._queue.request_reader(source)

    def enqueue_offered(self) -> None:
        """Enqueue batches that web processes opened, as these reach no broker but Redis, and postponed ones now due."""
        for batch_id in self._claims.unannounced():
            self._queue.enqueue(batch_id)
        for batch_id in self._claims.due():
            self._queue.enqueue(batch_id)
            self._claims.resumed(batch_id)

    def enqueue_lost(self) -> int:
        """Enqueue open batches whose message must be lost; return their number.

        While at least as many ids wait in the broker as batches are open, no message is lost; the queue is only long.
        """
        self._order.forget_orphans(ORPHAN_AGE_S)
        if self._queue.waiting() + self._claims.postponed() >= max(1, self._claims.backlog().batches):
            return 0
        ids = self._claims.stale(int(2 * self._visibility_s * 1000))
        for batch_id in ids:
            self._queue.enqueue(batch_id)
        if ids:
            log.warning("%d open batches had no message left and were enqueued again", len(ids))
            self._counters.add("reenqueued", len(ids))
        return len(ids)
