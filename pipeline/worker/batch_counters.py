"""Counts one batch after COMMIT: records, posts, deletions and messages, and the latency from reception to publication.

An attempt that no longer owned its batch counts as stale, with its records only. Batches whose last record was received
more than ten minutes ago (replayed, retried) say nothing about latency.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from pipeline.broker.counters import Counters
from pipeline.publish.messages import Message
from pipeline.queue.batch import IMPORT, RawBatch
from pipeline.store.contract import Persisted

LIVE_MS = 600_000
"""Records received longer ago (ms) are replayed or retried; they are left out of the latency."""


def count_batch(
    counters: Counters,
    batch: RawBatch,
    persisted: Persisted,
    messages: Sequence[Message],
    *,
    untracked: int,
    done: bool,
) -> None:
    """Count a batch. `untracked`: posts outside TRACK; `done`: this attempt still owned the batch."""
    counters.add("records_in", len(batch.records))
    if not done:
        counters.add("batches_stale")
        return
    counters.add("batches_done")
    counters.add("posts_untracked", untracked)
    counters.add("posts_accepted", len(persisted.entries))
    counters.add("posts_inserted", persisted.inserted)
    counters.add("posts_deleted", len(persisted.deleted))
    counters.add("messages", len(messages))
    counters.add("message_bytes", sum(len(payload) for _, payload in messages))
    waited_ms = time.time() * 1000 - batch.records[-1].received_at if batch.records else LIVE_MS
    if waited_ms < LIVE_MS and batch.source != IMPORT:
        counters.observe_latency(max(0.0, waited_ms), len(batch.records))
