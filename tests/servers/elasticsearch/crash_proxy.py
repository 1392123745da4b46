"""Crash proxy: passes requests to a server on this machine and can kill the server in the middle of a bulk request.

    with Gate(elastic.url) as gate:             # the product is given gate.url
        cut = gate.arm("-posts-", "at work", elastic.kill)
        assert cut.done.wait(60)                # the server is dead, and connections are reset
        elastic.start()
        survived(elastic.url, cut)              # documents of that bulk that the server had on disk
        gate.open()

After a cut, the product has sent the whole bulk request and received no byte of an answer. Bytes pass unchanged.
"""

from __future__ import annotations

import json
import re
import select
import socket
import statistics
import struct
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, Self
from urllib.parse import urlsplit

Moment = Literal["half sent", "at work", "answered"]
"""When the server is killed: after half of the request; with the whole request, after half of the time that such a
request usually takes; or when it has answered, which the product never receives."""

FEWEST = 20
"""Documents below which a bulk request is no batch of posts and passes."""
ANSWER_S = 30.0
_BLOCK = 1 << 18
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CREATE = re.compile(rb'^\{"create":\{"_index":"([^"]+)","_id":"([^"]+)"', re.MULTILINE)
_RESET = struct.pack("ii", 1, 0)


class Cut:
    """A bulk request in the middle of which the server is to be killed; its facts are complete once `done` is set."""

    def __init__(self, index: str, moment: Moment, end: Callable[[], None]) -> None:
        self.index = index
        self.moment = moment
        self.end = end
        self.done = threading.Event()
        self.created: list[tuple[str, str]] = []
        """(index, id) of the documents that the request was to create."""
        self.size_bytes = self.sent_bytes = 0
        self.usual_s = self.after_s = 0.0
        self.had_answered = False
        """True if the server had begun to answer when it died."""


class Gate:
    """Passes connections to a server. While the server is away, or after a cut, it resets them."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._armed: Cut | None = None
        self._shut = self._closing = False
        self._took: deque[float] = deque(maxlen=20)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._listener.close()

    def arm(self, index: str, moment: Moment, end: Callable[[], None]) -> Cut:
        """Kill the server in the next bulk request into an index with `index` in its name; return its facts to come."""
        with self._lock:
            self._armed = Cut(index, moment, end)
            return self._armed

    def open(self) -> None:
        """Pass connections again after a cut."""
        self._shut = False

    def _accept(self) -> None:
        while not self._closing:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.socket() as server:
            with suppress(OSError):
                self._pass(client, server)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _pass(self, client: socket.socket, server: socket.socket) -> None:
        """Pass bytes until either side closes: requests as a whole, answers as they come."""
        held, passing = bytearray(), _Passing(server)
        while not self._closing:
            ready, _, _ = select.select([client, *passing.answering()], [], [], 1.0)
            if server in ready:
                answer = server.recv(_BLOCK)
                if not answer:
                    return
                self._took.extend(passing.took_s())
                client.sendall(answer)
            if client in ready:
                block = client.recv(_BLOCK)
                if not block:
                    return
                held += block
                while size := _whole(held):
                    request = bytes(held[:size])
                    del held[:size]
                    if self._shut or not self._request(passing, request):
                        return

    def _request(self, passing: _Passing, request: bytes) -> bool:
        """Pass a request; return False if the server was killed in it."""
        passing.connect(self._target)
        created = _CREATE.findall(request) if request.startswith(b"POST /_bulk") else []
        cut = self._take(created)
        if cut is not None and self._cut(cut, passing.server, request):
            return False
        if cut is None:
            passing.server.sendall(request)
        passing.sent_s = time.monotonic() if len(created) >= FEWEST else 0.0
        return True

    def _take(self, created: list[tuple[bytes, bytes]]) -> Cut | None:
        with self._lock:
            cut = self._armed
            if cut is None or len(created) < FEWEST or cut.index not in created[0][0].decode():
                return None
            if cut.moment == "at work" and not self._took:
                return None  # the usual time of such a request must be known first
            self._armed = None
        cut.created = [(index.decode(), key.decode()) for index, key in created]
        return cut

    def _cut(self, cut: Cut, server: socket.socket, request: bytes) -> bool:
        """Send the request and kill the server; return False if it answered too fast: the next request is tried."""
        cut.size_bytes = len(request)
        cut.sent_bytes = cut.size_bytes // 2 if cut.moment == "half sent" else cut.size_bytes
        server.sendall(request[: cut.sent_bytes])
        began = time.monotonic()
        cut.usual_s = statistics.median(self._took) if self._took else 0.0
        wait_s = {"half sent": 0.0, "at work": cut.usual_s / 2, "answered": ANSWER_S}[cut.moment]
        answers, _, _ = select.select([server], [], [], wait_s)
        if bool(answers) != (cut.moment == "answered"):
            with self._lock:
                self._armed = self._armed or cut
            return False
        self._shut = True
        cut.after_s = time.monotonic() - began
        cut.end()
        with suppress(OSError):
            cut.had_answered = bool(server.recv(_BLOCK))
        cut.done.set()
        return True


class _Passing:
    """A connection to the server, opened for the first request, and the time since when a bulk awaits its answer."""

    def __init__(self, server: socket.socket) -> None:
        self.server = server
        self.sent_s = 0.0
        self._connected = False

    def connect(self, target: tuple[str, int]) -> None:
        if not self._connected:
            self.server.connect(target)
            self._connected = True

    def answering(self) -> list[socket.socket]:
        return [self.server] if self._connected else []

    def took_s(self) -> list[float]:
        """Return [seconds] that the bulk took whose answer begins now; [] if it is another request's."""
        since, self.sent_s = self.sent_s, 0.0
        return [time.monotonic() - since] if since else []


def survived(url: str, cut: Cut) -> int:
    """Return the number of documents of a cut bulk request that the server has, by asking the server itself."""
    body = json.dumps({"docs": [{"_index": index, "_id": key} for index, key in cut.created]}).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{url}/_mget?_source=false", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return sum(bool(one.get("found")) for one in json.load(answer)["docs"])


def _whole(held: bytearray) -> int:
    """Return the size of the request at the start of the bytes, 0 while it is incomplete."""
    end = held.find(b"\r\n\r\n")
    if end < 0:
        return 0
    length = _LENGTH.search(held, 0, end)
    size = end + 4 + (int(length[1]) if length else 0)
    return size if len(held) >= size else 0
