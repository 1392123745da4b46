"""How far the re-check of one source has come, kept in Redis: the round, the spans around gaps, what is waited for."""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.sources.x.compliance import ComplianceJob

GAPS_KNOWN = 500
"""More than are ever looked for at once, so that none is noted twice."""


class PostSpan(msgspec.Struct):
    """Posts created in a time, newest first, at most `left` (None: all); `before` is the token of the next page."""

    since: int | None = None
    until: int | None = None
    before: str = ""
    left: int | None = None


class Waiting(msgspec.Struct):
    """A compliance job that X works at, and where the span goes on after it."""

    job: ComplianceJob
    count: int
    before: str
    began: int


class RecheckProgress(msgspec.Struct):
    """What a re-check of one source must remember. Times in ms."""

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
        """Return what is to be looked at next: what lies around a gap first."""
        return self.gaps[0] if self.gaps else self.round

    def done(self, span: PostSpan) -> None:
        """Take a span off."""
        if self.gaps and span is self.gaps[0]:
            self.gaps.pop(0)
        else:
            self.round = None

    def know(self, gap: str, span: PostSpan) -> None:
        """Note a gap, once; together with one before it that was not begun and reaches into it."""
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
    """The notes of all sources, and who may write them: one process at a time."""

    HELD_MS = 120_000

    def __init__(self, redis: Any, names: Names) -> None:
        self._redis = redis
        self._names = names

    def read(self, source: str) -> RecheckProgress:
        """Return the notes of a source; new ones where there are none, or they cannot be read."""
        with translate_redis_errors():
            told = self._redis.get(self._names.recheck(source))
        try:
            return _decode(told or b"{}")
        except (msgspec.MsgspecError, ValueError):
            return RecheckProgress()

    def write(self, source: str, notes: RecheckProgress, token: str) -> bool:
        """Keep notes and the hold on them; return False if somebody else holds them by now."""
        with translate_redis_errors():
            if self._redis.get(self._hold(source)) != token.encode():
                return False
            self._redis.set(self._names.recheck(source), msgspec.json.encode(notes))
            self._redis.pexpire(self._hold(source), self.HELD_MS)
        return True

    def hold(self, source: str, token: str) -> bool:
        """Take the notes of a source if nobody has them."""
        with translate_redis_errors():
            return bool(self._redis.set(self._hold(source), token, nx=True, px=self.HELD_MS))

    def let_go(self, source: str, token: str) -> None:
        """Give them back."""
        with translate_redis_errors():
            if self._redis.get(self._hold(source)) == token.encode():
                self._redis.delete(self._hold(source))

    def _hold(self, source: str) -> str:
        return self._names.duty(f"recheck:{source}")
