"""Batch runner: processes one batch by its id, and decides after an error when the batch is tried again.

`BatchRunner.run` never raises. Celery acknowledges a late task that ended in an ordinary exception, so the batch's next
attempt is arranged here: at once, later through upkeep, or after a pause while the store or the broker is away.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

from pipeline.broker.counters import Counters
from pipeline.errors import (
    AttemptUnfinished,
    BatchDone,
    BrokerUnavailable,
    MurmurError,
    StoreError,
    StoreUnavailable,
)
from pipeline.queue.claim_check import Claim, ClaimCheck
from pipeline.queue.task_queue import TaskQueue
from pipeline.worker.batch_processor import WHOLE_ATTEMPTS, BatchProcessor

log = logging.getLogger(__name__)

OUTAGE_WAIT_S = 5.0
RETRY_FIRST_S, RETRY_LONGEST_S = 1.0, 60.0
"""Pauses before a batch that failed in parts as well is tried again: doubling, at most the longest."""
_LOOK_S = 0.25


def _ignore_outage(_why: str | None) -> None:
    """Report nothing."""


class BatchRunner:
    """Runs batches. Belongs to one thread.

    `report_outage` gets why the store is away, and None once the store answers.
    """

    def __init__(
        self,
        processor: BatchProcessor,
        claims: ClaimCheck,
        counters: Counters,
        queue: TaskQueue,
        *,
        report_outage: Callable[[str | None], None] = _ignore_outage,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.processor = processor
        self._claims = claims
        self._counters = counters
        self._queue = queue
        self._report_outage = report_outage
        self._sleep = sleep

    def run(self, batch_id: str) -> None:
        """Process one batch, or arrange that it is processed later. Never raises."""
        started = time.perf_counter_ns()
        claim: Claim | None = None
        try:
            claim = self._claims.take(batch_id)
            if claim is None:
                return
            for _ in self.processor.attempt(claim):
                pass
            self._report_outage(None)
        except BatchDone:
            return
        except AttemptUnfinished as error:
            self._resume_later(batch_id, error)
        except (StoreUnavailable, BrokerUnavailable) as error:
            self._retry_after_outage(batch_id, error)
        except Exception as error:  # noqa: BLE001 - after any error the batch is still open, and is tried again
            self._retry_after_failure(batch_id, claim, error)
        finally:
            self._counters.add("ingest_us", (time.perf_counter_ns() - started) // 1000)

    def _resume_later(self, batch_id: str, error: AttemptUnfinished) -> None:
        """Put the batch behind the others; its next attempt resumes and counts as the same."""
        log.info("batch %s is resumed later: %s", batch_id, error)
        with suppress(MurmurError):
            self._claims.forgive(batch_id)
        self._enqueue(batch_id)

    def _retry_after_failure(self, batch_id: str, claim: Claim | None, error: Exception) -> None:
        """Retry a batch that failed: at once the first times, then postponed longer and longer.

        The worker itself waits only if Redis does not even take the postponement, which concerns every batch.
        """
        attempts = claim.attempts if claim else 0
        self._counters.add("batches_failed")
        if claim and attempts <= WHOLE_ATTEMPTS:
            log.warning("batch %s failed", batch_id, exc_info=error if attempts == 1 else None)
            self._enqueue(batch_id)
            return
        pause_s = min(RETRY_LONGEST_S, RETRY_FIRST_S * 2 ** min(max(0, attempts - WHOLE_ATTEMPTS - 1), 10))
        log.warning("batch %s is retried in %.0f s: %s: %s", batch_id, pause_s, type(error).__name__, error)
        if isinstance(error, StoreError):
            self._report_outage(str(error))
        if claim is not None:
            with suppress(MurmurError):
                self._claims.postpone(batch_id, pause_s)
                return
        self._wait(OUTAGE_WAIT_S)
        self._enqueue(batch_id)

    def _retry_after_outage(self, batch_id: str, error: Exception) -> None:
        """Wait a little for the store or the broker, then put the batch at the end of the queue."""
        log.warning("batch %s waits: %s", batch_id, error)
        self._counters.add("batches_retried")
        if isinstance(error, StoreUnavailable):
            self._report_outage(str(error))
        try:
            self._claims.forgive(batch_id)
        except MurmurError:
            log.info("the attempt at batch %s counts, because Redis is away", batch_id)
        self._wait(OUTAGE_WAIT_S, lambda: isinstance(error, BrokerUnavailable) and self._broker_answers())
        self._enqueue(batch_id)

    def _wait(self, seconds: float, over: Callable[[], bool] = lambda: False) -> None:
        waited_s = 0.0
        while waited_s < seconds and not self._queue.stopping():
            self._sleep(_LOOK_S)
            waited_s += _LOOK_S
            if over():
                break

    def _broker_answers(self) -> bool:
        try:
            self._claims.backlog()
        except MurmurError:
            return False
        return True

    def _enqueue(self, batch_id: str) -> None:
        try:
            self._queue.enqueue(batch_id)
        except Exception as error:  # noqa: BLE001 - the batch is still open: upkeep enqueues it again
            log.warning("batch %s could not be enqueued again, upkeep will do it: %s", batch_id, error)
