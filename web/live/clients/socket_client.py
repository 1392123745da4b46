"""Socket client: a WebSocket on a descriptor of its own, its close handshake and its signs of life.

Callbacks of the event loop read and write; no greenlet waits, so ten thousand idle sockets cost their buffers only.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any

import gevent

from web.live.clients.client import LOW_WATER_BYTES, SPARE_BYTES, STALLED_S, Client
from web.live.clients.message_parser import MessageParser
from web.live.clients.outbox import Outbox
from web.protocol.close_codes import CLOSES, Close
from web.protocol.frames import Frame
from web.protocol.websocket_frames import PING, PONG, close_frame, socket_frame

GOODBYE_S = 2.0
"""Seconds that the peer gets to answer our close frame."""
_READ_BYTES = 16 * 1024


class SocketClient(Client):
    """A WebSocket whose handshake is done.

    Args:
        fd: the descriptor; `drop` closes it.
        max_message: most bytes of a message from the client.
    """

    __slots__ = ("_closing", "_farewell", "_outbox", "_parser", "_parsing", "_reader", "alive", "fd", "max_message")

    def __init__(
        self,
        fd: int,
        address: str,
        *,
        limit: int,
        max_message: int,
        on_full: Callable[[Client, Frame], None],
        on_end: Callable[[Client], None],
    ) -> None:
        super().__init__(address, limit, on_full=on_full, on_end=on_end)
        os.set_blocking(fd, False)
        self.fd = fd
        self.max_message = max_message
        self.alive = True
        """Whether bytes arrived since the last ping."""
        self._outbox = Outbox(fd, self._on_progress, self.drop)
        self._parser: MessageParser | None = None
        self._parsing = True
        self._closing = False
        self._farewell: Any = None
        self._reader = gevent.get_hub().loop.io(fd, 1)
        self._reader.start(self._on_readable)

    # -- writing
    @property
    def queued(self) -> int:
        """Bytes that wait in the outbox."""
        return self._outbox.queued

    def send(self, frame: Frame, *, always: bool = False) -> bool:
        """Write or queue a frame; return False where it did not fit. `always` uses the spare room."""
        if self.ended or self._closing:
            return True
        return self._put(frame.socket, always=always, frame=frame)

    def ping(self) -> None:
        """Send a ping, unless the outbox shows that nothing gets through."""
        self.alive = False
        if not self._outbox and not self.ended and not self._closing:
            self._put(PING, always=True, frame=None)

    def stalled(self, now: float) -> bool:
        """Tell whether nothing could be written for `STALLED_S`. `now` is monotonic."""
        return self._outbox.idle_s(now) > STALLED_S

    def _put(self, data: bytes, *, always: bool, frame: Frame | None) -> bool:
        outbox = self._outbox
        if outbox and outbox.queued + len(data) > self.limit + (SPARE_BYTES if always else 0):
            if frame is not None and not always:
                self._on_full(self, frame)
            elif always:
                self.close_now(CLOSES["too_slow"])
            return False
        outbox.put(data)
        return True

    def _on_progress(self) -> None:
        if self._closing and not self._outbox:
            self._await_close()
        else:
            self._wake_if_room()

    # -- reading
    def pause(self) -> None:
        """Stop reading; the peer is slowed down by TCP."""
        if not self.ended:
            self._reader.stop()

    def resume(self) -> None:
        """Read again."""
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
        self.alive = True
        if not self._parsing or (self._closing and self._parser is None):
            return  # unread bytes would make the kernel reset the connection and lose our close frame
        if self._parser is None:
            self._parser = MessageParser(self.max_message)
        self._parse(self._parser, data)

    def _parse(self, parser: MessageParser, data: bytes) -> None:
        for item in parser.receive(data):
            if isinstance(item, Close):
                self._close_for(item)
            elif not self._closing:
                self.session.on_message(item)
            if self.ended:
                return
        if parser.failed:
            self._parsing = False
            self._parser = None
        else:
            self._answer_ping(parser)

    def _close_for(self, close: Close) -> None:
        self.close(close)
        if close.name == "bye":
            self.drop()

    def _answer_ping(self, parser: MessageParser) -> None:
        """Answer the last ping only, as RFC 6455, 5.5.3 allows; a flood of pings grows neither work nor outbox."""
        payload, parser.ping = parser.ping, None
        if payload is not None and self.queued <= LOW_WATER_BYTES and not self._closing:
            self._put(socket_frame(payload, PONG), always=True, frame=None)

    # -- ending
    @property
    def closing(self) -> bool:
        """Whether a close frame was queued."""
        return self._closing

    def close(self, close: Close) -> None:
        """Queue a close frame; the client ends when the peer answers it, or `GOODBYE_S` after it was written."""
        if self.ended or self._closing:
            return
        self._put(close_frame(close), always=True, frame=None)
        self._closing = True
        if not self._outbox and not self.ended:
            self._await_close()

    def close_now(self, close: Close) -> None:
        """End at once; the close frame is sent only where no half-written frame stands before it."""
        if not self._outbox:
            self.close(close)
        self.drop()

    def _await_close(self) -> None:
        self._farewell = gevent.get_hub().loop.timer(GOODBYE_S)
        self._farewell.start(self.drop)

    def drop(self) -> None:
        """End at once, without a close frame."""
        if self.ended:
            return
        self.ended = True
        self._reader.stop()
        self._reader.close()
        if self._farewell is not None:
            self._farewell.stop()
            self._farewell.close()
        self._outbox.close()
        with contextlib.suppress(OSError):
            os.close(self.fd)
        self._wake_if_room()
        self._on_end(self)
