"""Status reporter of a source: writes its status to Redis, announces changes and gaps to web processes, sends coverage.

An unchanged status is written again every `RENEW_STATUS_S`. Coverage rows go to upkeep, which writes them into the
store; they are sent even if the status cannot be.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.clock import now_ms
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.task_queue import CoverageUpdate
from pipeline.reader.coverage_reporter import CoverageReporter
from pipeline.reader.source_status import STATUS_TTL_MS, SourceStatus
from pipeline.sources.contract import CAUGHT_UP

RENEW_STATUS_S = 5.0
"""Seconds between two writes of an unchanged status."""

_encode = msgspec.json.Encoder().encode


class StatusReporter:
    """Reports the status and the coverage of one source. Belongs to the reader's thread.

    `cover` sends a coverage row to upkeep; `search` returns TRACK. Every method may raise `BrokerUnavailable`.
    """

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
        self._coverage = CoverageReporter(name, cover, search)
        self._written_s = 0.0
        self.status = SourceStatus(name, "stopped", now_ms(), generated=generated)

    def begin(self, *, filled: bool, read_ms: int | None = None) -> None:
        """Begin a session: `filled` if a cursor brings all posts since; `read_ms` comes with a new lease."""
        self._coverage.begin(filled=filled, read_ms=read_ms)

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        """Write the status; announce it when it changed. An unchanged status is written every `RENEW_STATUS_S` only.

        `collects` is the search that coverage names as collected; "": TRACK, None: as reported before.
        """
        now = self.status
        self._coverage.collect(state, collects)
        changed = (state, detail) != (now.state, now.detail)
        if not changed and time.monotonic() - self._written_s < RENEW_STATUS_S:
            now.lag_s = lag_s
            return
        since = now.since if state == now.state else now_ms()
        self.status = SourceStatus(now.name, state, since, lag_s, detail, now.generated)
        self._coverage.state(state, detail)
        try:
            with translate_redis_errors():
                self._redis.set(self._names.source_state(now.name), _encode(self.status), px=STATUS_TTL_MS)
            if changed:
                self._order.announce(b'{"type":"source",' + _encode(self.status)[1:])
            self._written_s = time.monotonic()
        finally:
            self._coverage.send()

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Report that posts of a span are known to be missing. The row is sent even if the notice cannot be; there is
        no notice where the posts were had afterwards."""
        self._coverage.gap(since_ms, until_ms, why)
        if why.startswith(CAUGHT_UP):
            return
        notice = {"type": "gap", "source": self.status.name, "from": since_ms, "to": until_ms, "why": why}
        self._order.announce(_encode(notice))
