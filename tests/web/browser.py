"""A browser's side of the socket as docs/reference/protocol.md requires it, with a record of every frame received."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.delivery.simulation.reference_watcher import ReferenceWatcher


class Search:
    """One subscription: the posts held, and the sequence number from which it resumes."""

    def __init__(self, query: str, history: int) -> None:
        self.query = query
        self.history = history
        self.watcher = ReferenceWatcher()
        self.key = ""
        self.after: int | None = None
        self.seen: int | None = None
        self.phase = "requested"

    def take(self, frame: dict[str, Any]) -> None:
        """Apply a frame of this search, or one for every client."""
        kind = frame["type"]
        if kind in ("posts", "history"):
            self.watcher.posts([(post["id"], post["version"], post.get("rewritten", 0)) for post in frame["posts"]])
        elif kind == "gone":
            self.watcher.retract([(post_id, version) for post_id, version in frame["posts"]])
        elif kind == "deleted":
            self.watcher.deleted(frame["ids"], frame.get("versions", {}))
        elif kind == "reset":
            self.watcher.reset()
            self.phase, self.after, self.seen = "history", None, None
        elif kind == "lagged":
            self.phase = "lagged"
        after = frame.get("after")
        if kind == "history" and frame["done"] and self.phase == "history":
            self.phase = "live"
            self.after = max(after or 0, self.seen or 0, self.after or 0)
        elif after is not None and self.phase == "live":
            self.after = max(self.after or 0, after)
        elif after is not None and self.phase == "history":
            self.seen = max(self.seen or 0, after)


def is_for(frame: dict[str, Any], key: str, watch_id: str) -> bool:
    """Return whether a frame concerns a subscription: it carries its id, or its key alone, or neither."""
    return frame.get("key") in (None, key) and frame.get("id") in (None, watch_id)


class Browser:
    """One socket. Frames are read only on request (`until`), so that a test can play a stalled reader."""

    def __init__(self, port: int, **options: Any) -> None:
        self.port = port
        self.options = options
        self.searches: dict[str, Search] = {}
        self.frames: list[dict[str, Any]] = []
        self.connection: ClientConnection | None = None
        self.close_code: int | None = None
        self.close_reason = ""
        self.open()

    def open(self) -> None:
        """Connect, and resume every search."""
        self.connection = connect(
            f"ws://127.0.0.1:{self.port}/ws", compression=None, max_size=2**26, proxy=None, legacy=True, **self.options
        )
        self.close_code = None
        for watch_id in self.searches:
            self._ask(watch_id)

    def drop(self) -> None:
        """Drop the connection without a close frame."""
        if self.connection is not None:
            self.connection.socket.close()
            self.connection = None

    def subscribe(self, watch_id: str, query: str, history: int = 500) -> Search:
        """Watch a search."""
        self.searches[watch_id] = Search(query, history)
        self._ask(watch_id)
        return self.searches[watch_id]

    def again(self, watch_id: str) -> None:
        """Resume a search."""
        self._ask(watch_id)

    def _ask(self, watch_id: str) -> None:
        search = self.searches[watch_id]
        search.phase, search.seen = "requested", None
        if search.after is None:
            search.watcher.reset()
        request = {"type": "subscribe", "id": watch_id, "query": search.query, "history": search.history}
        self.send(request | {"after": search.after})

    def send(self, message: Any) -> None:
        """Send a message; text and bytes are sent unchanged."""
        assert self.connection is not None
        text = message if isinstance(message, str | bytes) else msgspec.json.encode(message).decode()
        self.connection.send(text)

    def read(self, timeout_s: float = 0.05) -> dict[str, Any] | None:
        """Return one frame, None if none arrives."""
        if self.connection is None:
            return None
        try:
            frame: dict[str, Any] = msgspec.json.decode(self.connection.recv(timeout=timeout_s))
        except TimeoutError:
            return None
        except ConnectionClosed:
            self.close_code = self.connection.close_code
            self.close_reason = self.connection.close_reason or ""
            self.connection = None
            return None
        self.frames.append(frame)
        if frame["type"] == "subscribed":
            search = self.searches[frame["id"]]
            search.key, search.phase = frame["key"], "history"
        for watch_id, search in self.searches.items():
            if is_for(frame, search.key, watch_id) and frame["type"] != "subscribed":
                search.take(frame)
        return frame

    def until(self, condition: Callable[[], Any], within_s: float = 15.0) -> Any:
        """Read until a condition holds; fail after a time limit."""
        limit = time.monotonic() + within_s
        while time.monotonic() < limit:
            value = condition()
            if value:
                return value
            self.read()
        raise AssertionError(f"it did not come about; last frames: {self.frames[-5:]}")

    def until_live(self, watch_id: str = "a") -> Search:
        """Read until a search has its whole history."""
        search = self.searches[watch_id]
        self.until(lambda: search.phase == "live")
        return search

    def until_closed(self, within_s: float = 15.0) -> int:
        """Read until the server closes; return the code."""
        self.until(lambda: self.close_code is not None, within_s)
        assert self.close_code is not None
        return self.close_code

    def drain(self, quiet_s: float = 0.3) -> None:
        """Read until no frame arrives for a while."""
        while self.read(quiet_s) is not None:
            pass

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the frames of a type."""
        return [frame for frame in self.frames if frame["type"] == kind]
