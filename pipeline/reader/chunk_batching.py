"""Outlet of a reader: turns chunks of a source into batches, enqueues them under the lease, and renews the lease.

It owns the buffer and the hand-over to the queue, tells the source how long it may wait before the buffer is due, and
moves a chunk's cursor only with its last record. The reading loop decides when a lease begins and ends; at the end of
one the buffer is dropped.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.broker.counters import Counters
from pipeline.queue.batch import RawBatch
from pipeline.queue.reader_leases import Lease
from pipeline.reader.buffer import BatchBuffer
from pipeline.reader.handover import Handover
from pipeline.sources.contract import Chunk

RENEW_LEASE_S = 1.0
"""Seconds between two renewals of the lease; a batch that is enqueued renews it as well."""


class Outlet:
    """Takes a reader's chunks and enqueues their records in batches. Belongs to the reader's thread.

    Methods raise what `Handover` raises.
    """

    def __init__(self, source: str, handover: Handover, counters: Counters, clock_s: Callable[[], float]) -> None:
        self._source = source
        self._counters = counters
        self._clock_s = clock_s
        self._buffer = BatchBuffer(clock_s)
        self._renewed_s = 0.0
        self._lease: Lease | None = None
        self.handover = handover
        self.records_read = 0

    def begin(self, lease: Lease) -> None:
        """Begin with a lease that was just acquired."""
        self._lease = lease
        self._renewed_s = self._clock_s()

    def end(self) -> None:
        """Drop the lease and what is buffered: another reader reads these records again from the cursor."""
        self._lease = None
        self._buffer.clear()
        self.handover.forget()

    def clear(self) -> None:
        """Drop what is buffered, because the source is opened again at its cursor."""
        self._buffer.clear()

    def add(self, chunk: Chunk) -> None:
        """Buffer a chunk; enqueue when the batch is full, or when waiting would only delay it.

        The cursor of a chunk moves with its last record, never before.
        """
        buffer = self._buffer
        buffer.observe(chunk)
        if buffer.records and buffer.instance != chunk.instance:
            self.flush()
        for record in chunk.records:
            if buffer.add(record, chunk.instance):
                self.flush()
        self.records_read += len(chunk.records)
        self._counters.add("records_read", len(chunk.records))
        self._counters.add("bytes_read", sum([len(record.data) for record in chunk.records]))
        buffer.cursor = chunk.cursor or buffer.cursor
        if not chunk.records or not buffer.should_linger(self.handover.backlog.batches):
            self.flush()

    def flush(self) -> None:
        """Enqueue what is buffered, or spool it where the queue is full."""
        records, cursor = self._buffer.take()
        if not records or self._lease is None:
            return
        spooling = self.handover.spooling
        self.handover.put(self._lease, RawBatch(self._source, records, self._buffer.instance), cursor)
        if not (spooling or self.handover.spooling):
            self._renewed_s = self._clock_s()

    def flush_overdue(self) -> None:
        """Enqueue what is buffered if it has lingered long enough."""
        if self._buffer.records and self._left_s() <= 0:
            self.flush()

    def patience(self, longest_s: float) -> float:
        """Return the seconds that the source may wait for records; after them it yields a chunk, even an empty one."""
        return min(longest_s, max(0.001, self._left_s())) if self._buffer.records else longest_s

    def keep_lease(self) -> None:
        """Renew the lease if the last renewal is `RENEW_LEASE_S` ago."""
        if self._lease is not None and self._clock_s() - self._renewed_s >= RENEW_LEASE_S:
            self.renew_lease()

    def renew_lease(self) -> None:
        """Renew the lease, and learn how full the queue is."""
        if self._lease is not None:
            self.handover.renew(self._lease)
            self._renewed_s = self._clock_s()

    def drain(self) -> None:
        """Enqueue some of the spool, if the queue has room."""
        self.handover.drain(self._lease)

    def _left_s(self) -> float:
        return self._buffer.left_s(self.handover.backlog.batches)
