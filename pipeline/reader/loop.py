"""The reader of one source, top to bottom: wait for the lease, open the source at the cursor, hand its records over.

This loop owns the lease, the cursor and the retries; a source owns one connection. Handing over is the claim check: a
batch, its place among the open ones and the cursor behind it are one step that only the lease's holder can take, and
the same step renews the lease, so that a reader that no longer reads loses it. Nobody here looks into a record.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable

from pipeline.broker.counters import Counters
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BrokerUnavailable, LeaseLost
from pipeline.queue.batch import RawBatch
from pipeline.queue.claim_check import ClaimCheck, Lease
from pipeline.reader.buffer import BatchBuffer
from pipeline.reader.handover import Handover
from pipeline.reader.spool import Spool
from pipeline.reader.status import StatusReporter
from pipeline.sources.contract import Chunk, Source

log = logging.getLogger(__name__)

WAIT_LEASE_S = 0.5
RENEW_S = 1.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0


class Reader:
    """Reads one source under its lease until told to stop. Belongs to one thread."""

    def __init__(
        self,
        source: Source,
        claims: ClaimCheck,
        speaker: StatusReporter,
        counters: Counters,
        *,
        enqueue: Callable[[str], None],
        high_water_bytes: int,
        stopping: Callable[[], bool],
        open_spool: Callable[[], Spool] | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._claims = claims
        self._speaker = speaker
        self._counters = counters
        self._stopping = stopping
        self._clock_s = clock_s
        self._handover = Handover(
            source.name,
            claims,
            counters,
            enqueue=enqueue,
            high_water_bytes=high_water_bytes,
            stopping=stopping,
            open_spool=None if source.patient else open_spool,
            clock_s=clock_s,
        )
        self._sheaf = BatchBuffer(clock_s)
        self._renewed_s = 0.0
        self._said_s = 0.0
        self._records = 0
        self._lease: Lease | None = None

    # -- what a source may ask of us (sources.contract.SourceContext)
    def stopped(self) -> bool:
        """Tell whether the source has been asked to end."""
        return self._stopping()

    def wait(self, seconds: float) -> bool:
        """Wait, or less if asked to end, keeping the lease; return `stopped()`.

        Raises:
            LeaseLost: another reader took over meanwhile.
        """
        until = self._clock_s() + seconds
        while not self._stopping() and (left := until - self._clock_s()) > 0:
            time.sleep(self.patience(min(0.05, left)))
            if self._lease is not None:
                if self._sheaf.records and self._left_s() <= 0:
                    self._flush(self._lease)
                self._keep(self._lease)
        return self._stopping()

    def patience(self, longest_s: float) -> float:
        """Return how long to wait for more before the next chunk, if only an empty one."""
        if not self._sheaf.records:
            return longest_s
        return min(longest_s, max(0.001, self._left_s()))

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        """Say how the source is."""
        self._telling(lambda: self._speaker.say(state, detail, lag_s=lag_s, collects=collects))

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Say that posts of a time are known to be missing."""
        self._counters.add("reader_gaps")
        self._telling(lambda: self._speaker.gap(since_ms, until_ms, why))

    # -- the story
    def run(self) -> None:
        """Read until told to stop. A lost lease means waiting for it again, an error of the source opening it again.

        However it ends, lease and spool are released.

        Raises:
            BrokerUnavailable, BrokerRefused: what was read before an error of the source could not be handed over.
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
            before = self._records
            try:
                self._session(self._lease)
                if not self._stopping():
                    self._rest()
                break
            except LeaseLost:
                self._give_up()
                continue
            except Exception as error:  # noqa: BLE001 - whatever a source raises means: open it anew
                log.warning("%s must be opened again: %s: %s", self._source.name, type(error).__name__, error)
                reason = str(error) or type(error).__name__
            failures = 0 if self._records > before else failures + 1
            self._counters.add("reader_reconnects")
            try:
                self._flush(self._lease)  # what came before the error
                self.report("down" if failures > 3 else "reconnecting", reason[:200])
                self.wait(pause_s(failures))
            except LeaseLost:
                self._give_up()

    def _session(self, lease: Lease) -> None:
        """Open the source where it was left and hand over what it yields, until it ends or we do."""
        self._sheaf.forget()
        self._speaker.begin(filled=self._source.resumes and lease.cursor is not None, read_ms=lease.read_ms)
        lease.read_ms = None
        self.report("starting")
        chunks = self._source.read(lease.cursor, self)
        try:
            for chunk in chunks:
                self._collect(lease, chunk)
                if self._stopping():
                    break
            self._flush(lease)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _collect(self, lease: Lease, chunk: Chunk) -> None:
        """Add a chunk, and hand over when enough is there, or when waiting would only delay it."""
        sheaf = self._sheaf
        sheaf.notice(chunk)
        if sheaf.records and sheaf.instance != chunk.instance:
            self._flush(lease)
        for record in chunk.records:
            if sheaf.add(record, chunk.instance):
                self._flush(lease)
        self._records += len(chunk.records)
        self._counters.add("records_read", len(chunk.records))
        self._counters.add("bytes_read", sum([len(record.data) for record in chunk.records]))
        sheaf.cursor = chunk.cursor or sheaf.cursor
        if not chunk.records or not sheaf.may_wait(self._handover.backlog.batches):
            self._flush(lease)
        self._keep(lease)
        self._breathe(lease)

    def _left_s(self) -> float:
        """Return how much longer what is held may wait for more."""
        return self._sheaf.left_s(self._handover.backlog.batches)

    def _flush(self, lease: Lease) -> None:
        """Hand over what was collected. The cursor of a chunk moves with its last record, never before."""
        sheaf = self._sheaf
        records, cursor = sheaf.take()
        if not records:
            return
        spooling = self._handover.spooling
        self._handover.take(lease, RawBatch(self._source.name, records, sheaf.instance), cursor)
        if not (spooling or self._handover.spooling):
            self._renewed_s = self._clock_s()

    def _keep(self, lease: Lease) -> None:
        """Renew the lease once a second, from this loop only; handing over renews it too."""
        if self._clock_s() - self._renewed_s >= RENEW_S:
            self._handover.renew(lease)
            self._renewed_s = self._clock_s()
        self._say_again()

    def _say_again(self) -> None:
        """Say how the source is, however busy or stuck this loop is: one that is silent counts as down."""
        if self._clock_s() - self._said_s < RENEW_S:
            return
        self._said_s = self._clock_s()
        now = self._speaker.state
        self._telling(lambda: self._speaker.say(now.state, now.detail, lag_s=now.lag_s))

    def _breathe(self, lease: Lease) -> None:
        """Bring the spool forward, or stop reading while the queue is full and there is none."""
        handover = self._handover
        handover.drain(lease)
        if handover.spools:
            self._tell_spool()
            return
        if not handover.full:
            return
        self._flush(lease)
        self._counters.add("reader_pauses")
        before = self._speaker.state
        self.report("paused", "the queue is full")
        while not self._stopping() and not handover.relieved:
            time.sleep(0.05)
            handover.renew(lease)
            self._renewed_s = self._clock_s()
            self._say_again()
        self.report(before.state, before.detail, lag_s=before.lag_s)

    def _tell_spool(self) -> None:
        """Tell once that records go to the spool, and as a gap what found no room there either."""
        handover = self._handover
        if handover.spooling and not self._spool_told:
            log.warning("%s: the queue is full, records are spooled", self._source.name)
            self._counters.add("reader_spools")
        self._spool_told = handover.spooling
        if handover.lost_since_ms and handover.relieved:
            since_ms, handover.lost_since_ms = handover.lost_since_ms, 0
            self.gap(since_ms, int(time.time() * 1000), "the queue was full, and the spool too")

    _spool_told = False

    def _rest(self) -> None:
        """The source has ended for good: keep the lease, so that nobody reads it again, until told to stop."""
        self.report("ended")
        while not self.wait(0.05 if self._handover.spooling else 1.0):
            self._handover.drain(self._lease)

    def _wait_for_lease(self) -> Lease | None:
        try:
            lease = self._claims.acquire(self._source.name)
        except (BrokerUnavailable, BrokerRefused):
            lease = None
        if lease is None and not self._stopping():
            self._telling(self._handover.pay_back)
            time.sleep(WAIT_LEASE_S)
        self._renewed_s = self._clock_s()
        return lease

    def _give_up(self) -> None:
        """Another reader has the source: forget what was collected, it reads that again from the cursor."""
        log.warning("%s: another reader has taken over", self._source.name)
        self._counters.add("leases_lost")
        self._lease = None
        self._sheaf.forget()
        self._handover.forget()

    def _end(self) -> None:
        lease, self._lease = self._lease, None
        try:
            if lease is not None and self._speaker.state.state != "ended":
                self.report("stopped")
        finally:
            self._handover.close()
            if lease is not None:
                self._telling(lambda: self._claims.release(lease))

    def _telling(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except (BrokerUnavailable, BrokerRefused) as error:
            log.debug("nobody hears how %s is: %s", self._source.name, error)


def pause_s(failures: int) -> float:
    """Return how long to wait before opening a source again: doubling, jittered, at most `LONGEST_WAIT_S`."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures, 10))
    return random.uniform(longest / 2, longest)
