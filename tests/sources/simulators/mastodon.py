"""A Mastodon on this machine: event streams and timelines over real HTTP, with faults to order."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Fault = Callable[["Stream"], None]


def status(number: int, text: str = "hi", *, host: str = "", **more: Any) -> dict[str, Any]:
    """Return a status; `host` is where it was written, the server itself unless told."""
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


class Stream:
    """One open event stream; `write` sends bytes as they are, in one chunk."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: Mastodon) -> None:
        self.handler = handler
        self.server = server
        self.news: deque[bytes] = deque()

    def write(self, data: bytes) -> None:
        self.handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.handler.wfile.flush()

    def go_on(self) -> None:
        """Say what is published until somebody ends it."""
        while not self.server.closing:
            with self.server.changed:
                if not self.news:
                    self.server.changed.wait(0.2)
                data = b"".join(self.news)
                self.news.clear()
            if data:
                self.write(data)

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)


class Mastodon:
    """One server. `token`: what it wants, if anything; `timeline_status`: what timelines answer."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.streaming = ""
        self.timeline_status = 200
        self.instance_status = 200
        self.held: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.tokens: list[str] = []
        self.faults: deque[Fault] = deque()
        self.refusals: deque[tuple[int, dict[str, str]]] = deque()
        self.changed = threading.Condition()
        self.streams: set[Stream] = set()
        self.closing = False
        mastodon = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with contextlib.suppress(OSError):
                    mastodon.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is Python's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Mastodon:
        return self

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self.drop()

    def drop(self) -> None:
        """End all streams without a word."""
        for stream in list(self.streams):
            stream.hang_up()

    def streamed(self) -> int:
        """Return how often a stream was asked for."""
        return len([path for path in self.asked if "/streaming/" in path])

    def say(self, event: str, payload: Any) -> None:
        """Tell all who listen."""
        data = payload if isinstance(payload, str) else json.dumps(payload)
        self.tell(f"event: {event}\ndata: {data}\n\n".encode())

    def tell(self, data: bytes) -> None:
        """Tell all who listen these bytes."""
        with self.changed:
            for stream in self.streams:
                stream.news.append(data)
            self.changed.notify_all()

    def publish(self, *statuses: dict[str, Any]) -> None:
        """Hold statuses, and tell all who listen."""
        for one in statuses:
            self.held.append(one)
            self.say("update", one)

    # -- what a server does
    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.asked.append(request.path)
        self.tokens.append(request.headers.get("Authorization", ""))
        parts = urlsplit(request.path)
        query = dict(parse_qsl(parts.query))
        if parts.path == "/api/v2/instance" and self.instance_status != 200:
            self._plain(request, self.instance_status, {}, b"{}")
        elif parts.path == "/api/v2/instance":
            self._json(request, {"configuration": {"urls": {"streaming": self.streaming}}})
        elif self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            self._plain(request, 401, {}, b'{"error":"The access token is invalid"}')
        elif parts.path.startswith("/api/v1/timelines/"):
            if self.timeline_status != 200:
                self._plain(request, self.timeline_status, {}, b"{}")
                return
            after = [one for one in self.held if int(one["id"]) > int(query.get("min_id", 0))]
            self._json(request, list(reversed(after[: int(query.get("limit", 20))])))
        elif self.refusals:
            self._plain(request, *self.refusals.popleft(), b"")
        elif parts.path.startswith("/api/v1/streaming/"):
            self._stream(request)
        else:
            self._plain(request, 404, {}, b"")

    def _stream(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in (("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")):
            request.send_header(name, value)
        request.end_headers()
        stream = Stream(request, self)
        with self.changed:
            self.streams.add(stream)
        try:
            stream.write(b":)\n")
            if self.faults:
                self.faults.popleft()(stream)
            else:
                stream.go_on()
        finally:
            self.streams.discard(stream)
            request.close_connection = True

    def _json(self, request: BaseHTTPRequestHandler, body: Any) -> None:
        self._plain(request, 200, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def _plain(self, request: BaseHTTPRequestHandler, code: int, headers: dict[str, str], body: bytes) -> None:
        request.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)


# -- faults


def hang_up_within_a_line(stream: Stream) -> None:
    """Send half an event, then end the connection without a word."""
    data = b"event: update\ndata: " + json.dumps(status(1, "torn")).encode()
    stream.write(data[: len(data) // 2])
    stream.hang_up()


def stall(stream: Stream) -> None:
    """Send nothing more."""
    while not stream.server.closing and stream in stream.server.streams:
        time.sleep(0.05)


def drip(stream: Stream) -> None:
    """Send an event byte by byte, then go on."""
    for byte in b"event: update\ndata: " + json.dumps(status(1, "a slow one")).encode() + b"\n\n":
        stream.write(bytes([byte]))
        time.sleep(0.004)
    stream.go_on()


def beat(stream: Stream) -> None:
    """Say nothing but that it lives."""
    while not stream.server.closing:
        stream.write(b":thump\n")
        time.sleep(0.3)
