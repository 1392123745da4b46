"""Cheap watcher of many searches: raw sockets whose WebSocket frames are counted and not parsed.

So the watcher takes little of the machine that it measures. It checks lengths only; the tests check the content.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

PER_SOCKET = 32
TEXT, PING, PONG = 1, 9, 10


class Watcher:
    """Subscribes to searches over as many sockets as they need, and counts live posts in a thread of its own."""

    def __init__(self, port: int, queries: Sequence[str], *, latency: bool = False) -> None:
        self.posts = 0
        self.frames = 0
        self.size_bytes = 0
        self.latencies_ms: list[float] = []
        self.troubles: Counter[str] = Counter()
        self.since_ms = 0.0
        self._seen: set[str] = set()
        self._latency = latency
        self._done = 0
        self._selector = selectors.DefaultSelector()
        self._rest: dict[socket.socket, bytes] = {}
        self._wanted = len(queries)
        self._stopped = False
        for start in range(0, len(queries), PER_SOCKET):
            self._open(port, queries[start : start + PER_SOCKET])
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _open(self, port: int, queries: Sequence[str]) -> None:
        connection = socket.create_connection(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(4096)
        head, _, rest = answer.partition(b"\r\n\r\n")
        assert b" 101 " in head.split(b"\r\n")[0], head
        for number, query in enumerate(queries):
            message = {"type": "subscribe", "id": str(number), "query": query, "history": 1, "after": None}
            connection.sendall(_frame(json.dumps(message).encode()))
        connection.setblocking(False)
        self._rest[connection] = rest
        self._selector.register(connection, selectors.EVENT_READ)

    def ready(self) -> bool:
        """Whether every search has had its history."""
        return self._done >= self._wanted

    def stop(self) -> None:
        """End."""
        self._stopped = True
        self._thread.join(2)

    def _run(self) -> None:
        while not self._stopped:
            for key, _ in self._selector.select(0.2):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                data = connection.recv(1 << 18)
                if not data:
                    self._selector.unregister(connection)
                    self.troubles["closed"] += 1
                    continue
                self.size_bytes += len(data)
                self._rest[connection] = self._walk(connection, self._rest[connection] + data)

    def _walk(self, connection: socket.socket, data: bytes) -> bytes:
        at = 0
        while len(data) - at >= 2:
            length, start = data[at + 1] & 127, at + 2
            if length == 126:
                length, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
            elif length == 127:
                length, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
            if len(data) < start + length:
                break
            if data[at] & 15 == PING:
                connection.send(_frame(data[start : start + length], PONG))
            else:
                self._take(data[start : start + length])
            at = start + length
        return data[at:]

    def _take(self, body: bytes) -> None:
        if body.startswith(b'{"type":"posts"'):
            self.frames += 1
            self.posts += body.count(b'"received_at":') - body.count(b'"original":{')
            if self._latency:
                self._time(json.loads(body)["posts"])
        elif body.startswith((b'{"type":"lagged"', b'{"type":"reset"', b'{"type":"error"')):
            self.troubles[body[:40].decode()] += 1
        elif body.startswith(b'{"type":"history"') and b'"done":true' in body:
            self._done += 1

    def _time(self, posts: list[dict[str, Any]]) -> None:
        """Record the latency of new posts; a post that arrives again has new counts and keeps its first time."""
        now = time.time() * 1000
        for post in posts:
            if post["id"] not in self._seen and post["received_at"] >= self.since_ms:
                self.latencies_ms.append(now - post["received_at"])
            self._seen.add(post["id"])


def _frame(body: bytes, opcode: int = TEXT) -> bytes:
    """Return a masked frame; a mask of zeros is a mask."""
    length = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0xFE]) + len(body).to_bytes(2)
    return bytes([0x80 | opcode]) + length + bytes(4) + body
