"""HTTP server for simulators: runs on this machine, sends answers, and streams in chunks."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections import deque
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Refusal = tuple[int, dict[str, str], bytes]
"""Status, headers and body of an answer that was ordered."""


class Stream:
    """One open stream; `write` sends bytes as they are, in one chunk."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: Any) -> None:
        self.handler = handler
        self.server = server
        self.news: deque[bytes] = deque()

    def write(self, data: bytes) -> None:
        self.handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.handler.wfile.flush()

    def heard(self, wait_s: float) -> bytes:
        """Return the bytes to send now, waiting a little if there are none."""
        with self.server.changed:
            if not self.news:
                self.server.changed.wait(wait_s)
            data = b"".join(self.news)
            self.news.clear()
        return data

    def alive(self) -> bool:
        """Tell whether neither side has ended the stream."""
        if self.server.closing or self not in self.server.streams:
            return False
        try:
            return bool(self.handler.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def hang_up(self) -> None:
        """Break the connection."""
        with contextlib.suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)


class Server:
    """Server that runs until its context ends; subclasses implement `answer`."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.streams: set[Any] = set()
        self.closing = False
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with contextlib.suppress(OSError):
                    server.answer(self)

            do_POST = do_PUT = do_GET  # noqa: N815 - the names are Python's

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is Python's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=lambda: self._server.serve_forever(0.05), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self.drop()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        raise NotImplementedError

    def drop(self) -> None:
        """Break all streams."""
        for stream in list(self.streams):
            self.streams.discard(stream)
            stream.hang_up()

    def tell(self, data: bytes) -> None:
        """Send bytes to all streams."""
        with self.changed:
            for stream in self.streams:
                stream.news.append(data)
            self.changed.notify_all()

    skew_s = 0.0
    """How far its clock is ahead of ours."""

    def plain(self, request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send an answer with a body of bytes."""
        request.send_response_only(status)
        request.send_header("Date", formatdate(time.time() + self.skew_s, usegmt=True))
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def json(self, request: BaseHTTPRequestHandler, body: Any, status: int = 200) -> None:
        """Answer with JSON."""
        self.plain(request, status, {"Content-Type": "application/json"}, json.dumps(body).encode())

    @contextlib.contextmanager
    def listening(self, stream: Stream, kind: str) -> Any:
        """Begin the answer of a stream, and send it what is published until it ends."""
        request = stream.handler
        request.send_response(200)
        for name, value in (("Content-Type", kind), ("Transfer-Encoding", "chunked")):
            request.send_header(name, value)
        request.end_headers()
        with self.changed:
            self.streams.add(stream)
        try:
            yield
        finally:
            self.streams.discard(stream)
            request.close_connection = True
