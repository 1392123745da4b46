"""Pacing of a re-check: when it must wait, and when an answer is asked for twice before it is believed."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from pipeline.clock import now_ms
from pipeline.upkeep.recheck.progress import RecheckProgress
from pipeline.upkeep.recheck.result import RecheckResult

log = logging.getLogger(__name__)

SUSPICIOUS_POSTS = 10
"""From this many posts on, an answer that all are gone is asked for again before it is believed."""
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

    def believes(self, ids: Sequence[str], gone: Sequence[str]) -> bool:
        """Tell whether an answer may be acted on: "all of many posts are gone" needs a second answer."""
        if len(ids) < SUSPICIOUS_POSTS or len(gone) < len(ids) or self._progress.doubted == ids[0]:
            self._progress.doubted = ""
            return True
        self._progress.doubted = ids[0]
        self.wait(DOUBT_S, f"all of {len(ids)} posts are said to be gone: asked again before that is believed")
        return False
