"""Back-pressure of a full queue on a reader: drains its disk spool as room allows or, without a spool, pauses reading.

A pause lasts until the queue has room; the lease is renewed meanwhile and the status is "paused". Spooling is logged
once, and records that were dropped because the spool was full too are reported as a gap.
"""

from __future__ import annotations

import logging
import time

from pipeline.broker.counters import Counters
from pipeline.clock import now_ms
from pipeline.reader.chunk_batching import Outlet
from pipeline.reader.reader_context import ReaderContext

log = logging.getLogger(__name__)

_LOOK_S = 0.05


class Backpressure:
    """Applied after each chunk. Belongs to the reader's thread."""

    def __init__(self, source: str, outlet: Outlet, context: ReaderContext, counters: Counters) -> None:
        self._source = source
        self._outlet = outlet
        self._handover = outlet.handover
        self._context = context
        self._counters = counters
        self._reported_spooling = False

    def apply(self) -> None:
        """Drain the spool as far as the queue has room; without a spool, wait while the queue is full."""
        self._outlet.drain()
        if self._handover.spools:
            self._report_spool()
        elif self._handover.full:
            self._pause()

    def _pause(self) -> None:
        self._outlet.flush()
        self._counters.add("reader_pauses")
        before = self._context.status
        self._context.report("paused", "the queue is full")
        while not self._context.stopped() and not self._handover.relieved:
            time.sleep(_LOOK_S)
            self._outlet.renew_lease()
            self._context.repeat_status()
        self._context.report(before.state, before.detail, lag_s=before.lag_s)

    def _report_spool(self) -> None:
        """Log once that records are spooled; report dropped records as a gap when the queue has room again."""
        handover = self._handover
        if handover.spooling and not self._reported_spooling:
            log.warning("%s: the queue is full, records are spooled", self._source)
            self._counters.add("reader_spools")
        self._reported_spooling = handover.spooling
        if handover.lost_since_ms and handover.relieved:
            since_ms, handover.lost_since_ms = handover.lost_since_ms, 0
            self._context.gap(since_ms, now_ms(), "the queue was full, and the spool too")
