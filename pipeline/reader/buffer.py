"""Micro-batching for a reader: gathers records and their cursor until the batch is full or waiting only adds latency.

How long records linger depends on the measured pace of the stream and on the open batches. A batch costs milliseconds
whatever is in it: at 500 posts a second, one batch a chunk took 1.3 cores, forty batches a second take 0.7. So chunks
of a fast stream are buffered for a moment, and all chunks are while workers are busy; a slow stream is enqueued at
once.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.queue.batch import BATCH_MAX_BYTES, BATCH_MAX_RECORDS, RawRecord
from pipeline.sources.contract import Chunk

BUSY_BATCHES = 6
"""Open batches from which on workers count as busy: then larger batches help, more batches do not."""
FAST_S = 0.010
"""A stream is fast if its chunks follow each other within this many seconds on average."""
LAST_CHUNK_SHARE = 0.2
"""Weight of the last interval between chunks in their moving average."""
LINGER_S = 0.025
"""Seconds that records of a fast stream are buffered before they are queued."""
BUSY_LINGER_S = 0.004
"""Seconds of buffering for each open batch, while workers are busy."""


class BatchBuffer:
    """Records read and not yet enqueued. Belongs to one reader's thread."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self.records: list[RawRecord] = []
        self.size_bytes = 0
        self.cursor: str | None = None
        self.instance = ""
        self._taken_s = 0.0
        self._chunk_s = 0.0
        self._interval_s = 1.0

    def observe(self, chunk: Chunk) -> None:
        """Measure how fast chunks come. Empty chunks do not count: the reader may have requested them."""
        if not chunk.records:
            return
        now = self._clock_s()
        self._interval_s += LAST_CHUNK_SHARE * (min(1.0, now - self._chunk_s) - self._interval_s)
        self._chunk_s = now

    def add(self, record: RawRecord, instance: str) -> bool:
        """Add a record; return whether the batch is full and must be taken now."""
        self.instance = instance
        self.records.append(record)
        self.size_bytes += len(record.data)
        return len(self.records) >= BATCH_MAX_RECORDS or self.size_bytes >= BATCH_MAX_BYTES

    def should_linger(self, open_batches: int) -> bool:
        """Tell whether the records should wait for more."""
        busy = open_batches >= BUSY_BATCHES or self._interval_s < FAST_S
        return busy and self.left_s(open_batches) > 0

    def left_s(self, open_batches: int) -> float:
        """Return the seconds that the records may still wait; zero or less if they are overdue."""
        return self._taken_s + max(LINGER_S, BUSY_LINGER_S * open_batches) - self._clock_s()

    def take(self) -> tuple[list[RawRecord], str | None]:
        """Return the records and the cursor behind them, and start anew. Without records the cursor stays."""
        records, cursor = self.records, self.cursor
        self.records, self.size_bytes = [], 0
        if records:
            self.cursor = None
        self._taken_s = self._clock_s()
        return records, cursor

    def clear(self) -> None:
        """Drop the records and their cursor: they will be read again."""
        self.records, self.size_bytes, self.cursor, self.instance = [], 0, None, ""
