"""Hand-over of batches to the queue: enqueues under the lease, waits out Redis outages, spools to disk when it is full.

It tracks how full the queue is, drains the spool in order, enqueues the last seconds' batches again after an outage
where a source has no cursor, and notes since when batches are dropped because the spool is full too. While the spool
holds batches, new batches go behind them. Spooling moves no cursor, so sources that resume read again what the disk
loses. The hand-over knows Redis, the lease and the spool, and no source.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

from pipeline.broker.counters import Counters
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.clock import now_ms
from pipeline.errors import BrokerUnavailable
from pipeline.queue.batch import RawBatch, encode_batch
from pipeline.queue.claim_check import Backlog, ClaimCheck, new_batch_id
from pipeline.queue.reader_leases import Lease, Leases
from pipeline.queue.task_queue import TaskQueue
from pipeline.reader.spool import Spool, Spooled, SpoolTaken

log = logging.getLogger(__name__)

LOW_WATER = 0.8
"""Share of the high-water mark: below it a paused reader reads on and the spool is drained."""
REMEMBER_S = 3.0
REMEMBER_BYTES = 8 * 1024 * 1024
"""Batches of the last `REMEMBER_S`, at most these bytes, are enqueued again after an outage."""
DRAIN_SPOOL_S = 0.25
"""Seconds that the spool is drained before the source is read again."""

_T = TypeVar("_T")


class Handover:
    """The hand-over of one source. Belongs to the reader's thread.

    `open_spool` opens the source's spool; None: a full queue makes the reader wait.
    """

    def __init__(
        self,
        source: str,
        leases: Leases,
        claims: ClaimCheck,
        counters: Counters,
        queue: TaskQueue,
        *,
        high_water_bytes: int,
        open_spool: Callable[[], Spool] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._leases = leases
        self._claims = claims
        self._counters = counters
        self._queue = queue
        self._high_water_bytes = high_water_bytes
        self._open_spool = open_spool
        self._clock_s = clock_s
        self._spool: Spool | None = None
        self._looked = False
        self._recent: deque[tuple[float, str, bytes]] = deque()
        self._recent_bytes = 0
        self.backlog = Backlog(0, 0)
        """The open batches, as of the last answer."""
        self.lost_since_ms = 0
        """Since when (ms) batches have been dropped because the spool is full too; 0: none are."""

    @property
    def full(self) -> bool:
        """Whether the queue is over its high-water mark."""
        return self.backlog.size_bytes >= self._high_water_bytes

    @property
    def relieved(self) -> bool:
        """Whether the queue has room again."""
        return self.backlog.size_bytes <= LOW_WATER * self._high_water_bytes

    @property
    def spools(self) -> bool:
        """Whether batches go to a spool while the queue is full. The first use opens the spool."""
        return self._ready_spool() is not None

    @property
    def spooling(self) -> bool:
        """Whether the spool holds batches."""
        return self._spool is not None and self._spool.size_bytes > 0

    def put(self, lease: Lease, batch: RawBatch, cursor: str | None) -> None:
        """Enqueue a batch, or spool it where the queue is full and there is a spool.

        Raises:
            LeaseLost: another reader holds the source.
            BrokerUnavailable, BrokerRefused: the process is stopping, or Redis refused; the batch is spooled first
                where there is a spool.
        """
        batch_id, data = new_batch_id(self._source), encode_batch(batch)
        if self.spools and (self.spooling or self.full):
            self._append_to_spool(Spooled(batch_id, data, len(batch.records)))
            return
        try:
            self.backlog = self._until_answered(
                lambda: self._leases.enqueue_fenced(lease, batch_id, data, cursor), lease
            )
        except (BrokerUnavailable, BrokerRefused):
            if self.spools:
                self._append_to_spool(Spooled(batch_id, data, len(batch.records)))
            raise
        self._counters.add("batches_handed_over")
        self._send_id(batch_id)
        if lease.cursor is None:
            self._remember(batch_id, data)

    def renew(self, lease: Lease) -> None:
        """Renew the lease, and learn how full the queue is.

        Raises:
            LeaseLost: another reader holds the source.
            BrokerUnavailable: the process is stopping.
        """
        self.backlog = self._until_answered(lambda: self._leases.renew(lease), lease)

    def drain(self, lease: Lease | None) -> None:
        """Enqueue batches of the spool for `DRAIN_SPOOL_S`, if the queue has room.

        This is right without the lease, too: the batches were read under it, move no cursor, and are on no other
        reader's disk.
        """
        spool = self._ready_spool()
        end_s = self._clock_s() + DRAIN_SPOOL_S
        while spool is not None and self._clock_s() < end_s:
            entry = spool.first() if self.relieved else None
            if entry is None:
                return
            if lease is None:
                self._claims.offer(entry.batch_id, entry.data)
                self.backlog = self._claims.backlog()
            else:
                self.backlog = self._enqueue_spooled(lease, entry)
            self._send_id(entry.batch_id)
            self._counters.add("batches_handed_over")
            spool.done()

    def drain_without_lease(self) -> None:
        """Enqueue what this machine spooled earlier; then close the spool for the reader that holds the lease."""
        if self._spool is None and self._looked:
            return
        self._looked = True
        if self._ready_spool() is None:
            return
        if self.spooling:
            self.backlog = self._claims.backlog()
            self.drain(None)
        if not self.spooling:
            self.close()

    def forget(self) -> None:
        """Forget the batches that would be enqueued again after an outage: another reader has the source."""
        self._recent.clear()
        self._recent_bytes = 0

    def close(self) -> None:
        """Close the spool; its batches stay on disk."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _until_answered(self, call: Callable[[], _T], lease: Lease) -> _T:
        """Call Redis until it answers or the process is stopping.

        Redis may lose its last writes in an outage, and a source without a cursor cannot be read again. So the latest
        batches of such a source are enqueued once more, with the same ids and bytes, which doubles nothing.

        Raises:
            LeaseLost: another reader holds the source.
            BrokerUnavailable: the process is stopping.
        """
        failed = False
        for wait_s in _waits(0.05, 2.0):
            try:
                if failed:
                    for _, batch_id, data in list(self._recent):
                        self._leases.enqueue_fenced(lease, batch_id, data, None)
                        self._send_id(batch_id)
                return call()
            except BrokerUnavailable as error:
                if not failed:
                    log.warning("%s: Redis cannot be reached: %s", self._source, error)
                failed = True
                if self._queue.stopping():
                    raise
                time.sleep(wait_s)
        raise AssertionError("unreachable")

    def _enqueue_spooled(self, lease: Lease, entry: Spooled) -> Backlog:
        return self._until_answered(lambda: self._leases.enqueue_fenced(lease, entry.batch_id, entry.data, None), lease)

    def _ready_spool(self) -> Spool | None:
        """Return the spool, opened if need be; None where there is none or another process has it."""
        if self._spool is None and self._open_spool is not None:
            try:
                self._spool = self._open_spool()
            except SpoolTaken:
                return None
            except OSError as error:
                log.warning("%s: the spool cannot be opened: %s", self._source, error)
                self._open_spool = None
        return self._spool

    def _append_to_spool(self, entry: Spooled) -> None:
        if self._spool is not None and self._spool.append(entry):
            self._counters.add("records_spooled", entry.records)
            return
        self._counters.add("records_dropped", entry.records)
        self.lost_since_ms = self.lost_since_ms or now_ms()

    def _send_id(self, batch_id: str) -> None:
        """Send a batch's id to the workers. If that fails, upkeep finds the open batch and sends it."""
        try:
            self._queue.enqueue(batch_id)
        except BrokerUnavailable as error:
            log.warning("batch %s waits until upkeep enqueues it: %s", batch_id, error)

    def _remember(self, batch_id: str, data: bytes) -> None:
        now = self._clock_s()
        self._recent.append((now, batch_id, data))
        self._recent_bytes += len(data)
        while self._recent and (now - self._recent[0][0] > REMEMBER_S or self._recent_bytes > REMEMBER_BYTES):
            self._recent_bytes -= len(self._recent.popleft()[2])


def _waits(first_s: float, longest_s: float) -> Iterator[float]:
    wait_s = first_s
    while True:
        yield wait_s
        wait_s = min(longest_s, wait_s * 2)
