"""The reader of one source, top to bottom: wait for the lease, open the source at the cursor, hand its records over.

This loop owns the lease, the cursor and the retries; a source owns one connection. Handing over is the claim check: a
batch, its place among the open ones and the cursor behind it are one step that only the lease's holder can take, and
the same step renews the lease, so that a reader that no longer reads loses it. Nobody here looks into a record.
"""

from __future__ import annotations

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.batch import RawBatch, RawRecord, encode_batch
from pipeline.claims import Backlog, Claims, Lease, new_batch_id
from pipeline.counters import Counters
from pipeline.errors import BrokerUnavailable, LeaseLost
from pipeline.sources.contract import Chunk, Source
from pipeline.states import Speaker

log = logging.getLogger(__name__)

MAX_RECORDS = 500
MAX_BYTES = 4 * 1024 * 1024
BUSY_BATCHES = 6
"""With so many open batches, workers have enough to do: collect larger ones instead of more."""
QUICK_S = 0.004
"""Chunks that follow each other faster than this are collected for so long; a slower stream is handed over at once."""
WAIT_LEASE_S = 0.5
RENEW_S = 1.0
LOW_WATER = 0.8
"""A paused reader reads on when the open bytes are under this share of the high-water mark."""
REMEMBER_S = 3.0
REMEMBER_BYTES = 8 * 1024 * 1024
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0

T = TypeVar("T")


@dataclass(slots=True)
class _Sheaf:
    """Records collected but not yet handed over, and the cursor behind them."""

    records: list[RawRecord] = field(default_factory=list)
    size_bytes: int = 0
    cursor: str | None = None
    instance: str = ""

    def full(self) -> bool:
        return len(self.records) >= MAX_RECORDS or self.size_bytes >= MAX_BYTES


