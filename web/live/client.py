"""One watcher: a bounded outbox in bytes and the one writer that empties it. It knows no search and no Redis.

A frame is written at once where the socket takes it; only what it does not take waits. What is over the bound is not
kept: the watcher is told that it lagged (`on_full`). Everything here runs in the event loop's one thread and never
blocks it.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections import deque
from typing import Any, Protocol

import gevent
from gevent.event import Event
from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode, ParseFailed

from web.protocol import CLOSES, PING, Close, Frame, close_frame, parts_of, socket_frame

LOW_WATER_BYTES = 64 * 1024
"""History is pulled while less than this waits."""
SPARE_BYTES = 16 * 1024
"""Room above the bound for the short frames that tell of it."""
STALLED_S = 60.0
GOODBYE_S = 2.0
_READ_BYTES = 16 * 1024
_JOIN_BYTES = 128 * 1024
_JOIN_PARTS = 64


class Owner(Protocol):
    """Who is told of what happens to a client."""

    def on_message(self, client: SocketClient, text: bytes) -> None:
        """Take a message."""

    def on_full(self, client: Client, frame: Frame) -> None:
        """A frame did not fit into the outbox and was not queued."""

    def on_end(self, client: Client) -> None:
        """Let go of a client; called once."""


class Client:
    """What the hub sees of a watcher."""

    __slots__ = ("address", "ended", "limit", "low", "owner", "queued", "session")

    def __init__(self, owner: Owner, address: str, limit: int) -> None:
        self.owner = owner
        self.address = address
        self.limit = limit
        self.queued = 0
        self.ended = False
        self.low: Event | None = None
        self.session: Any = None

    def send(self, frame: Frame, *, always: bool = False) -> bool:
        """Write or queue a frame; return False where it did not fit. `always` uses the spare room."""
        raise NotImplementedError

    def close(self, close: Close) -> None:
        """End with a reason."""
        raise NotImplementedError

    def wait_for_room(self) -> bool:
        """Wait until less than the low water waits; return False when the client has ended."""
        while self.queued > LOW_WATER_BYTES and not self.ended:
            if self.low is None:
                self.low = Event()
            self.low.wait(STALLED_S)
        return not self.ended

    def _drained(self) -> None:
        if self.low is not None and self.queued <= LOW_WATER_BYTES:
            self.low.set()
            self.low = None


class SocketClient(Client):
    """A WebSocket on a non-blocking descriptor of its own, served by callbacks of the event loop: no greenlet waits."""

    __slots__ = (
        "_closing",
        "_deaf",
        "_farewell",
        "_parser",
        "_pong",
        "_queue",
        "_reader",
        "_size",
        "_text",
        "_writer",
        "fd",
        "heard",
        "max_message",
        "progress",
    )

    def __init__(self, owner: Owner, fd: int, address: str, *, limit: int, max_message: int) -> None:
        super().__init__(owner, address, limit)
        os.set_blocking(fd, False)
        self.fd = fd
        self.max_message = max_message
        self.heard = True
        self.progress = 0.0
        self._queue: deque[bytes | memoryview] = deque()
        self._parser: FrameProtocol | None = None
        self._pong: bytes | None = None
        self._text: list[bytes] = []
        self._size = 0
        self._closing = False
        self._deaf = False
        loop = gevent.get_hub().loop
        self._reader = loop.io(fd, 1)
        self._writer: Any = None
        self._farewell: Any = None
        self._reader.start(self._on_readable)

    # -- writing
    def send(self, frame: Frame, *, always: bool = False) -> bool:
        """Write or queue a frame; return False where it did not fit."""
        if self.ended or self._closing:
            return True
        return self._put(frame.socket, always=always, frame=frame)

    def ping(self) -> None:
        """Ask for a sign of life, unless it is plain that nothing gets through."""
        self.heard = False
        if not self._queue and not self.ended and not self._closing:
            self._put(PING, always=True, frame=None)

    def stalled(self, now: float) -> bool:
        """Tell whether nothing could be written for `STALLED_S`."""
        return bool(self._queue) and now - self.progress > STALLED_S

    def _put(self, data: bytes, *, always: bool, frame: Frame | None) -> bool:
        rest: bytes | memoryview = data
        if not self._queue:
            try:
                sent = os.write(self.fd, data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.drop()
                return True
            if sent == len(data):
                return True
            rest = memoryview(data)[sent:]
            self.progress = time.monotonic()
            self._watch_writable()
        elif self.queued + len(data) > self.limit + (SPARE_BYTES if always else 0):
            if frame is not None and not always:
                self.owner.on_full(self, frame)
            elif always:
                self.close_now(CLOSES["too_slow"])
            return False
        self._queue.append(rest)
        self.queued += len(rest)
        return True

    def _watch_writable(self) -> None:
        if self._writer is None:
            self._writer = gevent.get_hub().loop.io(self.fd, 2)
        self._writer.start(self._on_writable)

    def _on_writable(self) -> None:
        queue = self._queue
        try:
            while queue:
                data: bytes | memoryview = queue[0]
                if len(queue) > 1 and len(data) < _JOIN_BYTES:
                    data = self._join()
                sent = os.write(self.fd, data)
                self.progress = time.monotonic()
                self.queued -= sent
                queue.popleft()
                if sent < len(data):
                    queue.appendleft(memoryview(data)[sent:])
                    break
        except BlockingIOError:
            pass
        except OSError:
            self.drop()
            return
        if not queue:
            self._writer.stop()
            if self._closing:
                self._said_goodbye()
                return
        self._drained()

    def _join(self) -> bytes:
        """Put what waits into fewer, bigger writes; the joined bytes become the queue's first part."""
        parts: list[bytes | memoryview] = []
        size = 0
        while self._queue and len(parts) < _JOIN_PARTS and size < _JOIN_BYTES:
            part = self._queue.popleft()
            parts.append(part)
            size += len(part)
        joined = b"".join(parts)
        self._queue.appendleft(joined)
        return joined

    # -- reading
    def pause(self) -> None:
        """Take no more messages for now."""
        if not self.ended:
            self._reader.stop()

    def resume(self) -> None:
        """Take messages again."""
        if not self.ended and not self._reader.active:
            self._reader.start(self._on_readable)

    def _on_readable(self) -> None:
        try:
            data = os.read(self.fd, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.drop()
            return
        self.heard = True
        if self._deaf or (self._closing and self._parser is None):
            return  # read, so that the close frame is not lost to a reset, and dropped
        if self._parser is None:
            self._parser = FrameProtocol(client=False, extensions=[])
        try:
            self._parser.receive_bytes(data)
            for part in self._parser.received_frames():
                self._take(part)
                if self.ended or self._deaf:
                    return
            self._answer_ping()
        except ParseFailed as error:
            self._stop_parsing()  # a parser that failed keeps all that it is given
            bad_text = error.code == CloseReason.INVALID_FRAME_PAYLOAD_DATA
            self.close(CLOSES["not_text" if bad_text else "protocol_error"])

    def _stop_parsing(self) -> None:
        self._deaf = True
        self._parser = None
        self._text.clear()

    def _take(self, part: Any) -> None:
        opcode, payload = part.opcode, part.payload
        if opcode is Opcode.TEXT:
            if payload:  # fragments of nothing, without end, must not pile up
                self._text.append(payload.encode() if isinstance(payload, str) else bytes(payload))
                self._size += len(self._text[-1])
            if self._size > self.max_message:
                self._stop_parsing()
                self.close(CLOSES["message_too_big"])
            elif part.message_finished:
                text = b"".join(self._text)
                self._text.clear()
                self._size = 0
                if not self._closing:
                    self.owner.on_message(self, text)
        elif opcode is Opcode.PING:
            self._pong = socket_frame(bytes(payload), 0xA)
        elif opcode is Opcode.CLOSE:
            if not self._closing:
                self.close(CLOSES["bye"])
            self.drop()
        elif opcode is Opcode.BINARY:
            self.close(CLOSES["bad_message"])

    def _answer_ping(self) -> None:
        """Answer the last ping only, as RFC 6455, 5.5.3 allows; a flood of them grows neither work nor outbox."""
        pong, self._pong = self._pong, None
        if pong is not None and self.queued <= LOW_WATER_BYTES and not self._closing:
            self._put(pong, always=True, frame=None)

    # -- ending
    def close(self, close: Close) -> None:
        """Say why, then end when everything before it was written (or when the drain loses patience)."""
        if self.ended or self._closing:
            return
        data = close_frame(close)
        self._put(data, always=True, frame=None)
        self._closing = True
        if not self._queue and not self.ended:
            self._said_goodbye()

    def close_now(self, close: Close) -> None:
        """End with a reason, what waits is dropped (a frame half written cannot be followed by another)."""
        if not self._queue:
            self.close(close)
        self.drop()

    def _said_goodbye(self) -> None:
        """The close frame is out: the peer answers it and goes; one that does not is not waited for."""
        self._farewell = gevent.get_hub().loop.timer(GOODBYE_S)
        self._farewell.start(self.drop)

    @property
    def closing(self) -> bool:
        """Whether a close frame is on its way."""
        return self._closing

    def drop(self) -> None:
        """End without a word."""
        if self.ended:
            return
        self.ended = True
        self._reader.stop()
        self._reader.close()
        if self._writer is not None:
            self._writer.stop()
            self._writer.close()
        if self._farewell is not None:
            self._farewell.stop()
            self._farewell.close()
        with contextlib.suppress(OSError):
            os.close(self.fd)
        self._queue.clear()
        self.queued = 0
        self._drained()
        self.owner.on_end(self)


def retry(close: Close) -> bytes:
    """Return the line of an event stream that tells when to come back, drawn for this client."""
    return b"retry: %d\n\n" % random.randint(*close.again or (0, 0))


class StreamClient(Client):
    """A watcher over server-sent events: the outbox waits for the response's generator to take it."""

    __slots__ = ("_complete", "_queue", "_ready", "finished")

    def __init__(self, owner: Owner, address: str, *, limit: int) -> None:
        super().__init__(owner, address, limit)
        self._queue: deque[bytes] = deque()
        self._ready = Event()
        self._complete = False
        self.finished = False

    def send(self, frame: Frame, *, always: bool = False) -> bool:
        """Queue a frame; return False where it did not fit. Ids are written only once the history is complete."""
        if self.ended:
            return True
        data = frame.event
        if self.queued + len(data) > self.limit + (SPARE_BYTES if always else 0):
            if always:
                self.drop()
            else:
                self.owner.on_full(self, frame)
            return False
        if frame.kind == "history" and frame.after is not None:
            self._complete = True
        elif frame.kind == "reset":
            self._complete = False
        elif frame.kind in ("lagged", "error"):
            # The last id stands; the browser comes back with it. A search that is refused stays refused.
            self._complete = False
            self.finished = True
        if self._complete and frame.after is not None:
            data = b"".join([b"id: %d\n" % (one.after or 0) + one.event for one in parts_of(frame)])
        self._queue.append(data)
        self.queued += len(data)
        self._ready.set()
        return True

    def take(self, timeout_s: float) -> bytes:
        """Return what waits (b"" after a silence of `timeout_s`)."""
        if not self._queue and not self.ended:
            self._ready.clear()
            self._ready.wait(timeout_s)
        data = b"".join(self._queue)
        self._queue.clear()
        self.queued = 0
        self._drained()
        return data

    def close(self, close: Close) -> None:
        """End; an event stream comes back by itself after the delay it is told."""
        if not self.ended and close.again:
            self._queue.append(retry(close))
        self.drop()

    def drop(self) -> None:
        """End."""
        if not self.ended:
            self.ended = True
            self._ready.set()
            self._drained()
            self.owner.on_end(self)
