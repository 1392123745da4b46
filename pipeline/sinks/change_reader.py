"""Change reader of a sink: reads a search's new matches, retractions and deletions after a position, in bounded steps.

Steps shrink when the store times out, and grow again later; no read grows with the time that a sink was away. If more
happened under one sequence number than can be read at once, the newest matches are returned, marked as incomplete.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.errors import QueryTimeout
from pipeline.query.tree import Query
from pipeline.store.contract import Changes, Reading, Store

log = logging.getLogger(__name__)

STEP_POSTS = 1_000
"""Most stored posts and tombstones that one step reads, whether they match or not."""

MIN_STEP_POSTS = 10
"""Smallest step. Steps shrink to it where the store takes too long."""

MAX_POSTS_OF_ONE_NUMBER = 20_000
"""Most changes read if more than one step has the same sequence number, as when an account is deleted.

If there are more, the sink gets the newest matches and `Delivery.missed`.
"""

decode_body = msgspec.json.Decoder(dict[str, Any]).decode


class ChangeReader:
    """Reads changes for one sink. Belongs to one thread."""

    def __init__(self, sink: str, store: Callable[[], Store]) -> None:
        self._sink = sink
        self._store = store
        self._step_posts = STEP_POSTS

    def read(self, query: Query, position: int, safe: int) -> tuple[int, Changes]:
        """Return a number up to `safe`, and the changes of a search after `position` up to that number.

        Stored changes that are not yet published have greater numbers and come with a later step.

        Raises:
            QueryTimeout: the store is too slow for the smallest step.
        """
        while True:
            try:
                with self._store().reading() as reading:
                    stride = reading.step_end(position, limit=self._step_posts)
                    until = safe if stride is None else min(stride, safe)
                    changes = self._changes(reading, query, position, until)
            except QueryTimeout:
                if self._step_posts <= MIN_STEP_POSTS:
                    raise
                self._step_posts = max(MIN_STEP_POSTS, self._step_posts // 4)
                log.info("sink %s reads in steps of %d posts now: the store is slow", self._sink, self._step_posts)
            else:
                self._step_posts = min(STEP_POSTS, self._step_posts + MIN_STEP_POSTS)
                return until, changes

    def _changes(self, reading: Reading, query: Query, position: int, until: int) -> Changes:
        for limit in (self._step_posts, MAX_POSTS_OF_ONE_NUMBER):
            changes = reading.changes(query, after=position, removed_after=position, limit=limit, until=until)
            if not changes.overflow:
                return changes
        log.warning("sink %s misses some of %s: too much happened under one number", self._sink, query.canonical)
        newest = reading.search(query, limit=STEP_POSTS).bodies
        return Changes(
            [body for body in newest if position < decode_body(body)["seq"] <= until],
            tombstones=reading.deleted_ids(position, limit=MAX_POSTS_OF_ONE_NUMBER, until=until),
            overflow=True,
        )
