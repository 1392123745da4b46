"""Progress of a source's re-check, kept in Redis: where the round and the gaps' spans are, pauses, budget, awaited job.

`RecheckProgress` picks the next span and moves it on, and takes each gap once. `RecheckProgressStore` reads and writes
it under a hold, so that one process at a time re-checks a source.
"""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.sources.x.compliance import ComplianceJob

GAPS_KNOWN = 500
"""Gaps that are remembered, more than coverage is ever searched for, so that no gap is checked twice."""


class PostSpan(msgspec.Struct):
    """Posts created from `since` to `until` (ms), newest first, at most `left` (None: all).

    `before` is the token of the next page. `author` restricts them to the posts of one account ("": no one's).
    """

    since: int | None = None
    until: int | None = None
    before: str = ""
    left: int | None = None
    author: str = ""


class Waiting(msgspec.Struct):
    """A compliance job that X works at: `count` posts, begun at `began` (ms); `before` is the page behind them."""

    job: ComplianceJob
    count: int
    before: str
    began: int


class RecheckProgress(msgspec.Struct):
    """Progress of one source. Times in ms."""

    began: int = 0
    round: PostSpan | None = None
    gaps: list[PostSpan] = []
    gaps_known: list[str] = []
    wait_until: int = 0
    doubted: str = ""
    waiting: Waiting | None = None
    no_jobs_until: int = 0
    month: str = ""
    paid: int = 0
    checked: int = 0
    gone: int = 0
    unsure: int = 0

    def span(self) -> PostSpan | None:
        """Return the span to check next: spans around gaps come first."""
        return self.gaps[0] if self.gaps else self.round

    def done(self, span: PostSpan) -> None:
        """Remove a span that is finished."""
        if self.gaps and span is self.gaps[0]:
            self.gaps.pop(0)
        else:
            self.round = None

    def advance(self, span: PostSpan, after: str) -> None:
        """Move a span to its next page, or finish it."""
        if after and (span.left is None or span.left > 0):
            span.before = after
        else:
            self.done(span)

    def know(self, gap: str, span: PostSpan) -> None:
        """Add the span of a gap, once. A span before it that overlaps and was not begun is extended instead."""
        if gap in self.gaps_known:
            return
        self.gaps_known = [*self.gaps_known, gap][-GAPS_KNOWN:]
        last = self.gaps[-1] if self.gaps else None
        if last is not None and not last.before and (last.until or 0) >= (span.since or 0):
            last.until = max(last.until or 0, span.until or 0)
            last.since = min(last.since or 0, span.since or 0)
        else:
            self.gaps.append(span)


_decode = msgspec.json.Decoder(RecheckProgress).decode


class RecheckProgressStore:
    """The progress of all sources; one process at a time may write that of a source."""

    HELD_MS = 120_000

    def __init__(self, redis: Any, names: Names) -> None:
        self._redis = redis
        self._names = names

    def read(self, source: str) -> RecheckProgress:
        """Return the progress of a source; an empty one where none is stored or it cannot be decoded."""
        with translate_redis_errors():
            found = self._redis.get(self._names.recheck(source))
        try:
            return _decode(found or b"{}")
        except (msgspec.MsgspecError, ValueError):
            return RecheckProgress()

    def write(self, source: str, progress: RecheckProgress, token: str) -> bool:
        """Write the progress and extend the hold; return False if another process holds it by now."""
        with translate_redis_errors():
            if self._redis.get(self._hold(source)) != token.encode():
                return False
            self._redis.set(self._names.recheck(source), msgspec.json.encode(progress))
            self._redis.pexpire(self._hold(source), self.HELD_MS)
        return True

    def hold(self, source: str, token: str) -> bool:
        """Take the hold on a source's progress if no process has it."""
        with translate_redis_errors():
            return bool(self._redis.set(self._hold(source), token, nx=True, px=self.HELD_MS))

    def let_go(self, source: str, token: str) -> None:
        """Release the hold."""
        with translate_redis_errors():
            if self._redis.get(self._hold(source)) == token.encode():
                self._redis.delete(self._hold(source))

    def _hold(self, source: str) -> str:
        return self._names.duty(f"recheck:{source}")
