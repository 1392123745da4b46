"""Simulator of a Jetstream server: both wires over a real WebSocket, with events that it can drop and faults on demand.

It keeps what was published and plays it from a cursor on, then goes on live. A fault is a function that gets the next
connection to itself; a refusal answers the next request instead of a stream. `original`: it behaves as the first
implementation (v0.0.0-20251009222037), else as the second (9a30def, August 2026), which numbers its events.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import zstandard
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection

from pipeline.sources.bluesky.jetstream_url import DICTIONARY_PATH, NEWER_PATH
from tests.sources.simulators.websocket_server import WebSocketServer

DID = "did:plc:ann"
CID = "bafyreigwhofrq6vczcu6og5ryxy7yzynahqcnuq5bowkblrqtjune75cd4"
"""Content id of every record; nobody compares them."""
_NOT_FOUND = b'{"message":"Not Found"}'


def commit(
    time_us: int, text: str = "hi", *, did: str = DID, rkey: str = "", operation: str = "create", **record: Any
) -> dict[str, Any]:
    """Return an event of `/subscribe`; its record key is its time by default.

    Its revision is no TID, as a real one is: nobody knows when it was written, and only the server's time counts.
    """
    fields: dict[str, Any] = {
        "rev": "x",
        "operation": operation,
        "collection": "app.bsky.feed.post",
        "rkey": rkey or f"3k{time_us}",
    }
    if operation != "delete":
        fields["record"] = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2024-11-21T16:25:48Z", **record}
        fields["cid"] = CID
    return {"did": did, "time_us": time_us, "kind": "commit", "commit": fields}


@dataclass
class StreamRequest:
    """A request for a stream."""

    path: str
    query: dict[str, list[str]]
    tip: int
    """How many events were held then."""

    def cursor(self) -> int | None:
        """Return the cursor, None if there was none."""
        return int(self.query["cursor"][0]) if "cursor" in self.query else None

    def has_readable_cursor(self) -> bool:
        """Tell whether the cursor is a whole number, or missing."""
        return re.fullmatch(r"[+-]?[0-9]{1,18}", self.query.get("cursor", ["0"])[0]) is not None


Fault = Callable[[ServerConnection, "Jetstream"], None]


@dataclass
class Jetstream(WebSocketServer):
    """One server. `floor_us`: it holds no older events; `too_old`: the error for an older cursor, "" to cut it
    short. `original`: the first implementation. `passage_us`: how much that leaves out at its passage from replay to
    live. `refuses_cursors`: 400 for any. `segment`: index of the first event of the second's active segment, at which a
    time within it begins. `base`: what is added to an event's number."""

    floor_us: int = 0
    too_old: str = ""
    original: bool = False
    passage_us: int = 0
    refuses_cursors: bool = False
    segment: int | None = None
    base: int = 0
    dictionary: bytes = b""
    requested: list[StreamRequest] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    refusals: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)
    held: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._open: set[ServerConnection] = set()
        self._forgotten = 0
        self._serve(self._play, process_request=self._answer, max_size=2**20)

    @property
    def url(self) -> str:
        """Its address, for the wire of `/subscribe`."""
        return f"ws://127.0.0.1:{self.port}/subscribe"

    @property
    def newer_url(self) -> str:
        """Its address for the newer wire."""
        return f"ws://127.0.0.1:{self.port}{NEWER_PATH}"

    def cursors(self) -> list[int]:
        """Return the cursors that were requested; a stream of the present has none."""
        return [cursor for request in self.requested if (cursor := request.cursor()) is not None]

    def publish(self, *events: dict[str, Any]) -> None:
        """Add events and send them to all connections."""
        with self._news:
            self.held += events
            self._news.notify_all()

    def drop(self) -> None:
        """End all connections without a closing frame."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.socket.shutdown(2)

    def forget(self, count: int) -> None:
        """Drop the oldest events."""
        with self._news:
            del self.held[:count]
            self._forgotten += count

    # -- what a server does
    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        if parts.path == DICTIONARY_PATH:
            return _response(200 if self.dictionary else 404, {}, self.dictionary or _NOT_FOUND)
        query: dict[str, list[str]] = {}
        for name, value in parse_qsl(parts.query):
            query.setdefault(name, []).append(value)
        requested = StreamRequest(parts.path, query, self._forgotten + len(self.held))
        self.requested.append(requested)
        if self.refusals:
            return _response(*self.refusals.popleft())
        return self._refusal(requested)

    def _refusal(self, requested: StreamRequest) -> Response | None:
        """Return why a stream is refused, None if it is not."""
        newer = requested.path == NEWER_PATH
        if requested.path != "/subscribe" and (self.original or not newer):
            return _response(404, {}, _NOT_FOUND)
        if not requested.has_readable_cursor():
            return _response(400, {}, b"invalid cursor")
        if newer and "wantedCollections" in requested.query:
            return _response(400, {}, b'{"error":"InvalidRequest"}')
        cursor = requested.cursor()
        error = "InvalidRequest" if self.refuses_cursors else ""
        if newer and (cursor or 10**15) < 10**15 and (self.too_old or self._is_below_floor(cursor)):
            error = self.too_old or "CursorTooOld"
        if not error or cursor is None:
            return None
        return _response(400, {}, json.dumps({"error": error, "message": "floor"}).encode())

    def _play(self, connection: ServerConnection) -> None:
        requested = self.requested[-1]
        self._open.add(connection)
        try:
            if self.faults:
                self.faults.popleft()(connection, self)
                return
            self.stream(connection, requested)
        except (ConnectionClosed, OSError):
            pass
        finally:
            self._open.discard(connection)

    def stream(self, connection: ServerConnection, requested: StreamRequest) -> None:
        """Play the events held from the cursor on, then live ones, until the connection ends."""
        cursor = requested.cursor()
        start = self._start(cursor, requested.tip - self._forgotten)
        newer = requested.path == NEWER_PATH
        if newer and cursor is not None and 10**15 <= cursor < self.floor_us:
            info = {"$type": "network.bsky.jetstream.subscribeEvents#info", "name": "OutdatedCursor", "message": "5"}
            connection.send(json.dumps({"$type": "message", "payload": info}, separators=(",", ":")))
        packer = (
            zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(self.dictionary))
            if (self.dictionary and "zstdDictionary" in requested.query)
            else None
        )
        passing = requested.tip if self.original and self.passage_us and cursor is not None else 0
        start += self._forgotten
        while not self._closing:
            with self._news:
                if self._forgotten + len(self.held) in (start, passing):
                    self._news.wait(0.05)
                events, begin = self.held[max(0, start - self._forgotten) :], start
                if passing and self._forgotten + len(self.held) == passing:
                    newest_us = events[-1]["time_us"] if events else 0
                    events = [event for event in events if event["time_us"] <= newest_us - self.passage_us]
                elif passing and events:
                    live_us = self.held[passing - self._forgotten]["time_us"]
                    left_out = range(live_us - self.passage_us, live_us)
                    events = [event for event in events if event["time_us"] not in left_out]
                    passing = 0
                start = begin + len(events) if passing else self._forgotten + len(self.held)
            for index, event in enumerate(events, begin + 1 + self.base):
                data = json.dumps(self._as_sent(event, index, newer=newer), separators=(",", ":")).encode()
                if packer is not None:
                    connection.send(packer.compress(data))
                else:
                    connection.send(data, text=True)
            if connection.close_code is not None:
                return

    def _is_below_floor(self, number: int | None) -> bool:
        index = (number or 0) - 1 - self.base - self._forgotten
        return index < 0 or (index < len(self.held) and self.held[index]["time_us"] < self.floor_us)

    def _start(self, cursor: int | None, tip: int) -> int:
        """Return the index at which a stream begins."""
        if cursor is None or cursor > int(time.time() * 1e6):
            return tip
        if cursor < 10**15 and not self.original:
            index = cursor - 1 - self.base - self._forgotten
            return max(0, index) if index < len(self.held) else tip
        held = [index for index, event in enumerate(self.held) if event["time_us"] >= self.floor_us]
        wanted = [index for index in held if self.held[index]["time_us"] >= cursor]
        if self.original:
            return (wanted or held or [tip])[0]  # asked for what is yet to come, it sends all that it has
        start = wanted[0] if wanted else tip
        return start if self.segment is None else min(start, self.segment)

    def _as_sent(self, event: dict[str, Any], number: int, *, newer: bool) -> dict[str, Any]:
        if newer:
            return newer_frame(event, number)
        return event if self.original else {**event, "cursor": number}


def newer_frame(event: dict[str, Any], seq: int) -> dict[str, Any]:
    """Return an event of `/subscribe` as a frame of the newer wire."""
    seconds, us = divmod(event["time_us"], 1_000_000)
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{us:06}Z"
    kind = event["kind"]
    payload = {"$type": f"network.bsky.jetstream.subscribeEvents#{kind}", "seq": seq, "did": event["did"], "time": at}
    payload |= {"witnessedAt": at} | (event["commit"] if kind == "commit" else {kind: event[kind]})
    return {"$type": "message", "payload": payload}


def _response(status: int, headers: dict[str, str], body: bytes) -> Response:
    fields = Headers({"Content-Length": str(len(body)), "Connection": "close", **headers})
    return Response(status, HTTPStatus(status).phrase, fields, body)


# -- faults


def hang_up_within_a_message(connection: ServerConnection, server: Jetstream) -> None:
    """Send half a frame of the first event held, then end the connection without a closing frame."""
    whole = _bytes(server.held[0])
    connection.socket.sendall(whole[: len(whole) // 2])
    connection.socket.shutdown(2)


def stall(connection: ServerConnection, server: Jetstream) -> None:
    """Send the events held, then nothing, but answer pings."""
    for event in list(server.held):
        connection.send(json.dumps(event), text=True)
    while connection.close_code is None and not server._closing:
        time.sleep(0.05)


def drip(pause_s: float) -> Fault:
    """Send the first event held byte by byte, in two fragments, and end well."""

    def play(connection: ServerConnection, server: Jetstream) -> None:
        data = json.dumps(server.held[0]).encode()
        half = len(data) // 2
        first = Frame(Opcode.TEXT, data[:half], fin=False).serialize(mask=False)
        second = Frame(Opcode.CONT, data[half:], fin=True).serialize(mask=False)
        for byte in first + second:
            connection.socket.sendall(bytes([byte]))
            time.sleep(pause_s)
        server.stream(connection, server.requested[-1])

    return play


def say(*messages: bytes) -> Fault:
    """Send messages as they are, then behave well."""

    def play(connection: ServerConnection, server: Jetstream) -> None:
        for message in messages:
            connection.socket.sendall(Frame(Opcode.TEXT, message).serialize(mask=False))
        server.stream(connection, server.requested[-1])

    return play


def _bytes(event: dict[str, Any]) -> bytes:
    return Frame(Opcode.TEXT, json.dumps(event).encode()).serialize(mask=False)
