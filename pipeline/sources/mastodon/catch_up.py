"""Catch-up of one stream after an outage: requests, by the timeline, the statuses that were streamed meanwhile.

Ids follow the time at which a status was written, and Mastodon streams a remote status up to six hours later
(`Status::REAL_TIME_WINDOW`, 4.6). So a status that arrives during the outage may have an id below the newest one known.
The statuses after the newest one are requested first, oldest first; then those before it, back to six hours before the
outage. Both are bounded, and the second ends where little is left of the server's limit. What is requested twice is
stored once. A page may be short or hold known statuses only; an empty one is the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import msgspec
import urllib3

from pipeline.sources.mastodon.api import TIMELINE_PAGES_MAX, MastodonApi, ServerUnavailable
from pipeline.sources.mastodon.rate_limit import is_nearly_used_up
from pipeline.sources.mastodon.status_records import StatusRecords

LATE_MS = 6 * 3_600_000
"""Milliseconds after its writing within which a status is streamed."""


class _Status(msgspec.Struct):
    id: str | int = ""
    created_at: str = ""


_decode = msgspec.json.Decoder(_Status).decode


class CatchUp:
    """Catch-up of one stream. `put` takes the record of a status, `stopping` says whether to end."""

    def __init__(
        self,
        api: MastodonApi,
        statuses: StatusRecords,
        put: Callable[[bytes], None],
        stopping: Callable[[], bool],
    ) -> None:
        self._api = api
        self._statuses = statuses
        self._put = put
        self._stopping = stopping

    def run(self, since_ms: int) -> str:
        """Request what was streamed since a time (ms UTC); return in words what cannot be had, "" if nothing."""
        newest = self._statuses.newest
        try:
            if newest and not self._after():
                return "more was posted than is requested"
            return self._before(newest, since_ms - LATE_MS)
        except (ServerUnavailable, urllib3.exceptions.HTTPError, OSError, ValueError, msgspec.MsgspecError) as error:
            return f"it does not return what was posted: {error}"[:200]

    def _after(self) -> bool:
        """Request the statuses after the newest one, page by page, oldest first; return whether the end was reached."""
        for _ in range(TIMELINE_PAGES_MAX):
            newest = self._statuses.newest
            self._records(self._api.statuses_after(newest))
            if self._statuses.newest == newest or self._stopping():
                return True
        return False

    def _before(self, oldest: str, until_ms: int) -> str:
        """Request the statuses before an id ("": all), page by page, back to those written before a time."""
        reached_ms = 0
        for _ in range(TIMELINE_PAGES_MAX):
            page = self._api.statuses_before(oldest)
            self._records(page)
            last = _decode(page[-1]) if page else None
            reached_ms = _ms(last.created_at) if last else 0
            if last is None or str(last.id) == oldest or 0 < reached_ms < until_ms or self._stopping():
                return ""
            oldest = str(last.id)
            if is_nearly_used_up(self._api.last_headers):
                break
        reached = time.strftime("%H:%M:%S UTC", time.gmtime(reached_ms / 1000))
        return f"statuses that came late and were written before {reached} are not requested"

    def _records(self, page: list[bytes]) -> None:
        for status in page:
            record = self._statuses.requested(status)
            if record is not None:
                self._put(record)


def _ms(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
