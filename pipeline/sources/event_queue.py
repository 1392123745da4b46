"""Bounded queue between a thread that reads a stream and the reader's loop that takes its events.

The queue is the back-pressure: a thread that finds no room waits, and so does the server behind it; once it is asked to
stop, its event is dropped. `take` returns all events that are there, up to a chunk's worth, or waits for the first.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST_TAKEN = 500
"""Events that one `take` returns at most: they become one chunk."""
FULL_WAIT_S = 0.2
"""Seconds between two looks of a waiting thread at whether it has to stop."""


@dataclass(frozen=True)
class StreamEvent:
    """One event of a reading thread: its kind, when it was received (ms UTC), and the bytes of a record."""

    kind: str
    at_ms: int = 0
    data: bytes = b""


Event = TypeVar("Event", bound=StreamEvent)


class EventQueue(Generic[Event]):
    """Queue of at most `size` events."""

    def __init__(self, size: int) -> None:
        self._queue: queue.Queue[Event] = queue.Queue(size)

    def put(self, event: Event, stopping: threading.Event) -> None:
        """Append an event; wait while the queue is full, and drop the event once `stopping` is set."""
        while not stopping.is_set():
            try:
                self._queue.put(event, timeout=FULL_WAIT_S)
            except queue.Full:
                continue
            return

    def take(self, wait_s: float) -> list[Event]:
        """Return the events in the queue, [] if none arrives within `wait_s` seconds."""
        events: list[Event] = []
        try:
            events.append(self._queue.get(timeout=wait_s))
            while len(events) < MOST_TAKEN:
                events.append(self._queue.get_nowait())
        except queue.Empty:
            pass
        return events
