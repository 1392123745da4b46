"""Second look at the statuses of a server: requests each once more, some minutes after it was streamed.

A stream brings a status as of its first second: without reactions, often without its preview card. A thread requests
those that passed, `STATUSES_AT_ONCE` in a call, and puts their records into the queue of the source. It keeps to a
third of the server's limit (300 requests in 5 minutes) and waits while little of it is left, because catch-up and
re-check use the same token. What finds no room, or waits when the process ends, is not looked at again.
"""

from __future__ import annotations

import threading
import time

import msgspec
import urllib3

from pipeline.sources.event_queue import EventQueue
from pipeline.sources.mastodon.api import STATUSES_AT_ONCE, MastodonApi, ServerUnavailable
from pipeline.sources.mastodon.rate_limit import is_nearly_used_up, pause_s
from pipeline.sources.mastodon.server_stream import ServerEvent
from pipeline.sources.mastodon.status_records import StatusRecords

CALL_PAUSE_S = 3.0
"""Seconds between two calls: a hundred in five minutes."""
TROUBLE_PAUSE_S = 60.0
"""Seconds after a call that failed, unless the server states another time."""
WAITING_STATUSES_MAX = 50_000
"""Statuses that wait for their second look; the oldest is dropped beyond."""


class CountRefresh:
    """Second look at the statuses of one server, `after_s` seconds after each passed."""

    def __init__(
        self,
        api: MastodonApi,
        instance: str,
        events: EventQueue[ServerEvent],
        *,
        after_s: float,
        consent: bool,
        call_pause_s: float = CALL_PAUSE_S,
    ) -> None:
        self._api = api
        self._instance = instance
        self._events = events
        self._after_s = after_s
        self._call_pause_s = call_pause_s
        self._statuses = StatusRecords(instance, consent=consent)
        self._waiting: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"mastodon-counts-{instance}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stopping.set()

    def passed(self, event: str, number: str) -> None:
        """Note a status that passed, by the server's id, or forget one that was deleted."""
        with self._lock:
            if event == "delete":
                self._waiting.pop(number, None)
                return
            self._waiting.setdefault(number, time.monotonic() + self._after_s)
            if len(self._waiting) > WAITING_STATUSES_MAX:
                del self._waiting[next(iter(self._waiting))]

    def _run(self) -> None:
        wait_s = 0.0
        while not self._stopping.wait(max(self._call_pause_s, wait_s)):
            numbers = self._due()
            try:
                wait_s = self._look(numbers) if numbers else 0.0
            except ServerUnavailable as error:
                if error.status in (404, 405):
                    break  # a server that cannot be asked for several statuses
                wait_s = error.pause_s or TROUBLE_PAUSE_S
                self._again(numbers)
            except (urllib3.exceptions.HTTPError, OSError, ValueError, msgspec.MsgspecError):
                wait_s = TROUBLE_PAUSE_S
        self._api.close()

    def _due(self) -> list[str]:
        """Take the statuses whose time has come, at most a call's worth, oldest first."""
        now_s = time.monotonic()
        with self._lock:
            numbers: list[str] = []
            for number, due_s in self._waiting.items():
                if due_s > now_s or len(numbers) == STATUSES_AT_ONCE:
                    break
                numbers.append(number)
            for number in numbers:
                del self._waiting[number]
        return numbers

    def _again(self, numbers: list[str]) -> None:
        """Let statuses wait for the next call, before all others."""
        with self._lock:
            self._waiting = dict.fromkeys(numbers, 0.0) | self._waiting

    def _look(self, numbers: list[str]) -> float:
        """Request some statuses; return how many seconds to leave the server alone."""
        self._statuses.account_domain = self._api.facts().account_domain(self._instance)
        for status in self._api.statuses(numbers):
            record = self._statuses.requested_again(status)
            if record is not None:
                at_ms = int(time.time() * 1000)
                self._events.put(ServerEvent("again", at_ms, record, instance=self._instance), self._stopping)
        headers = self._api.last_headers
        return pause_s(headers, TROUBLE_PAUSE_S) if is_nearly_used_up(headers) else 0.0
