"""What a source says of itself: kept in Redis under its name, told to every web process when it changes.

The words: starting, live, replaying, paused (queue full), sampling (a budget lets only a part through), resting (on
purpose: a budget is used up, or nobody looks), reconnecting, down, ended, stopped. A change of what is collected, or of
whether it is, is a coverage row as well; writing it is upkeep's, which has the store.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.clock import now_ms
from pipeline.errors import BrokerUnavailable
from pipeline.publish.publication_order import PublicationOrder
from pipeline.store.contract import SAMPLED

log = logging.getLogger(__name__)

TTL_MS = 30_000
RENEW_S = 5.0
AGAIN_S = 60.0
"""So often the present row of coverage is told again: one that was lost, or came late, is made good."""
UNSENT_ROWS = 200
"""At most this many rows wait while the broker cannot be reached; beyond it the oldest is dropped, with a warning."""
COLLECTING = frozenset({"live", "replaying", "paused"})
"""States in which nothing is known to be missing (a paused source is read on later)."""
ON_PURPOSE = frozenset({"sampling", "resting"})
"""States in which something is missing because it is not asked for; each has a coverage row of its own."""


class SourceStatus(msgspec.Struct):
    """How a source is: `since` in ms, `lag_s` behind its network, `generated` if its posts are made up."""

    name: str
    state: str
    since: int
    lag_s: float | None = None
    detail: str = ""
    generated: bool = False


class CoverageUpdate(msgspec.Struct):
    """A span of a source: collected while `why` is "", else not. `until` None: still so.

    `filled`: reading went on at a cursor, so what was missing just before is not, unless a gap is told. `read_ms`: when
    the source was last read before a reader began.
    """

    source: str
    since: int
    until: int | None
    search: str
    why: str
    filled: bool = False
    read_ms: int | None = None


_decode = msgspec.json.Decoder(SourceStatus).decode
_encode = msgspec.json.Encoder().encode


def read_statuses(redis: Any, names: Names, sources: Iterable[str]) -> list[SourceStatus]:
    """Return what the sources last said; one that has been silent for `TTL_MS` is "down"."""
    listed = list(sources)
    with translate_redis_errors():
        told = redis.mget([names.source_state(source) for source in listed]) if listed else []
    return [
        _decode(text) if text else SourceStatus(source, "down", 0, detail="no reader is running")
        for source, text in zip(listed, told, strict=True)
    ]


class StatusReporter:
    """Tells how one source is. Belongs to the reader's thread; may raise `BrokerUnavailable`."""

    def __init__(
        self,
        redis: Redis,
        order: PublicationOrder,
        names: Names,
        name: str,
        *,
        generated: bool,
        cover: Callable[[CoverageUpdate], None],
        search: Callable[[], str],
    ) -> None:
        self._redis = redis
        self._order = order
        self._names = names
        self._cover = cover
        self._search = search
        self._told_s = 0.0
        self._collects = ""
        self._covered: tuple[str, str] | None = None
        self._searched: str | None = None
        self._unsent: deque[CoverageUpdate] = deque()
        self._row: CoverageUpdate | None = None
        self._row_s = 0.0
        self._filled = False
        self._read_ms: int | None = None
        self.state = SourceStatus(name, "stopped", now_ms(), generated=generated)

    def begin(self, *, filled: bool, read_ms: int | None = None) -> None:
        """Begin a session: `filled` if a cursor brings all that came since; `read_ms` is told by a new lease."""
        self._filled = filled
        if read_ms is not None:
            self._read_ms = read_ms
            self._covered = None

    def say(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        """Say how the source is; told on when it changes, and every few seconds so that it does not seem dead.

        `collects` is what coverage names as collected; "": TRACK, None: as said before.
        """
        now = self.state
        if state == "starting":
            self._collects = ""
        self._collects = self._collects if collects is None else collects
        changed = (state, detail) != (now.state, now.detail)
        if not changed and time.monotonic() - self._told_s < RENEW_S:
            now.lag_s = lag_s
            return
        since = now.since if state == now.state else now_ms()
        self.state = SourceStatus(now.name, state, since, lag_s, detail, now.generated)
        self._cover_state(state, detail)
        try:
            with translate_redis_errors():
                self._redis.set(self._names.source_state(now.name), _encode(self.state), px=TTL_MS)
            if changed:
                self._order.announce(b'{"type":"source",' + _encode(self.state)[1:])
            self._told_s = time.monotonic()
        finally:
            self._send()

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Say that posts of a time are known to be missing. The row is sent even where the notice cannot be."""
        name = self.state.name
        self._queue(CoverageUpdate(name, since_ms, until_ms, self._collects or self._tracked(), why))
        self._send()
        told = {"type": "gap", "source": name, "from": since_ms, "to": until_ms, "why": why}
        self._order.announce(_encode(told))

    def _tracked(self) -> str:
        """Return TRACK; as last read, where Redis does not answer now."""
        try:
            self._searched = self._search()
        except BrokerUnavailable:
            if self._searched is None:
                raise
        return self._searched

    def _cover_state(self, state: str, detail: str) -> None:
        """Begin a coverage row where collecting begins or ends, or where what is collected changes."""
        if state in ("starting", "ended"):
            return
        kind = "" if state in COLLECTING else state if state in ON_PURPOSE else "away"
        search = self._collects or self._tracked()
        covered = (search, kind)
        if self._covered == covered:
            if self._row is not None and not self._unsent and time.monotonic() - self._row_s > AGAIN_S:
                self._queue(self._row)
            return
        why = (detail or state) if kind else ""
        if kind == "sampling":
            why = SAMPLED + why
        filled = self._filled and not kind
        self._row = CoverageUpdate(self.state.name, now_ms(), None, search, why, filled, self._read_ms)
        self._covered, self._read_ms = covered, None
        self._queue(self._row)

    def _queue(self, row: CoverageUpdate) -> None:
        """Let a row wait its turn, behind those that could not be sent yet."""
        if len(self._unsent) >= UNSENT_ROWS:
            log.warning("a coverage row of %s is lost: the broker has been away for too long", self.state.name)
            self._unsent.popleft()
        self._unsent.append(row)

    def _send(self) -> None:
        """Send the rows that wait, in order; what cannot be sent now stays first."""
        while self._unsent:
            row = self._unsent[0]
            self._cover(row)
            self._unsent.popleft()
            if row is self._row:
                self._row_s = time.monotonic()
