"""Findings of a re-check: sends deletions and fresh records of posts to the workers as batches, and counts them.

The counts go to the metrics, to the run's result and to the source's progress. If sending fails, upkeep sends the batch
later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from pipeline.broker.counters import Counters
from pipeline.clock import now_ms
from pipeline.errors import BrokerUnavailable
from pipeline.queue.batch import RECHECK, RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import ClaimCheck, new_batch_id
from pipeline.sources.lookup_contract import LookupResult
from pipeline.upkeep.recheck.progress import RecheckProgress
from pipeline.upkeep.recheck.result import RecheckResult

log = logging.getLogger(__name__)

BATCH_RECORDS = 500


class Findings:
    """The findings of one run over one source."""

    def __init__(
        self,
        source: str,
        claims: ClaimCheck,
        enqueue: Callable[[str], None],
        counters: Counters,
        *,
        result: RecheckResult,
        progress: RecheckProgress,
    ) -> None:
        self._source = source
        self._claims = claims
        self._enqueue = enqueue
        self._counters = counters
        self._result = result
        self._progress = progress

    def add(self, checked: int, looked: LookupResult) -> None:
        """Send what a look-up of `checked` posts found, and count it."""
        at = now_ms()
        deletions = [RawRecord(at, _deletion(post_id, at)) for post_id in looked.deleted]
        for start in range(0, len(deletions), BATCH_RECORDS):
            self._send(RawBatch(RECHECK, deletions[start : start + BATCH_RECORDS]))
        for batch in looked.fresh:
            self._send(batch)
        self._counters.add("posts_rechecked", checked)
        self._result.fresh += sum(len(batch.records) for batch in looked.fresh)
        for counts in (self._result, self._progress):
            counts.checked += checked
            counts.gone += len(looked.deleted)
            counts.unsure += looked.unsure

    def _send(self, batch: RawBatch) -> None:
        batch_id = new_batch_id(f"recheck-{self._source}")
        self._claims.offer(batch_id, encode_batch(batch))
        try:
            self._enqueue(batch_id)
        except BrokerUnavailable as error:
            log.warning("batch %s waits until upkeep enqueues it: %s", batch_id, error)


def _deletion(post_id: str, at: int) -> bytes:
    return msgspec.json.encode({"murmur": 1, "kind": "delete", "id": post_id, "at": at})
