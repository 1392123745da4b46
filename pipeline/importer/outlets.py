"""Outlets of an import: hand a batch to the workers, or process it here where no worker does.

Batches go the way of every batch: stored in Redis, opened, and processed by whoever takes them. At most
`OPEN_BATCHES_MAX` of an import are open at once, so that live posts need not wait behind an archive, and none is added
while the queue is over its high-water mark.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from pipeline.errors import BrokerUnavailable, StoreError
from pipeline.queue.batch import IMPORT, RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import ClaimCheck, new_batch_id

OPEN_BATCHES_MAX = 12
"""Batches of an import that are open at once."""
HELP_AFTER_S = 5.0
"""Seconds without a batch done after which the import processes batches itself: no worker runs."""
_LOOK_S = 0.02
_ATTEMPTS_MAX = 30


class ImportStopped(Exception):
    """Raised when the import is told to end."""


class BatchOutlet:
    """Takes the batches of an import. Belongs to one thread.

    Args:
        claims: the queue.
        enqueue: sends a batch's id to the workers; None: no worker runs, so that batches are processed here.
        work: processes a batch here by its id; None: the store of the workers is another one.
        high_water_bytes: bytes of open batches from which on none is added.
        stopping: tells whether to end.
    """

    def __init__(
        self,
        claims: ClaimCheck,
        *,
        enqueue: Callable[[str], None] | None,
        work: Callable[[str], None] | None,
        high_water_bytes: int,
        stopping: Callable[[], bool],
    ) -> None:
        self._claims = claims
        self._enqueue = enqueue
        self._work = work
        self._high_water_bytes = high_water_bytes
        self._stopping = stopping
        self._open: deque[str] = deque()
        self._moved_s = time.monotonic()

    def put(self, records: list[RawRecord]) -> None:
        """Hand a batch over, once there is room.

        Raises:
            ImportStopped: the import is told to end, and the batch is not handed over.
            BrokerUnavailable, StoreError: Redis or the store does not take it.
        """
        batch_id, data = new_batch_id(IMPORT), encode_batch(RawBatch(IMPORT, records))
        if self._enqueue is None:
            self._claims.offer(batch_id, data)
            self._process(batch_id)
            return
        self._wait(OPEN_BATCHES_MAX - 1)
        while self._claims.backlog().size_bytes >= self._high_water_bytes:
            self._pause()
        self._claims.offer(batch_id, data)
        self._open.append(batch_id)
        with suppress(BrokerUnavailable):  # the batch is open: upkeep sends its id
            self._enqueue(batch_id)

    def finish(self) -> None:
        """Wait until every batch is done.

        Raises:
            ImportStopped: the import is told to end; the batches stay in the queue.
        """
        self._wait(0)

    def _wait(self, most: int) -> None:
        """Wait until at most so many batches are open."""
        self._drop_done()
        while len(self._open) > most:
            self._pause()
            self._drop_done()

    def _drop_done(self) -> None:
        while self._open and not self._claims.is_open(self._open[0]):
            self._open.popleft()
            self._moved_s = time.monotonic()

    def _pause(self) -> None:
        """Wait a moment; process a batch here where nobody has for long.

        Raises:
            ImportStopped: the import is told to end.
        """
        if self._stopping():
            raise ImportStopped
        if self._work is not None and self._open and time.monotonic() - self._moved_s > HELP_AFTER_S:
            self._process(self._open[0])
        else:
            time.sleep(_LOOK_S)

    def _process(self, batch_id: str) -> None:
        """Process a batch here, in as many attempts as it takes.

        Raises:
            StoreError: it is still open after all attempts.
        """
        if self._work is None:
            raise StoreError("no worker runs, and the store of the workers is not here")
        for _ in range(_ATTEMPTS_MAX):
            self._work(batch_id)
            if not self._claims.is_open(batch_id):
                return
            if self._stopping():
                raise ImportStopped
        raise StoreError("the store does not take the posts; the same command goes on here")
