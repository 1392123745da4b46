"""Reading loop of one source: waits for the lease, reads on from the cursor, enqueues records, reopens after errors.

It reopens with growing pauses and reports "reconnecting" or "down"; it gives up a lost lease, and keeps that of a
source that has ended. The loop owns the lease and the retries; a source owns one connection; the outlet turns chunks
into batches. Enqueuing a batch renews the lease, so a reader that no longer reads loses it. The reader never looks into
a record.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable

from pipeline.broker.counters import Counters
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BrokerUnavailable, LeaseLost
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.reader_leases import Lease, Leases
from pipeline.queue.task_queue import TaskQueue
from pipeline.reader.backpressure import Backpressure
from pipeline.reader.chunk_batching import Outlet
from pipeline.reader.handover import Handover
from pipeline.reader.reader_context import ReaderContext
from pipeline.reader.spool import Spool
from pipeline.reader.status_reporter import StatusReporter
from pipeline.sources.contract import Source

log = logging.getLogger(__name__)

WAIT_LEASE_S = 0.5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0
FAILURES_BEFORE_DOWN = 3
"""Failures in a row after which the source is reported as down, not as reconnecting."""


class Reader:
    """Reads one source under its lease until the process is stopping. Belongs to one thread."""

    def __init__(
        self,
        source: Source,
        leases: Leases,
        claims: ClaimCheck,
        reporter: StatusReporter,
        counters: Counters,
        *,
        queue: TaskQueue,
        high_water_bytes: int,
        open_spool: Callable[[], Spool] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._leases = leases
        self._reporter = reporter
        self._counters = counters
        self._stopping = queue.stopping
        self._handover = Handover(
            source.name,
            leases,
            claims,
            counters,
            queue,
            high_water_bytes=high_water_bytes,
            open_spool=None if source.patient else open_spool,
            clock_s=clock_s,
        )
        self._outlet = Outlet(source.name, self._handover, counters, clock_s)
        self._context = ReaderContext(self._outlet, reporter, counters, queue.stopping, clock_s)
        self._backpressure = Backpressure(source.name, self._outlet, self._context, counters)
        self._lease: Lease | None = None

    def run(self) -> None:
        """Read until the process is stopping.

        After a lost lease, wait for the lease again; after an error of the source, reopen the source.
        However the loop ends, lease and spool are released.

        Raises:
            BrokerUnavailable, BrokerRefused: records read before an error of the source could not be enqueued.
        """
        try:
            self._read()
        finally:
            self._end()

    def _read(self) -> None:
        failures = 0
        while not self._stopping():
            if self._lease is None:
                self._lease = self._wait_for_lease()
                continue
            before = self._outlet.records_read
            try:
                self._session(self._lease)
                if not self._stopping():
                    self._rest()
                break
            except LeaseLost:
                self._give_up()
                continue
            except Exception as error:  # noqa: BLE001 - after any error of a source it is reopened
                log.warning("%s must be opened again: %s: %s", self._source.name, type(error).__name__, error)
                reason = str(error) or type(error).__name__
            failures = 0 if self._outlet.records_read > before else failures + 1
            self._counters.add("reader_reconnects")
            try:
                self._outlet.flush()  # the records before the error
                self._context.report("down" if failures > FAILURES_BEFORE_DOWN else "reconnecting", reason[:200])
                self._context.wait(pause_s(failures))
            except LeaseLost:
                self._give_up()

    def _session(self, lease: Lease) -> None:
        """Open the source at the cursor and enqueue what it yields, until it ends or the process is stopping."""
        self._outlet.clear()
        self._reporter.begin(filled=self._source.resumes and lease.cursor is not None, read_ms=lease.read_ms)
        lease.read_ms = None
        self._context.report("starting")
        chunks = self._source.read(lease.cursor, self._context)
        try:
            for chunk in chunks:
                self._outlet.add(chunk)
                self._context.keep_alive()
                self._backpressure.apply()
                if self._stopping():
                    break
            self._outlet.flush()
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _rest(self) -> None:
        """Keep the lease of a source that has ended for good, so that no other reader reads it again."""
        self._context.report("ended")
        while not self._context.wait(0.05 if self._handover.spooling else 1.0):
            self._outlet.drain()

    def _wait_for_lease(self) -> Lease | None:
        try:
            lease = self._leases.acquire(self._source.name)
        except (BrokerUnavailable, BrokerRefused):
            lease = None
        if lease is not None:
            self._outlet.begin(lease)
        elif not self._stopping():
            self._context.best_effort(self._handover.drain_without_lease)
            time.sleep(WAIT_LEASE_S)
        return lease

    def _give_up(self) -> None:
        """Drop the lease and what is buffered: another reader has the source and reads on from the cursor."""
        log.warning("%s: another reader has taken over", self._source.name)
        self._counters.add("leases_lost")
        self._lease = None
        self._outlet.end()

    def _end(self) -> None:
        lease, self._lease = self._lease, None
        try:
            if lease is not None and self._context.status.state != "ended":
                self._context.report("stopped")
        finally:
            self._handover.close()
            if lease is not None:
                self._context.best_effort(lambda: self._leases.release(lease))


def pause_s(failures: int) -> float:
    """Return the seconds before a source is reopened: doubling, jittered, at most `LONGEST_PAUSE_S`."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures, 10))
    return random.uniform(longest / 2, longest)
