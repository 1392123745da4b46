"""Pacing of a re-check: ends a run and makes the next ones wait, and doubts an answer that all of many posts are gone.

Such an answer has to come twice before it is acted on: a network may be wrong for a while, and deletions are for good.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from pipeline.clock import now_ms
from pipeline.upkeep.recheck.progress import RecheckProgress
from pipeline.upkeep.recheck.result import RecheckResult

log = logging.getLogger(__name__)

SUSPICIOUS_POSTS = 10
"""From this many posts on, the answer that all are deleted needs a second answer."""
DOUBT_S = 600.0


class Pacing:
    """Waits and doubts of one run."""

    def __init__(self, source: str, progress: RecheckProgress, result: RecheckResult) -> None:
        self._source = source
        self._progress = progress
        self._result = result

    def wait(self, seconds: float, why: str) -> None:
        """Make this run end, and the next ones wait."""
        log.info("%s is not re-checked now: %s", self._source, why)
        self._result.waits = why
        self._progress.wait_until = now_ms() + int(seconds * 1000)

    def believes(self, ids: Sequence[str], deleted: Sequence[str]) -> bool:
        """Tell whether an answer may be acted on: "all of many posts are deleted" needs a second answer."""
        if len(ids) < SUSPICIOUS_POSTS or len(deleted) < len(ids) or self._progress.doubted == ids[0]:
            self._progress.doubted = ""
            return True
        self._progress.doubted = ids[0]
        self.wait(
            DOUBT_S,
            f"the network reports all of {len(ids)} posts as deleted: they are looked up again before that is believed",
        )
        return False
