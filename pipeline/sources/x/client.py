"""Client of X on top of tweepy's `StreamingClient`: makes single calls, and streams one connection into an event queue.

`ask` makes a call. `stream` runs in a thread of the caller and reports open, lines, keep-alives, that no more posts are
`allowed`, and the end with its reason. `stop` breaks it off. It changes what tweepy does: tweepy retries in sleeps that
cannot be interrupted (here each failure ends the stream), ends as if all were well when a handler fails (here the end
has a reason), reads lines without a bound, drops the headers of a refusal, requests rules without a time limit, and
writes the token into its debug log. Errors of requests and tweepy become `XError`.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from dataclasses import dataclass
from typing import Any

import requests
import tweepy
import urllib3

from pipeline.clock import now_ms
from pipeline.sources.event_queue import EventQueue, StreamEvent
from pipeline.sources.x.backoff import ANSWER, NETWORK
from pipeline.sources.x.errors import XError
from pipeline.sources.x.http_session import BoundedSession
from pipeline.sources.x.requested_fields import POST_FIELDS

logging.getLogger("tweepy").setLevel(logging.CRITICAL)

X_API_URL = "https://api.x.com"
_QUEUED_EVENTS_MAX = 100


@dataclass(frozen=True)
class XEvent(StreamEvent):
    """One event of the stream: `kind` is open, line, keep_alive, spent (no more posts are allowed) or end."""

    error: XError | None = None
    """Reason of the end; None for every other kind."""


class XClient(tweepy.StreamingClient):  # type: ignore[misc] # tweepy has no types
    """Client of one app for one call or one stream. `stream` runs in a thread of the caller and fills `events`.

    `allowed` is how many posts the stream may still deliver before it ends (None: no limit).
    """

    def __init__(self, token: str, base: str, silence_s: float) -> None:
        super().__init__(token, return_type=dict, max_retries=0)
        self.session: BoundedSession = BoundedSession(base, silence_s)
        self.events: EventQueue[XEvent] = EventQueue(_QUEUED_EVENTS_MAX)
        self.allowed: int | None = None
        self._stopping = threading.Event()
        self._error: XError | None = None

    def ask(self, method: str, route: str, **more: Any) -> dict[str, Any]:
        """Return X's answer to a call, a JSON object.

        Raises:
            XError: X does not answer, or refuses.
        """
        self.session.refused = None
        try:
            found = self.request(method, route, **more).json()
        except (tweepy.TweepyException, requests.RequestException, ValueError, OSError) as error:
            raise self.session.refused or XError(NETWORK, _describe(error)) from error
        if not isinstance(found, dict):
            raise XError(ANSWER, "X's answer is no object")
        return found

    def stream(self) -> None:
        """Read one connection until it ends or `stop` is called; the last event holds the reason."""
        try:
            self.filter(**POST_FIELDS)
        except Exception as error:  # noqa: BLE001 - the reader must learn of any error
            self._error = XError(NETWORK, _describe(error))
        if self.allowed is not None and self.allowed <= 0:
            self._put(XEvent("spent"))
        self._put(XEvent("end", error=self._error or XError(NETWORK, "X ended the stream")))

    def stop(self) -> None:
        """End the stream, and break off the request it waits for."""
        self._stopping.set()
        self.running = False
        answer = self.session.answer
        if answer is not None:
            with contextlib.suppress(Exception):
                answer.raw.shutdown()

    # -- callbacks of tweepy
    def on_connect(self) -> None:
        """Report that the stream is open."""
        self.running = not self._stopping.is_set()
        self._put(XEvent("open", now_ms()))

    def on_data(self, raw_data: bytes) -> None:
        """Report a line; end the stream when no more posts are allowed."""
        if self.allowed is not None:
            self.allowed -= 1
            if self.allowed <= 0:
                self.running = False
        self._put(XEvent("line", now_ms(), raw_data))

    def on_keep_alive(self) -> None:
        """Report a keep-alive."""
        self._put(XEvent("keep_alive", now_ms()))

    def on_request_error(self, status_code: int) -> None:
        """End the stream at an answer other than 200, before tweepy sleeps."""
        self._error = self.session.refused or XError(ANSWER, f"HTTP {status_code}")
        self.running = False

    def on_connection_error(self) -> None:
        """End the stream when the connection breaks, before tweepy sleeps; tweepy calls this inside its `except`."""
        self._error = XError(NETWORK, _describe(sys.exc_info()[1]))
        self.running = False

    def on_exception(self, exception: Exception) -> None:
        """Keep the error that tweepy would only log."""
        self._error = exception if isinstance(exception, XError) else XError(NETWORK, _describe(exception))

    def on_closed(self, response: requests.Response) -> None:
        """Do nothing: `stream` reports the end."""

    def on_disconnect(self) -> None:
        """Do nothing: `stream` reports the end."""

    def _put(self, event: XEvent) -> None:
        self.events.put(event, self._stopping)


def _describe(error: BaseException | None) -> str:
    if isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError | OSError):
        # The texts of these errors name objects and tuples, which do not help a person.
        return f"the connection to X broke ({type(error).__name__})"
    return f"{type(error).__name__}: {error}"[:200]
