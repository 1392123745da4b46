"""Simulator of a Mastodon server: event streams, timelines and look-ups over real HTTP, with faults on demand.

It does what the streaming server 4.6.5 and the API do: a token is wanted if one is set, streams may be at a host of
their own (`streaming`), requests may be limited (`limit`, 429 with `X-RateLimit-Reset` and no `Retry-After`), feeds may
be closed (`access`: 200, heartbeats, no status), a deletion may come before its status, and ids follow the time at
which a status was written, whenever it arrives.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.sources.simulators import http_server

Fault = Callable[["Stream"], None]


def status(number: int, text: str = "hi", *, host: str = "", **more: Any) -> dict[str, Any]:
    """Return a status; `host` is where it was written, by default this server."""
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    home = host or "home.example"
    account = {"id": "7", "acct": f"ann@{host}" if host else "ann", "display_name": "Ann", "indexable": True}
    return {
        "id": str(number),
        "uri": f"https://{home}/users/ann/statuses/{number + 7000 if host else number}",
        "created_at": at,
        "content": f"<p>{text}</p>",
        "visibility": "public",
        "account": account | {"discoverable": True} | more.pop("account", {}),
        **more,
    }


class Stream(http_server.Stream):
    """One open event stream."""

    def go_on(self) -> None:
        """Send published events until the stream ends."""
        while self.alive():
            data = self.next_bytes(0.2)
            if data:
                self.write(data)


class Mastodon(http_server.Server):
    """One server. `token`: the token it requires, if any; `timeline_status`: the HTTP status of timelines."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.streaming = ""
        self.access: dict[str, dict[str, str]] = {}
        self.domain = ""
        self.limit = 0
        self.left = 0
        self.limited = 0
        self.reset_s = 300.0
        self.many_status = 200
        self.page_max = 40
        self.timeline_status = 200
        self.instance_status = 200
        self.instance_location = ""
        self.domain = ""
        self.held: list[dict[str, Any]] = []
        self.requested: list[str] = []
        self.tokens: list[str] = []
        self.faults: deque[Fault] = deque()
        self.status_answers: deque[http_server.Refusal] = deque()
        self.refusals: deque[tuple[int, dict[str, str]]] = deque()
        super().__init__()

    def streamed(self) -> int:
        """Return how often a stream was requested."""
        return len([path for path in self.requested if "/streaming/" in path])

    def say(self, event: str, payload: Any) -> None:
        """Send an event to all streams."""
        data = payload if isinstance(payload, str) else json.dumps(payload)
        self.tell(f"event: {event}\ndata: {data}\n\n".encode())

    def publish(self, *statuses: dict[str, Any]) -> None:
        """Hold statuses and send them to all streams."""
        for one in statuses:
            self.held.append(one)
            self.say("update", one)

    def publish_deleted(self, one: dict[str, Any]) -> None:
        """Send a status that was deleted at once: its deletion first, as the streaming server does."""
        self.say("delete", one["id"])
        self.say("update", one)

    # -- what a server does
    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.requested.append(request.path)
        self.tokens.append(request.headers.get("Authorization", ""))
        parts = urlsplit(request.path)
        query = dict(parse_qsl(parts.query))
        if parts.path.endswith("/instance"):
            self._instance(request)
        elif self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            self.plain(request, 401, {}, b'{"error":"The access token is invalid"}')
        elif self.limit and not parts.path.startswith("/api/v1/streaming/") and not self._has_left():
            self.limited += 1
            self.plain(request, 429, self.limits(), b'{"error":"Too many requests"}')
        elif parts.path.startswith("/api/v1/timelines/"):
            self._timeline(request, query)
        elif parts.path == "/api/v1/statuses":
            self._statuses(request, [value for name, value in parse_qsl(parts.query) if name == "id[]"])
        elif parts.path.startswith("/api/v1/statuses/"):
            self._status(request, parts.path.rpartition("/")[2])
        elif self.refusals:
            self.plain(request, *self.refusals.popleft(), b"")
        elif parts.path.startswith("/api/v1/streaming/"):
            self._stream(request)
        else:
            self.plain(request, 404, {}, b"")

    def _instance(self, request: BaseHTTPRequestHandler) -> None:
        if self.instance_location:
            self.plain(request, 301, {"Location": self.instance_location}, b"")
        elif self.instance_status != 200:
            self.plain(request, self.instance_status, {}, b"{}")
        else:
            configuration = {"urls": {"streaming": self.streaming}, "timelines_access": self.access}
            domain = {"domain": self.domain} if self.domain else {}
            self.json(request, {"version": "4.6.5", "configuration": configuration} | domain)

    def _timeline(self, request: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        if self.timeline_status != 200:
            self.plain(request, self.timeline_status, {}, b"{}")
            return
        limit = min(int(query.get("limit", 20)), self.page_max)
        held = sorted({one["id"]: one for one in self.held}.values(), key=lambda one: int(one["id"]), reverse=True)
        if "min_id" in query:
            self.json(request, [one for one in held if int(one["id"]) > int(query["min_id"])][-limit:])
        else:
            before = int(query.get("max_id", 10**30))
            self.json(request, [one for one in held if int(one["id"]) < before][:limit])

    # -- limits
    def limits(self) -> dict[str, str]:
        """Return the headers of a limited request."""
        reset = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.skew_s + self.reset_s)
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.left)),
            "X-RateLimit-Reset": reset.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        }

    def _has_left(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def json(self, request: BaseHTTPRequestHandler, body: Any, status: int = 200) -> None:
        """Answer with JSON, and with what is left of the limit."""
        headers = {"Content-Type": "application/json"} | (self.limits() if self.limit else {})
        self.plain(request, status, headers, json.dumps(body).encode())

    def _statuses(self, request: BaseHTTPRequestHandler, numbers: list[str]) -> None:
        if self.many_status != 200:
            self.json(request, {"error": "Record not found"}, self.many_status)
        elif self.status_answers:
            self.plain(request, *self.status_answers.popleft())
        elif len(numbers) > 20:
            self.json(request, {"error": "Too many"}, 422)
        else:
            held = {one["id"]: one for one in self.held}
            self.json(request, [held[number] for number in numbers if number in held])

    def _status(self, request: BaseHTTPRequestHandler, number: str) -> None:
        found = [one for one in self.held if one["id"] == number]
        if self.status_answers:
            self.plain(request, *self.status_answers.popleft())
        elif found:
            self.json(request, found[-1])
        else:
            self.json(request, {"error": "Record not found"}, 404)

    def _stream(self, request: BaseHTTPRequestHandler) -> None:
        stream = Stream(request, self)
        with self.listening(stream, "text/event-stream"):
            stream.write(b":)\n")
            if self.faults:
                self.faults.popleft()(stream)
            else:
                stream.go_on()


# -- faults


def hang_up_within_a_line(stream: Stream) -> None:
    """Send half an event, then break the connection."""
    data = b"event: update\ndata: " + json.dumps(status(1, "torn")).encode()
    stream.write(data[: len(data) // 2])
    stream.hang_up()


def stall(stream: Stream) -> None:
    """Send nothing more."""
    while stream.alive():
        time.sleep(0.05)


def drip(stream: Stream) -> None:
    """Send an event byte by byte, then go on."""
    for byte in b"event: update\ndata: " + json.dumps(status(1, "a slow one")).encode() + b"\n\n":
        stream.write(bytes([byte]))
        time.sleep(0.004)
    stream.go_on()


def beat(stream: Stream) -> None:
    """Send heartbeats only."""
    while not stream.server.closing:
        stream.write(b":thump\n")
        time.sleep(0.3)
