"""What a reader holds until it hands it over: records, the cursor behind them, and for how long they may wait for more.

A batch costs milliseconds whatever is in it: at 500 posts a second a batch for each chunk took 1.3 cores, forty batches
a second take 0.7. So chunks of a quick stream are collected for a moment, and so are all while workers have enough to
do; a slow stream is handed over at once.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk

MAX_RECORDS = 500
MAX_BYTES = 4 * 1024 * 1024
BUSY_BATCHES = 6
"""With so many open batches, workers have enough to do: collect larger ones instead of more."""
QUICK_S = 0.010
"""Chunks that follow each other faster than this, on average, are a quick stream."""
PACE_SHARE = 0.2
"""How much of the average the last chunk is."""
LINGER_S = 0.025
"""The moment."""
BUSY_LINGER_S = 0.004
"""For each open batch, where workers have enough to do."""


class BatchBuffer:
    """Records collected but not yet handed over. Belongs to one reader's thread."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self.records: list[RawRecord] = []
        self.size_bytes = 0
        self.cursor: str | None = None
        self.instance = ""
        self._handed_s = 0.0
        self._chunk_s = 0.0
        self._pace_s = 1.0

    def notice(self, chunk: Chunk) -> None:
        """Learn how fast chunks come. Empty ones do not count: a reader's patience may have asked for them."""
        if not chunk.records:
            return
        now = self._clock_s()
        self._pace_s += PACE_SHARE * (min(1.0, now - self._chunk_s) - self._pace_s)
        self._chunk_s = now

    def add(self, record: RawRecord, instance: str) -> bool:
        """Hold a record more; tell whether it is time to hand over, because a batch must not grow further."""
        self.instance = instance
        self.records.append(record)
        self.size_bytes += len(record.data)
        return len(self.records) >= MAX_RECORDS or self.size_bytes >= MAX_BYTES

    def may_wait(self, open_batches: int) -> bool:
        """Tell whether what is held may wait for more."""
        busy = open_batches >= BUSY_BATCHES or self._pace_s < QUICK_S
        return busy and self.left_s(open_batches) > 0

    def left_s(self, open_batches: int) -> float:
        """Return how much longer it may wait, in s; not more than nothing if it is overdue."""
        return self._handed_s + max(LINGER_S, BUSY_LINGER_S * open_batches) - self._clock_s()

    def take(self) -> tuple[list[RawRecord], str | None]:
        """Return what is held and the cursor behind it, and begin anew. Without records the cursor waits for some."""
        records, cursor = self.records, self.cursor
        self.records, self.size_bytes = [], 0
        if records:
            self.cursor = None
        self._handed_s = self._clock_s()
        return records, cursor

    def forget(self) -> None:
        """Drop what is held, and its cursor: it will be read again, or was never to be handed over."""
        self.records, self.size_bytes, self.cursor, self.instance = [], 0, None, ""
