"""The reader's way into the queue: a batch at a time under the lease, again after an outage, when full by the spool.

Knows Redis, the lease and the spool, and no source. Order holds: while something waits in the spool, what is new goes
behind it. The spool moves no cursor, so what it holds and the disk loses is read again where a source can be.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

from pipeline.broker.counters import Counters
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BrokerUnavailable
from pipeline.queue.batch import RawBatch, encode_batch
from pipeline.queue.claim_check import Backlog, ClaimCheck, Lease, new_batch_id
from pipeline.reader.spool import Spool, Spooled, SpoolTaken

log = logging.getLogger(__name__)

LOW_WATER = 0.8
"""A paused reader reads on, and a spool is drained, when the open bytes are under this share of the high-water mark."""
REMEMBER_S = 3.0
REMEMBER_BYTES = 8 * 1024 * 1024
DRAINING_S = 0.25
"""So long a spool is drained before the source has its turn again."""

T = TypeVar("T")


class Handover:
    """Hands batches of one source over. Belongs to the reader's thread; `open_spool` None: full means waiting."""

    def __init__(
        self,
        source: str,
        claims: ClaimCheck,
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
        self._counters = counters
        self._enqueue = enqueue
        self._high_water_bytes = high_water_bytes
        self._stopping = stopping
        self._open_spool = open_spool
        self._clock_s = clock_s
        self._spool: Spool | None = None
        self._looked = False
        self._recent: deque[tuple[float, str, bytes]] = deque()
        self._recent_bytes = 0
        self.backlog = Backlog(0, 0)
        """What was open when last asked."""
        self.lost_since_ms = 0
        """Since when batches have been dropped because the spool is full too; 0: none are."""

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
        """Whether a full queue means the spool, not waiting; it is opened when first asked for."""
        return self._spooled()

    @property
    def spooling(self) -> bool:
        """Whether something waits in the spool."""
        return self._spool is not None and self._spool.size_bytes > 0

    def take(self, lease: Lease, batch: RawBatch, cursor: str | None) -> None:
        """Hand a batch over, or spool it where the queue is full and there is a spool.

        Raises:
            LeaseLost; BrokerRefused; BrokerUnavailable when told to stop. Where there is a spool, the batch lies in it.
        """
        batch_id, data = new_batch_id(self._source), encode_batch(batch)
        if self.spools and (self.spooling or self.full):
            self._keep(Spooled(batch_id, data, len(batch.records)))
            return
        try:
            self.backlog = self.insisting(lambda: self._claims.hand_over(lease, batch_id, data, cursor), lease)
        except (BrokerUnavailable, BrokerRefused):
            if self.spools:
                self._keep(Spooled(batch_id, data, len(batch.records)))
            raise
        self._counters.add("batches_handed_over")
        self._announce(batch_id)
        if lease.cursor is None:
            self._remember(batch_id, data)

    def renew(self, lease: Lease) -> None:
        """Renew the lease, and learn what is open."""
        self.backlog = self.insisting(lambda: self._claims.renew(lease), lease)

    def drain(self, lease: Lease | None) -> None:
        """Hand over some of what waits in the spool, if the queue has room.

        Without the lease too: it was read under it, moves no cursor, and lies on no other reader's disk.
        """
        if not self._spooled():
            return
        end_s = self._clock_s() + DRAINING_S
        while self._clock_s() < end_s:
            entry = self._spool.first() if self._spool is not None and self.relieved else None
            if entry is None or self._spool is None:
                return
            if lease is None:
                self._claims.offer(entry.batch_id, entry.data)
                self.backlog = self._claims.backlog()
            else:
                self.backlog = self._hand_over(lease, entry)
            self._announce(entry.batch_id)
            self._counters.add("batches_handed_over")
            self._spool.done()

    def pay_back(self) -> None:
        """Without the lease, hand over what was spooled here before; then leave the file to whoever holds the lease."""
        if self._spool is None and self._looked:
            return
        self._looked = True
        if not self._spooled():
            return
        if self.spooling:
            self.backlog = self._claims.backlog()
            self.drain(None)
        if not self.spooling:
            self.close()

    def forget(self) -> None:
        """Another reader has the source: what was handed over is its business now."""
        self._recent.clear()
        self._recent_bytes = 0

    def close(self) -> None:
        """Let go of the spool; what waits in it stays."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def insisting(self, ask: Callable[[], T], lease: Lease) -> T:
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
                    log.warning("%s: Redis is away: %s", self._source, error)
                failed = True
                if self._stopping():
                    raise
                time.sleep(wait_s)
        raise AssertionError("unreachable")

    def _hand_over(self, lease: Lease, entry: Spooled) -> Backlog:
        return self.insisting(lambda: self._claims.hand_over(lease, entry.batch_id, entry.data, None), lease)

    def _spooled(self) -> bool:
        """Tell whether there is a spool to use; it is opened when first needed."""
        if self._spool is None and self._open_spool is not None:
            try:
                self._spool = self._open_spool()
            except SpoolTaken:
                return False
            except OSError as error:
                log.warning("%s: nothing can be spooled: %s", self._source, error)
                self._open_spool = None
        return self._spool is not None

    def _keep(self, entry: Spooled) -> None:
        if self._spool is not None and self._spool.append(entry):
            self._counters.add("records_spooled", entry.records)
            return
        self._counters.add("records_dropped", entry.records)
        self.lost_since_ms = self.lost_since_ms or int(time.time() * 1000)

    def _announce(self, batch_id: str) -> None:
        """Tell the workers. If that fails the batch is open all the same, and upkeep will tell them."""
        try:
            self._enqueue(batch_id)
        except BrokerUnavailable as error:
            log.warning("batch %s waits for upkeep: %s", batch_id, error)

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
