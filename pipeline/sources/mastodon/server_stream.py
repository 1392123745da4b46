"""Event stream of one Mastodon server: a thread opens it, reads it, fills outages, and opens it again.

After an outage the thread requests the statuses it missed by the server's timeline (`api.py`); those that cannot be had
are reported as a gap. The thread puts what it receives (records, gaps, changes of state) into the queue of the source.
A silent stream counts as dead; failures are followed by growing pauses. The thread knows the newest id, and neither the
reader nor its cursor.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
import urllib3

from pipeline.sources.event_queue import EventQueue, StreamEvent
from pipeline.sources.mastodon.api import PAGE, PAGES, MastodonApi, ServerUnavailable, base_of, check
from pipeline.sources.mastodon.sse_parser import SseParser
from pipeline.sources.mastodon.status_records import StatusRecords

SILENCE_S = 60.0
"""Seconds without a line after which a stream counts as dead: a server sends a heartbeat every 15 s."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 120.0
BLOCK = 64 * 1024


@dataclass(frozen=True)
class ServerEvent(StreamEvent):
    """One event of a server's thread: `kind` is record, state or gap.

    `stream` is the key of the stream, `instance` its server. A record comes with the id of the `newest` status, a state
    with the `reason` of an outage ("": live), a gap with its beginning (`since_ms`) and reason; it ends at `at_ms`.
    """

    stream: str = ""
    instance: str = ""
    reason: str = ""
    since_ms: int = 0
    newest: str = ""


class ServerStream:
    """One stream of one server: of all public statuses, or with `tag` of those with a hashtag."""

    def __init__(
        self,
        server: str,
        tag: str,
        token: str,
        events: EventQueue[ServerEvent],
        *,
        consent: bool,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._api = MastodonApi(server, tag, token)
        self.instance = urlsplit(base_of(server)).netloc.lower()
        self.key = f"{self.instance}#{tag}" if tag else self.instance
        self._events = events
        self._silence_s = silence_s
        self._statuses = StatusRecords(self.instance, consent=consent)
        self._received_ms = 0
        self._lines = 0
        self._stopping = threading.Event()
        self._answer: urllib3.BaseHTTPResponse | None = None
        self._thread = threading.Thread(target=self._run, name=f"mastodon-{self.instance}", daemon=True)

    def resume(self, newest: str, received_ms: int) -> None:
        """Continue after the newest status known, and the time (ms UTC) it was received."""
        self._statuses.newest, self._received_ms = newest, received_ms

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end, and break off the request it waits for."""
        self._stopping.set()
        answer = self._answer
        if answer is not None:
            with contextlib.suppress(Exception):
                answer.shutdown()

    # -- the thread
    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            before = self._lines
            try:
                self._connect_and_read()
                trouble, pause_s = "the server ended the stream", 0.0
            except ServerUnavailable as error:
                trouble, pause_s = str(error), error.pause_s
            except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                trouble, pause_s = f"{type(error).__name__}: {error}"[:200], 0.0
            if self._stopping.is_set():
                break
            failures = 0 if self._lines > before else failures + 1
            self._api.forget_streaming_address()
            self._put(ServerEvent("state", stream=self.key, instance=self.instance, reason=trouble))
            longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures, 10))
            self._stopping.wait(max(pause_s, random.uniform(longest / 2, longest)))
        self._api.close()

    def _connect_and_read(self) -> None:
        """Open the stream, request the statuses missed meanwhile, and read until the stream ends."""
        answer = self._api.open_stream(self._silence_s)
        self._answer = answer
        try:
            check(answer, "the stream")
            kind = answer.headers.get("Content-Type", "")
            if "text/event-stream" not in kind:
                raise ServerUnavailable(f"no event stream but {kind or 'something without a type'}")
            self._catch_up()
            self._put(ServerEvent("state", stream=self.key, instance=self.instance))
            self._read(answer)
        finally:
            self._answer = None
            answer.close()

    def _read(self, answer: urllib3.BaseHTTPResponse) -> None:
        parser = SseParser()
        line_s = time.monotonic()
        while not self._stopping.is_set():
            block = answer.read1(BLOCK)
            if not block:
                return
            for name, data in parser.parse(block):
                record = self._statuses.record(name, data)
                if record is not None:
                    self._put_record(record)
            now_s = time.monotonic()
            if parser.lines:
                self._lines += parser.lines
                parser.lines, line_s = 0, now_s
                self._received_ms = _now_ms()
            elif now_s - line_s > self._silence_s:
                raise ServerUnavailable(f"no whole line for {self._silence_s:.0f} s")

    def _catch_up(self) -> None:
        """Request the statuses after the newest one known; report as a gap those that cannot be had."""
        since, received_ms = self._statuses.newest, self._received_ms
        self._received_ms = _now_ms()
        if not received_ms:
            return
        missed = ""
        try:
            if not since or not self._request_pages(since):
                missed = f"{self.instance} was away, and more was posted than is requested"
        except (ServerUnavailable, urllib3.exceptions.HTTPError, OSError, ValueError, msgspec.MsgspecError) as error:
            missed = f"{self.instance} was away, and does not return what was posted: {error}"[:200]
        if missed:
            event = ServerEvent(
                "gap", _now_ms(), stream=self.key, instance=self.instance, reason=missed, since_ms=received_ms
            )
            self._put(event)

    def _request_pages(self, since: str) -> bool:
        """Request page by page, the oldest first; return whether the newest status was reached."""
        for _ in range(PAGES):
            found = self._api.statuses_after(self._statuses.newest or since)
            for status in found:
                record = self._statuses.requested(status)
                if record is not None:
                    self._put_record(record)
            if len(found) < PAGE or self._stopping.is_set():
                return True
        return False

    def _put_record(self, record: bytes) -> None:
        newest = self._statuses.newest
        self._put(ServerEvent("record", _now_ms(), record, stream=self.key, instance=self.instance, newest=newest))

    def _put(self, event: ServerEvent) -> None:
        """Put an event into the queue; a full queue makes the server wait too."""
        self._events.put(event, self._stopping)


def _now_ms() -> int:
    return int(time.time() * 1000)
