"""Client: base class of one watcher, socket or event stream: an outbox bounded in bytes, closing, waiting for room.

A frame beyond the bound is dropped: `on_full` reports it, so that the client gets a `lagged` message. Clients run in
the event loop's one thread and never block it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gevent.event import Event

from web.protocol.close_codes import Close
from web.protocol.frames import Frame

LOW_WATER_BYTES = 64 * 1024
"""History is sent while fewer bytes than this wait in the outbox."""
SPARE_BYTES = 16 * 1024
"""Bytes above the bound for the short `lagged` and error frames."""
STALLED_S = 60.0
"""Seconds without a byte written after which a client counts as stalled."""


class Client:
    """A watcher.

    Args:
        address: the peer's IP address.
        limit: most bytes of the outbox.
        on_full: called with the client and a frame that did not fit into the outbox.
        on_end: called once with the client when it ends.
    """

    __slots__ = ("_on_end", "_on_full", "_room", "address", "ended", "limit", "session")

    def __init__(
        self,
        address: str,
        limit: int,
        *,
        on_full: Callable[[Client, Frame], None],
        on_end: Callable[[Client], None],
    ) -> None:
        self.address = address
        self.limit = limit
        self.ended = False
        self.session: Any = None
        """The client's `Session`, from its admission on."""
        self._on_full = on_full
        self._on_end = on_end
        self._room: Event | None = None

    @property
    def queued(self) -> int:
        """Bytes that wait in the outbox."""
        return 0

    def send(self, frame: Frame, *, always: bool = False) -> bool:
        """Write or queue a frame; return False where it did not fit. `always` uses the spare room."""
        raise NotImplementedError

    def close(self, close: Close) -> None:
        """End with a close code, after the frames before it."""
        raise NotImplementedError

    def drop(self) -> None:
        """End at once."""
        raise NotImplementedError

    def wait_for_room(self) -> bool:
        """Wait until the outbox is below the low-water mark; return False when the client has ended."""
        while self.queued > LOW_WATER_BYTES and not self.ended:
            if self._room is None:
                self._room = Event()
            self._room.wait(STALLED_S)
        return not self.ended

    def _wake_if_room(self) -> None:
        if self._room is not None and self.queued <= LOW_WATER_BYTES:
            self._room.set()
            self._room = None
