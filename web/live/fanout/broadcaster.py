"""Broadcaster: gathers live posts for a moment, frames them once per search, and writes the frame to every watcher.

It also writes frames that concern every client. The fan-out adapts: after a pass that took t the next one starts 5 t
later at the earliest, at most `WINDOW_S`. So a handful of watchers get each post at once, and thousands get fewer and
bigger frames. A frame's `after` is limited while earlier posts are missing. No post is parsed.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

import gevent
import msgspec

from pipeline.publish.messages import PORTION_BYTES
from web.live.clients.client import Client
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import LiveSearch
from web.protocol.frames import Bundle, Frame, posts_frame

PENDING_FRAMES = 8
PENDING_BYTES = 256 * 1024
"""A search with this many full frames, or a post of this many bytes, is written without delay."""
WINDOW_S = 0.025
"""Most seconds that a live post waits for others to share its frame."""
PAUSE_RATIO = 5.0
"""Pause after a pass, as a multiple of the pass's own time."""


_decode_numbers = msgspec.json.Decoder(dict[str, int]).decode


class Broadcaster:
    """Batches and writes. `clients` are all of the process: they get what concerns no single search."""

    def __init__(self, clients: Collection[Client], clock: LeaseClock) -> None:
        self._clients = clients
        self._clock = clock
        self._pending: dict[LiveSearch, None] = {}
        self._timer: Any = None
        self._timer_runs = False
        self._free_at = 0.0
        self.frames = 0
        """Frames made."""
        self.sends = 0
        """Frames given to watchers."""

    @property
    def idle(self) -> bool:
        """Whether no post waits for a frame."""
        return not self._pending

    def add(self, search: LiveSearch, safe: int, bodies: bytes, numbers: bytes = b"") -> None:
        """Add posts to the search's next frame.

        Args:
            safe: the low watermark that came with them.
            bodies: the posts' JSON, with commas between.
            numbers: JSON of the posts' entry numbers by id, b"" where all are first numbers.
        """
        size = len(bodies) + 1 + len(numbers)
        if search.size + size > PORTION_BYTES and search.bodies:
            search.full.append((search.after, search.bodies, search.entered))
            search.bodies, search.entered, search.size = [], {}, 0
        search.bodies.append(bodies)
        if numbers:
            search.entered |= _decode_numbers(numbers)
        search.size += size
        search.after = safe
        self._pending[search] = None
        if len(search.full) >= PENDING_FRAMES or size > PENDING_BYTES:
            self.flush()
        elif not self._timer_runs:
            self._schedule()

    def forget(self, search: LiveSearch) -> None:
        """Drop the posts of a search that is no longer watched."""
        self._pending.pop(search, None)

    def flush(self) -> None:
        """Frame and write the posts of every search."""
        self._timer_runs = False
        if not self._pending:
            return
        start = time.monotonic()
        pending, self._pending = self._pending, {}
        for search in pending:
            self.flush_search(search)
        end = time.monotonic()
        self._free_at = end + min(WINDOW_S, PAUSE_RATIO * (end - start))

    def flush_search(self, search: LiveSearch) -> None:
        """Frame and write the posts of one search."""
        if not search.bodies:
            return
        limit = self._clock.resume_limit(search)
        key, full = search.key, search.full
        last = posts_frame(key, min(search.after, limit), b",".join(search.bodies), search.entered)
        search.bodies, search.entered, search.size = [], {}, 0
        if full:
            search.full = []
            earlier = (posts_frame(key, min(after, limit), b",".join(some), entered) for after, some, entered in full)
            last = Bundle([*earlier, last])
        self.send(search, last)

    def send(self, search: LiveSearch, frame: Frame) -> None:
        """Write a frame to every watcher of a search."""
        watchers = list(search.watchers)
        self.frames += 1
        self.sends += len(watchers)
        for client in watchers:
            client.send(frame)

    def broadcast(self, frame: Frame) -> None:
        """Write a frame to every client."""
        for client in list(self._clients):
            client.send(frame)

    def _schedule(self) -> None:
        if self._timer is None:
            self._timer = gevent.get_hub().loop.timer(0.0)
        else:
            self._timer.stop()
            self._timer.close()
            self._timer = gevent.get_hub().loop.timer(max(0.0, self._free_at - time.monotonic()))
        self._timer_runs = True
        self._timer.start(self.flush)
