"""Intake filter: drops posts that do not match the search TRACK before they are stored; deletions always pass.

It follows changes of TRACK at run time; TRACK is a search, everything (`*`), or all standing searches. A repost or
quote inside TRACK keeps its original in the batch. A TRACK that cannot be parsed leaves the former one in force.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.errors import QueryError
from pipeline.match.contract import StandingMatcher
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.post import Post, Upsert
from pipeline.query.document import Document
from pipeline.query.tree import Query
from pipeline.store.contract import Writes
from pipeline.worker.normalised_batch import originals
from pipeline.worker.track_setting import TRACK_EVERYTHING, TRACK_SEARCHES

log = logging.getLogger(__name__)

_KEY = "track"
_REREAD_S = 1.0
"""Seconds between two reads of TRACK."""


class IntakeFilter:
    """Filters writes by TRACK as it is now. `read` returns TRACK. Belongs to one thread."""

    def __init__(
        self,
        read: Callable[[], str],
        parse: Callable[[str], Query],
        describe: Callable[[Post, Post | None], Document],
        standing: StandingMatcher,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._parse = parse
        self._describe = describe
        self._standing = standing
        self._clock_s = clock_s
        self._read_s = float("-inf")
        self._text = TRACK_EVERYTHING
        self._matcher: StandingMatcher | None = None

    def filter(self, writes: Writes, *, whole: bool = False) -> Writes:
        """Return the writes inside TRACK; all of them if `whole`: who imports a file wants what is in it.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        if whole:
            return writes
        self._follow_track()
        if self._matcher is None or not writes.upserts:
            return writes
        return replace(writes, upserts=self._inside(writes.upserts, self._matcher))

    def _inside(self, upserts: Sequence[Upsert], matcher: StandingMatcher) -> list[Upsert]:
        by_id = {upsert.post.id: upsert.post for upsert in upserts}
        documents = [self._describe(upsert.post, by_id.get(upsert.post.repost_of)) for upsert in upserts]
        report = matcher.match(documents)
        inside = {index for indexes in report.matches.values() for index in indexes}
        carried = {post_id for index in inside for post_id in originals(upserts[index].post)}
        return [upsert for index, upsert in enumerate(upserts) if index in inside or upsert.post.id in carried]

    def _follow_track(self) -> None:
        now = self._clock_s()
        if now - self._read_s < _REREAD_S:
            return
        text = self._read()
        self._read_s = now
        if text == self._text:
            return
        self._text = text
        if text == TRACK_EVERYTHING:
            self._matcher = None
        elif text == TRACK_SEARCHES:
            self._matcher = self._standing
        else:
            matcher = MemoryMatcher()
            try:
                matcher.add(_KEY, self._parse(text))
            except QueryError as error:
                log.warning("TRACK %r cannot be parsed, the search before stays in force: %s", text, error)
                return
            self._matcher = matcher
