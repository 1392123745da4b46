"""Relay on this machine: serves `com.atproto.sync.subscribeRepos` over a WebSocket, from a cursor on and then live.

Its commits are whole repositories of one record each, with a signature that nobody checks: Jetstream reads the record
by its path and compares its content id (v0.0.0-20251009222037, pkg/consumer/consumer.go).
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from tests.sources.archive.car_writer import Car, dag_cbor
from tests.sources.simulators.jetstream_world import tid
from tests.sources.simulators.websocket_server import WebSocketServer


class Relay(WebSocketServer):
    """One relay. It numbers what is published; while it is held, nobody hears of it."""

    def __init__(self) -> None:
        self.connections = 0
        self._frames: list[bytes] = []
        self._heard = 0
        self._held = False
        self._serve(self._play)

    @property
    def url(self) -> str:
        """Its address."""
        return f"ws://127.0.0.1:{self.port}/xrpc/com.atproto.sync.subscribeRepos"

    def publish(self, *events: tuple[str, dict[str, Any]]) -> None:
        """Send events: the message's type and its fields, without a number."""
        with self._news:
            for kind, fields in events:
                header = {"op": 1, "t": f"#{kind}"}
                self._frames.append(dag_cbor(header) + dag_cbor({**fields, "seq": len(self._frames) + 1}))
            self._heard = self._heard if self._held else len(self._frames)
            self._news.notify_all()

    def hold(self) -> None:
        """Keep back what is published from now on."""
        with self._news:
            self._held = True

    def release(self) -> None:
        """Send what was kept back."""
        with self._news:
            self._held, self._heard = False, len(self._frames)
            self._news.notify_all()

    def _play(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        cursors = parse_qs(urlsplit(connection.request.path).query).get("cursor")
        with self._news:
            at = int(cursors[0]) if cursors else self._heard
            self.connections += 1
        try:
            while connection.close_code is None:
                with self._news:
                    if self._closing:
                        return
                    if self._heard <= at:
                        self._news.wait(0.2)
                    frames, at = self._frames[at : self._heard], max(at, self._heard)
                for frame in frames:
                    connection.send(frame)
        except ConnectionClosed:
            pass


def commit(
    did: str,
    rkey: str,
    record: dict[str, Any] | None,
    *,
    collection: str = "app.bsky.feed.post",
    operation: str = "create",
    rev_us: int = 0,
) -> tuple[str, dict[str, Any]]:
    """Return a commit of one record, without one for a delete. `rev_us`: the time (µs) of its revision, 0 for now."""
    path, rev = f"{collection}/{rkey}", tid(rev_us or time.time_ns() // 1000)
    car = Car()
    link = car.add(record) if record is not None else None
    root = car.commit(did, rev, car.node({path: link} if link is not None else {}))
    return "commit", {
        "repo": did,
        "rev": rev,
        "since": None,
        "time": stamp(),
        "commit": root,
        "blocks": car.file(root),
        "ops": [{"action": operation, "path": path, "cid": link}],
        "blobs": [],
        "rebase": False,
        "tooBig": False,
    }


def account(did: str, *, active: bool, status: str = "") -> tuple[str, dict[str, Any]]:
    """Return a change of an account's status."""
    fields: dict[str, Any] = {"did": did, "time": stamp(), "active": active}
    return "account", {**fields, "status": status} if status else fields


def identity(did: str, handle: str) -> tuple[str, dict[str, Any]]:
    """Return a change of a handle."""
    return "identity", {"did": did, "time": stamp(), "handle": handle}


def stamp() -> str:
    """Return the time as a relay writes it."""
    ms = time.time_ns() // 1_000_000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03}Z"
