"""One stream of one server: asked for, read and asked for again by a thread of its own, that puts what it hears into a
mailbox. What was missed while it was away is asked for, as far as the server answers; the rest is told as a gap.

Knows no reader and no cursor but the newest id. Nothing of the HTTP library leaks through.
"""

from __future__ import annotations

import contextlib
import queue
import random
import threading
import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import msgspec
import urllib3

from pipeline.clock import now_ms
from pipeline.sources.mastodon.events import EventCutter
from pipeline.sources.mastodon.statuses import Statuses
from pipeline.sources.waits import asked_pause_s

SILENCE_S = 60.0
"""A server says something every 15 s, if only that it lives."""
CONNECT_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 120.0
REFUSED_PAUSE_S = 300.0
BLOCK = 64 * 1024
LARGEST_ANSWER = 8 * 1024 * 1024
PAGE, PAGES = 40, 25
"""At most a thousand statuses are asked for after an outage."""
AGENT = "Murmuration (live search; honours indexable, discoverable and deletions)"


@dataclass(frozen=True)
class Letter:
    """What a thread tells: `kind` is record, state or gap."""

    kind: str
    stream: str
    instance: str
    data: bytes = b""
    text: str = ""
    since_ms: int = 0
    until_ms: int = 0
    newest: str = ""


class _Away(Exception):
    """Raised when a server cannot be read now; `pause_s` is how long it wants to be left alone (0: not said)."""

    def __init__(self, why: str, pause_s: float = 0.0) -> None:
        super().__init__(why[:200])
        self.pause_s = pause_s


class _Instance(msgspec.Struct):
    class _Configuration(msgspec.Struct):
        class _Urls(msgspec.Struct):
            streaming: str = ""

        urls: _Urls = msgspec.field(default_factory=_Urls)

    configuration: _Configuration = msgspec.field(default_factory=_Configuration)


_statuses = msgspec.json.Decoder(list[msgspec.Raw]).decode
_instance = msgspec.json.Decoder(_Instance).decode


def base_of(server: str) -> str:
    """Return where a server is asked: `https://` before a bare name."""
    return (server if "://" in server else f"https://{server}").rstrip("/")


