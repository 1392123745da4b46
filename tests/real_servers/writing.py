"""Posts written at a pace onto relays, and what a reading of them received."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.sources.bluesky.source import BlueskySource
from tests.servers.jetstream.relay import Relay, commit, stamp
from tests.servers.jetstream.server import JetstreamProcess
from tests.sources.background_reading import Reading

DID = "did:plc:" + "a" * 24
BURSTS_S = 0.01


def record(text: str) -> dict[str, Any]:
    """Return a post's record."""
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": stamp()}


def post(rkey: str) -> tuple[str, dict[str, Any]]:
    """Return the commit that creates a post, whose text is its key."""
    return commit(DID, rkey, record(rkey))


class Writer:
    """Writes posts onto all relays, in bursts. `written`: their keys so far."""

    def __init__(self, rate: int, *relays: Relay) -> None:
        self.written: list[str] = []
        self._rate = rate
        self._relays = relays
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def stop(self) -> list[str]:
        """End writing and return the keys of all posts."""
        self._stop.set()
        self._thread.join()
        return self.written

    def _run(self) -> None:
        began_s = time.monotonic()
        while not self._stop.wait(BURSTS_S):
            due = int((time.monotonic() - began_s) * self._rate) - len(self.written)
            keys = [f"3k{len(self.written) + at}" for at in range(min(due, self._rate))]
            events = [post(key) for key in keys]
            for relay in self._relays:
                relay.publish(*events)
            self.written += keys

    @classmethod
    @contextmanager
    def at(cls, rate: int, *relays: Relay) -> Iterator[Writer]:
        """Write for as long as the context lasts; `rate` is posts a second."""
        writer = cls(rate, *relays)
        writer._thread.start()
        try:
            yield writer
        finally:
            writer.stop()


class Collecting:
    """Reads servers as the reader does, again and again from its last cursor, and keeps the keys that came."""

    def __init__(self, *servers: JetstreamProcess) -> None:
        self.cursor: str | None = None
        self.keys: set[str] = set()
        self.gaps: list[tuple[int, int, str]] = []
        self.errors: list[str] = []
        self._source = BlueskySource(tuple(server.url for server in servers), "")
        self._reading: Reading | None = None
        self._chunks = 0

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """Read from the last cursor for as long as the context lasts."""
        self._reading, self._chunks = Reading(self._source, self.cursor), 0
        try:
            with self._reading as reading:
                yield reading
        finally:
            self.received()
            self.cursor = self._reading.cursor
            self.gaps += self._reading.gaps
            self.errors += self._reading.errors

    def received(self) -> set[str]:
        """Return the keys of all posts that came so far."""
        assert self._reading is not None
        chunks = self._reading.chunks[self._chunks :]
        self._chunks += len(chunks)
        for chunk in chunks:
            for raw in chunk.records:
                event = json.loads(raw.data)
                if event["kind"] == "commit":
                    self.keys.add(event["commit"]["rkey"])
        return self.keys

    def has_place(self) -> bool:
        """Tell whether there is a cursor to go on from."""
        assert self._reading is not None
        return self._reading.cursor is not None

    def gaps_told(self) -> int:
        """Return how many gaps were told since reading began."""
        assert self._reading is not None
        return len(self._reading.gaps)