class Reader:
    """Reads one source under its lease until told to stop. Belongs to one thread."""

    def __init__(
        self,
        source: Source,
        claims: Claims,
        speaker: Speaker,
        counters: Counters,
        *,
        enqueue: Callable[[str], None],
        high_water_bytes: int,
        stopping: Callable[[], bool],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._claims = claims
        self._speaker = speaker
        self._counters = counters
        self._enqueue = enqueue
        self._high_water_bytes = high_water_bytes
        self._stopping = stopping
        self._clock_s = clock_s
        self._backlog = Backlog(0, 0)
        self._sheaf = _Sheaf()
        self._recent: deque[tuple[float, str, bytes]] = deque()
        self._recent_bytes = 0
        self._renewed_s = 0.0
        self._pace_s = 1.0
        self._chunk_s = 0.0
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
            time.sleep(min(0.05, left))
            if self._lease is not None:
                self._keep(self._lease)
        return self._stopping()

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        """Say how the source is."""
        self._telling(lambda: self._speaker.say(state, detail, lag_s=lag_s, collects=collects))

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Say that posts of a time are known to be missing."""
        self._counters.add("reader_gaps")
        self._telling(lambda: self._speaker.gap(since_ms, until_ms, why))

    # -- the story
    def run(self) -> None:
        """Read until told to stop. A lost lease means waiting for it again, an error of the source opening it again."""
        failures = 0
        while not self._stopping():
            if self._lease is None:
                self._lease = self._wait_for_lease()
                continue
            before = self._counters.value("records_read")
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
            failures = 0 if self._counters.value("records_read") > before else failures + 1
            self._counters.add("reader_reconnects")
            try:
                self.report("down" if failures > 3 else "reconnecting", reason[:200])
                self.wait(pause_s(failures))
            except LeaseLost:
                self._give_up()
        self._end()

    def _session(self, lease: Lease) -> None:
        """Open the source where it was left and hand over what it yields, until it ends or we do."""
        self._sheaf = _Sheaf()
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
        now = self._clock_s()
        self._pace_s += 0.2 * (min(1.0, now - self._chunk_s) - self._pace_s)
        self._chunk_s = now
        sheaf = self._sheaf
        if sheaf.records and sheaf.instance != chunk.instance:
            self._flush(lease)
        for record in chunk.records:
            sheaf = self._sheaf
            sheaf.instance = chunk.instance
            sheaf.records.append(record)
            sheaf.size_bytes += len(record.data)
            if sheaf.full():
                self._flush(lease)
        self._counters.add("records_read", len(chunk.records))
        self._counters.add("bytes_read", sum([len(record.data) for record in chunk.records]))
        self._sheaf.cursor = chunk.cursor or self._sheaf.cursor
        crowded = self._backlog.batches >= BUSY_BATCHES or self._pace_s < QUICK_S / 2
        if not chunk.records or not crowded or now - self._flushed_s > QUICK_S * max(1, self._backlog.batches):
            self._flush(lease)
        self._keep(lease)
        self._breathe(lease)

    _flushed_s = 0.0

    def _flush(self, lease: Lease) -> None:
        """Hand over what was collected. The cursor of a chunk moves with its last record, never before."""
        sheaf, self._sheaf = self._sheaf, _Sheaf()
        self._flushed_s = self._clock_s()
        if not sheaf.records and (sheaf.cursor is None or sheaf.cursor == lease.cursor):
            return
        if not sheaf.records:
            self._sheaf.cursor = sheaf.cursor  # nothing to hand over: it travels with the next batch
            return
        batch_id = new_batch_id(self._source.name)
        data = encode_batch(RawBatch(self._source.name, sheaf.records, sheaf.instance))
        self._backlog = self._insisting(lambda: self._claims.hand_over(lease, batch_id, data, sheaf.cursor), lease)
        self._renewed_s = self._clock_s()
        self._counters.add("batches_handed_over")
        self._announce(batch_id)
        if lease.cursor is None:
            self._remember(batch_id, data)

    def _announce(self, batch_id: str) -> None:
        """Tell the workers. If that fails the batch is open all the same, and upkeep will tell them."""
        try:
            self._enqueue(batch_id)
        except Exception as error:  # noqa: BLE001 - kombu's errors are as many as its transports
            log.warning("batch %s waits for upkeep: %s", batch_id, error)

    def _insisting(self, ask: Callable[[], T], lease: Lease) -> T:
        """Ask Redis until it answers or we are told to stop.

        A source without a cursor cannot be read again: what was handed over just before an outage may be lost with the
        broker's last moment, so it is handed over once more (the same id and bytes: nothing doubles).

        Raises:
            LeaseLost, and BrokerUnavailable when told to stop.
        """
        failed = False
        for wait_s in _waits(0.05, 2.0):
            try:
                if failed:
                    for _, batch_id, data in list(self._recent):
                        self._claims.hand_over(lease, batch_id, data, None)
                        self._announce(batch_id)
                return ask()
            except BrokerUnavailable as error:
                if not failed:
                    log.warning("%s: Redis is away: %s", self._source.name, error)
                failed = True
                if self._stopping():
                    raise
                time.sleep(wait_s)
        raise AssertionError("unreachable")

    def _remember(self, batch_id: str, data: bytes) -> None:
        now = self._clock_s()
        self._recent.append((now, batch_id, data))
        self._recent_bytes += len(data)
        while self._recent and (now - self._recent[0][0] > REMEMBER_S or self._recent_bytes > REMEMBER_BYTES):
            self._recent_bytes -= len(self._recent.popleft()[2])

    def _keep(self, lease: Lease) -> None:
        """Renew the lease once a second, from this loop only."""
        if self._clock_s() - self._renewed_s < RENEW_S:
            return
        self._backlog = self._insisting(lambda: self._claims.renew(lease), lease)
        self._renewed_s = self._clock_s()
        self._telling(
            lambda: self._speaker.say(
                self._speaker.state.state, self._speaker.state.detail, lag_s=self._speaker.state.lag_s
            )
        )

    def _breathe(self, lease: Lease) -> None:
        """Stop reading while the queue is over its high-water mark."""
        if self._backlog.size_bytes < self._high_water_bytes:
            return
        self._flush(lease)
        self._counters.add("reader_pauses")
        before = self._speaker.state
        self.report("paused", "the queue is full")
        while not self._stopping() and self._backlog.size_bytes > LOW_WATER * self._high_water_bytes:
            time.sleep(0.05)
            self._backlog = self._insisting(lambda: self._claims.renew(lease), lease)
            self._renewed_s = self._clock_s()
        self.report(before.state, before.detail, lag_s=before.lag_s)

    def _rest(self) -> None:
        """The source has ended for good: keep the lease, so that nobody reads it again, until told to stop."""
        self.report("ended")
        while not self.wait(1.0):
            pass

    def _wait_for_lease(self) -> Lease | None:
        try:
            lease = self._claims.acquire(self._source.name)
        except BrokerUnavailable:
            lease = None
        if lease is None and not self._stopping():
            time.sleep(WAIT_LEASE_S)
        self._renewed_s = self._clock_s()
        return lease

    def _give_up(self) -> None:
        """Another reader has the source: forget what was collected, it reads that again from the cursor."""
        log.warning("%s: another reader has taken over", self._source.name)
        self._counters.add("leases_lost")
        self._lease = None
        self._sheaf = _Sheaf()
        self._recent.clear()
        self._recent_bytes = 0

    def _end(self) -> None:
        if self._lease is None:
            return
        if self._speaker.state.state != "ended":
            self.report("stopped")
        self._telling(lambda: self._claims.release(self._lease) if self._lease else None)
        self._lease = None

    def _telling(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except BrokerUnavailable:
            log.debug("Redis is away: nobody hears how %s is", self._source.name)


def pause_s(failures: int) -> float:
    """Return how long to wait before opening a source again: doubling, jittered, at most `LONGEST_WAIT_S`."""
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures, 10))
    return random.uniform(longest / 2, longest)


def _waits(first_s: float, longest_s: float) -> Iterator[float]:
    wait_s = first_s
    while True:
        yield wait_s
        wait_s = min(longest_s, wait_s * 2)