class ServerStream:
    """One stream (`tag` "": all public statuses) of one server."""

    def __init__(
        self,
        server: str,
        tag: str,
        token: str,
        mail: queue.Queue[Letter],
        *,
        consent: bool,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._base = base_of(server)
        self.instance = urlsplit(self._base).netloc.lower()
        self._tag = tag
        self._mail = mail
        self._silence_s = silence_s
        self._statuses = Statuses(self.instance, consent=consent)
        self.key = f"{self.instance}#{tag}" if tag else self.instance
        self._heard_ms = 0
        self._lines = 0
        self._streams = ""
        self._stopping = threading.Event()
        self._answer: urllib3.BaseHTTPResponse | None = None
        self._headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._pool = urllib3.PoolManager(
            num_pools=4,
            retries=urllib3.Retry(
                3, connect=0, read=0, status=0, other=0, redirect=3, respect_retry_after_header=False
            ),
        )
        self._thread = threading.Thread(target=self._run, name=f"mastodon-{self.instance}", daemon=True)

    def resume(self, newest: str, heard_ms: int) -> None:
        """Go on after the newest status known, which was heard then."""
        self._statuses.newest, self._heard_ms = newest, heard_ms

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End; what the thread waits for is broken off."""
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
                self._session()
                trouble, pause_s = "the server ended the stream", 0.0
            except _Away as error:
                trouble, pause_s = str(error), error.pause_s
            except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                trouble, pause_s = f"{type(error).__name__}: {error}"[:200], 0.0
            if self._stopping.is_set():
                break
            failures = 0 if self._lines > before else failures + 1
            self._streams = ""
            self._post(Letter("state", self.key, self.instance, text=trouble))
            longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures, 10))
            self._stopping.wait(max(pause_s, random.uniform(longest / 2, longest)))
        self._pool.clear()

    def _session(self) -> None:
        """Open the stream, ask for what was missed meanwhile, and read until it ends."""
        path = f"/api/v1/streaming/hashtag?tag={quote(self._tag)}" if self._tag else "/api/v1/streaming/public"
        timeout = urllib3.Timeout(connect=CONNECT_S, read=self._silence_s)
        answer = self._pool.request(
            "GET", self._streaming_base() + path, headers=self._headers, preload_content=False, timeout=timeout
        )
        self._answer = answer
        try:
            _check(answer, "the stream")
            kind = answer.headers.get("Content-Type", "")
            if "text/event-stream" not in kind:
                raise _Away(f"no event stream but {kind or 'something without a type'}")
            self._catch_up()
            self._post(Letter("state", self.key, self.instance))
            self._listen(answer)
        finally:
            self._answer = None
            answer.close()

    def _listen(self, answer: urllib3.BaseHTTPResponse) -> None:
        cutter = EventCutter()
        beat_s = time.monotonic()
        while not self._stopping.is_set():
            block = answer.read1(BLOCK)
            if not block:
                return
            for name, data in cutter.cut(block):
                record = self._statuses.record(name, data)
                if record is not None:
                    self._hand_over(record)
            now_s = time.monotonic()
            if cutter.beats:
                self._lines += cutter.beats
                cutter.beats, beat_s = 0, now_s
                self._heard_ms = now_ms()
            elif now_s - beat_s > self._silence_s:
                raise _Away(f"no whole line for {self._silence_s:.0f} s")

    def _streaming_base(self) -> str:
        """Return where the server says that its streams are, else the server itself."""
        if not self._streams:
            self._streams = self._base
            with contextlib.suppress(_Away, urllib3.exceptions.HTTPError, OSError, ValueError, msgspec.MsgspecError):
                answer = self._ask("/api/v2/instance")
                told = _instance(answer).configuration.urls.streaming if answer else ""
                if told.startswith(("wss://", "ws://")):
                    self._streams = "http" + told.rstrip("/")[2:]
        return self._streams

    def _catch_up(self) -> None:
        """Ask for what came since the newest status known; tell what cannot be had."""
        since, heard_ms = self._statuses.newest, self._heard_ms
        self._heard_ms = now_ms()
        if not heard_ms:
            return
        missed = ""
        try:
            if not since or not self._pages(since):
                missed = f"{self.instance} was away, and more was said than is asked for"
        except (_Away, urllib3.exceptions.HTTPError, OSError, ValueError, msgspec.MsgspecError) as error:
            missed = f"{self.instance} was away, and does not tell what was said: {error}"[:200]
        if missed:
            self._post(Letter("gap", self.key, self.instance, text=missed, since_ms=heard_ms, until_ms=now_ms()))

    def _pages(self, since: str) -> bool:
        """Ask page by page, the oldest first; return whether the end was reached."""
        where = f"/api/v1/timelines/tag/{quote(self._tag)}" if self._tag else "/api/v1/timelines/public"
        for _ in range(PAGES):
            data = self._ask(f"{where}?limit={PAGE}&min_id={quote(self._statuses.newest or since)}")
            found = _statuses(data)
            for raw in reversed(found):
                record = self._statuses.answered(bytes(raw))
                if record is not None:
                    self._hand_over(record)
            if len(found) < PAGE or self._stopping.is_set():
                return True
        return False

    def _ask(self, path: str) -> bytes:
        answer = self._pool.request(
            "GET", self._base + path, headers=self._headers, preload_content=False, timeout=CONNECT_S
        )
        try:
            _check(answer, path.partition("?")[0])
            data = answer.read(LARGEST_ANSWER + 1)
        finally:
            answer.close()
        if len(data) > LARGEST_ANSWER:
            raise ValueError("the answer is too large")
        return data

    def _hand_over(self, record: bytes) -> None:
        newest = self._statuses.newest
        self._post(Letter("record", self.key, self.instance, record, newest=newest, until_ms=now_ms()))

    def _post(self, letter: Letter) -> None:
        """Put a letter into the mailbox; wait while it is full, which keeps the server waiting too."""
        while not self._stopping.is_set():
            try:
                self._mail.put(letter, timeout=0.5)
            except queue.Full:
                continue
            return


def _check(answer: urllib3.BaseHTTPResponse, what: str) -> None:
    if answer.status == 200:
        return
    after = answer.headers.get("Retry-After", "")
    pause_s = asked_pause_s(after)
    if answer.status in (401, 403):
        raise _Away(f"{what} wants a token that it accepts: HTTP {answer.status}", max(pause_s, REFUSED_PAUSE_S))
    raise _Away(f"{what}: HTTP {answer.status}", min(pause_s, REFUSED_PAUSE_S))
