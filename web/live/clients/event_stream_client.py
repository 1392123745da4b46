"""Event-stream client: a bounded queue of server-sent events; ids only after the history, a reconnect delay at the end.

The response's generator takes what is queued. The stream ends after a lag, and when each of its searches is refused;
the browser then resumes from the last id.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from gevent.event import Event

from web.live.clients.client import SPARE_BYTES, Client
from web.live.clients.resume_points import ResumePoints
from web.protocol.close_codes import Close
from web.protocol.frames import Frame, parts_of


def retry_line(close: Close) -> bytes:
    """Return the `retry` line of an event stream, with the reconnection delay drawn for this client."""
    return b"retry: %d\n\n" % random.randint(*close.again or (0, 0))


class StreamClient(Client):
    """A watcher over server-sent events."""

    __slots__ = ("_events", "_queued", "_ready", "finished", "resume_points")

    def __init__(
        self,
        address: str,
        *,
        limit: int,
        on_full: Callable[[Client, Frame], None],
        on_end: Callable[[Client], None],
    ) -> None:
        super().__init__(address, limit, on_full=on_full, on_end=on_end)
        self._events: deque[bytes] = deque()
        self._queued = 0
        self._ready = Event()
        self.resume_points = ResumePoints()
        self.finished = False
        """Whether the stream ends once the queue is empty."""

    @property
    def queued(self) -> int:
        """Bytes that wait for the generator."""
        return self._queued

    def send(self, frame: Frame, *, always: bool = False) -> bool:
        """Queue a frame; return False where it did not fit. Ids are written only once every history is complete."""
        if self.ended:
            return True
        data = frame.event
        if self._queued + len(data) > self.limit + (SPARE_BYTES if always else 0):
            if always:
                self.drop()
            else:
                self._on_full(self, frame)
            return False
        if frame.after is not None or frame.kind in ("subscribed", "reset", "lagged", "error"):
            data = b"".join([self._with_id(one) for one in parts_of(frame)])
        # After a lag the browser reconnects with the last id it read. A search that is refused stays refused.
        if frame.kind == "lagged" or (frame.kind == "error" and not self.resume_points):
            self.finished = True
        self._events.append(data)
        self._queued += len(data)
        self._ready.set()
        return True

    def _with_id(self, part: Frame) -> bytes:
        event_id = self.resume_points.note(part)
        return part.event if event_id is None else b"id: %d\n" % event_id + part.event

    def take(self, timeout_s: float) -> bytes:
        """Return the queued events, b"" where none came within `timeout_s`."""
        if not self._events and not self.ended:
            self._ready.clear()
            self._ready.wait(timeout_s)
        data = b"".join(self._events)
        self._events.clear()
        self._queued = 0
        self._wake_if_room()
        return data

    def close(self, close: Close) -> None:
        """End; the browser reconnects by itself after the delay that the last line names."""
        if not self.ended and close.again:
            self._events.append(retry_line(close))
        self.drop()

    def drop(self) -> None:
        """End at once; queued events can still be taken."""
        if not self.ended:
            self.ended = True
            self._ready.set()
            self._wake_if_room()
            self._on_end(self)
