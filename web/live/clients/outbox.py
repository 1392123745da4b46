"""Outbox of a socket: writes at once what the socket takes, queues the rest, and empties the queue as it can."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent

_JOIN_BYTES = 128 * 1024
_JOIN_PARTS = 64


class Outbox:
    """The queue of one non-blocking descriptor, served by a callback of the event loop: no greenlet waits.

    Args:
        fd: the descriptor; the caller closes it.
        on_progress: called after queued bytes were written.
        on_broken: called when the connection is lost.
    """

    __slots__ = ("_fd", "_on_broken", "_on_progress", "_parts", "_progress_at", "_writer", "queued")

    def __init__(self, fd: int, on_progress: Callable[[], None], on_broken: Callable[[], None]) -> None:
        self._fd = fd
        self._on_progress = on_progress
        self._on_broken = on_broken
        self._parts: deque[bytes | memoryview] = deque()
        self._writer: Any = None
        self._progress_at = 0.0
        self.queued = 0

    def __bool__(self) -> bool:
        """Tell whether bytes wait."""
        return bool(self._parts)

    def put(self, data: bytes) -> None:
        """Write bytes, or queue those that the socket does not take now."""
        rest: bytes | memoryview = data
        if not self._parts:
            try:
                sent = os.write(self._fd, data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._on_broken()
                return
            if sent == len(data):
                return
            rest = memoryview(data)[sent:]
            self._progress_at = time.monotonic()
            self._watch_writable()
        self._parts.append(rest)
        self.queued += len(rest)

    def idle_s(self, now: float) -> float:
        """Return the seconds since bytes were last written, 0 where none wait. `now` is monotonic."""
        return now - self._progress_at if self._parts else 0.0

    def close(self) -> None:
        """Drop what waits and stop writing."""
        if self._writer is not None:
            self._writer.stop()
            self._writer.close()
        self._parts.clear()
        self.queued = 0

    def _watch_writable(self) -> None:
        if self._writer is None:
            self._writer = gevent.get_hub().loop.io(self._fd, 2)
        self._writer.start(self._on_writable)

    def _on_writable(self) -> None:
        parts = self._parts
        try:
            while parts:
                data: bytes | memoryview = parts[0]
                if len(parts) > 1 and len(data) < _JOIN_BYTES:
                    data = self._join()
                sent = os.write(self._fd, data)
                self._progress_at = time.monotonic()
                self.queued -= sent
                parts.popleft()
                if sent < len(data):
                    parts.appendleft(memoryview(data)[sent:])
                    break
        except BlockingIOError:
            pass
        except OSError:
            self._on_broken()
            return
        if not parts:
            self._writer.stop()
        self._on_progress()

    def _join(self) -> bytes:
        """Join small parts into one write; the joined bytes become the queue's first part."""
        parts: list[bytes | memoryview] = []
        size = 0
        while self._parts and len(parts) < _JOIN_PARTS and size < _JOIN_BYTES:
            part = self._parts.popleft()
            parts.append(part)
            size += len(part)
        joined = b"".join(parts)
        self._parts.appendleft(joined)
        return joined
