"""Event stream of one Mastodon server: a thread opens it, reads it, fills outages, and opens it again.

After an outage the thread requests the statuses it missed (`catch_up.py`) and tells the outage (`outage_log.py`). The
thread puts what it receives (records, outages, changes of state) into the queue of the source. A silent stream counts
as dead; failures are followed by growing pauses. A stream whose feed the server's admin closed is not live: it is open
and silent. The thread knows the newest id, and neither the reader nor its cursor.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3

from pipeline.sources.event_queue import EventQueue, StreamEvent
from pipeline.sources.mastodon.api import MastodonApi, ServerUnavailable, base_of
from pipeline.sources.mastodon.catch_up import CatchUp
from pipeline.sources.mastodon.instance import FEEDS
from pipeline.sources.mastodon.outage_log import OutageLog, StreamOutage
from pipeline.sources.mastodon.sse_parser import SseParser
from pipeline.sources.mastodon.status_records import StatusRecords

MASTODON_SILENCE_S = 60.0
"""Seconds without a line after which a stream counts as dead: a server sends a heartbeat every 15 s."""
_FIRST_PAUSE_S, _PAUSE_MAX_S = 1.0, 120.0
_READ_BLOCK_BYTES = 64 * 1024
_HEARD_EVERY_MS = 10_000
"""Milliseconds after which a stream without statuses says again that it is heard."""


@dataclass(frozen=True)
class ServerEvent(StreamEvent):
    """One event of a server's thread: `kind` is record, again (a record of a second look), state, heard or outage.

    `stream` is the key of the stream, `instance` its server. `newest` is the id of its newest status, `heard_ms` the
    time up to which it was heard (0: unknown). A state comes with the `reason` of an outage ("": live) and a `note`
    about a live stream; `closed` says that the feed is closed. An outage ends at `at_ms`; its `reason` is what cannot
    be had.
    """

    stream: str = ""
    instance: str = ""
    reason: str = ""
    note: str = ""
    closed: bool = False
    since_ms: int = 0
    newest: str = ""
    heard_ms: int = 0


class ServerStream:
    """One stream of one server: of a feed, or with `tag` of its statuses with a hashtag.

    `passed` takes the name and the status's id of every status and deletion that passes.
    """

    def __init__(
        self,
        server: str,
        tag: str,
        token: str,
        events: EventQueue[ServerEvent],
        *,
        feed: str = "public",
        consent: bool,
        silence_s: float = MASTODON_SILENCE_S,
        passed: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._api = MastodonApi(server, tag, token, feed=feed)
        self.instance = urlsplit(base_of(server)).netloc.lower()
        self.key = self.instance + feed.removeprefix("public").replace(":", "/") + (f"#{tag}" if tag else "")
        self._feed, self._tag = feed, tag
        self._events = events
        self._silence_s = silence_s
        self._statuses = StatusRecords(self.instance, consent=consent, passed=passed)
        self._outages = OutageLog()
        self._closed: tuple[str, ...] = ()
        self._received_ms = 0
        self._told_ms = 0
        self._lines = 0
        self._stopping = threading.Event()
        self._answer: urllib3.BaseHTTPResponse | None = None
        self._thread = threading.Thread(target=self._run, name=f"mastodon-{self.instance}", daemon=True)

    def resume(self, newest: str, received_ms: int) -> None:
        """Continue after the newest status known, and the time (ms UTC) up to which the stream was heard."""
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
        failures, began_ms = 0, _now_ms()
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
            self._received_ms = self._received_ms or began_ms  # away from the start: that is an outage, too
            failures = 0 if self._lines > before else failures + 1
            self._api.forget_facts()
            self._put("state", reason=trouble)
            longest = min(_PAUSE_MAX_S, _FIRST_PAUSE_S * 2 ** min(failures, 10))
            self._stopping.wait(max(pause_s, random.uniform(longest / 2, longest)))
        self._api.close()

    def _connect_and_read(self) -> None:
        """Open the stream, request the statuses missed meanwhile, and read until the stream ends."""
        answer = self._api.open_stream(self._silence_s)
        self._answer = answer
        try:
            self._api.check_stream(answer)
            facts = self._api.facts()
            self._closed = facts.closed(self._feed, tagged=bool(self._tag))
            self._statuses.account_domain = facts.account_domain(self.instance)
            self._catch_up()
            self._report_open()
            self._read(answer)
        finally:
            self._answer = None
            answer.close()

    def _catch_up(self) -> None:
        """Request what was streamed since the stream was last heard, and tell the outage."""
        since_ms, began_ms = self._received_ms, _now_ms()
        if since_ms:
            catch_up = CatchUp(self._api, self._statuses, lambda record: self._put("record", record), self._stopped)
            missing = catch_up.run(since_ms)
            if self._stopping.is_set():
                return  # the cursor still says when the stream was last heard
            self._outages.add(StreamOutage(since_ms, _now_ms(), missing))
        self._received_ms = began_ms
        self._tell_outage()

    def _tell_outage(self) -> None:
        outage = self._outages.take()
        if outage is not None:
            self._put("outage", at_ms=outage.until_ms, reason=outage.missing, since_ms=outage.since_ms)

    def _report_open(self) -> None:
        """Report that the stream is live; or, where no status can come, that its feed is closed."""
        closed = f"its admin closed the {' and '.join(self._closed)} feed" if self._closed else ""
        if len(self._closed) == len(FEEDS[self._feed]):
            self._put("state", reason=closed, closed=True)
        else:
            self._put("state", note=closed)

    def _read(self, answer: urllib3.BaseHTTPResponse) -> None:
        parser = SseParser()
        line_s = time.monotonic()
        while not self._stopping.is_set():
            block = answer.read1(_READ_BLOCK_BYTES)
            if not block:
                return
            for name, data in parser.parse(block):
                record = self._statuses.record(name, data)
                if record is not None:
                    self._received_ms = _now_ms()
                    self._put("record", record)
                    if self._closed and name == "update":
                        self._closed = ()  # closed to others: the token's account may read it
                        self._report_open()
            now_s = time.monotonic()
            if parser.lines:
                self._lines += parser.lines
                parser.lines, line_s = 0, now_s
                self._received_ms = _now_ms()
                self._tell_outage()
                if self._received_ms - self._told_ms > _HEARD_EVERY_MS:
                    self._put("heard")
            elif now_s - line_s > self._silence_s:
                raise ServerUnavailable(f"no whole line for {self._silence_s:.0f} s")

    def _stopped(self) -> bool:
        return self._stopping.is_set()

    def _put(
        self,
        kind: str,
        data: bytes = b"",
        *,
        at_ms: int = 0,
        reason: str = "",
        note: str = "",
        closed: bool = False,
        since_ms: int = 0,
    ) -> None:
        """Put an event into the queue; a full queue makes the server wait too."""
        self._told_ms = _now_ms()
        event = ServerEvent(
            kind,
            at_ms or self._told_ms,
            data,
            stream=self.key,
            instance=self.instance,
            reason=reason,
            note=note,
            closed=closed,
            since_ms=since_ms,
            newest=self._statuses.newest,
            heard_ms=self._outages.heard_ms(self._received_ms),
        )
        self._events.put(event, self._stopping)


def _now_ms() -> int:
    return int(time.time() * 1000)
