"""Reads a source in a thread, as the reader does: waits for real, records everything, and reopens at the cursor.

A source that does not end at `stopped()` fails the test.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Event, Post, Upsert
from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, Source

WITHIN_S = 20.0


def until(true: Callable[[], Any], seconds: float = WITHIN_S) -> Any:
    """Wait until something is true and return it; fail with the last value."""
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        assert time.monotonic() < end, f"still {value!r} after {seconds} s"
        time.sleep(0.01)


class Reading:
    """One source being read, `pause_s` between an error and the next opening; `consent` as a worker heeds it."""

    def __init__(
        self, source: Source, cursor: str | None = None, *, pause_s: float = 0.02, consent: bool = True
    ) -> None:
        self.source = source
        self._consent = consent
        self.cursor = cursor
        self.chunks: list[Chunk] = []
        self.errors: list[str] = []
        self.gaps: list[tuple[int, int, str]] = []
        self.reports: list[tuple[str, str, float | None]] = []
        self.collects = ""
        self.waits: list[float] = []
        self.longest_silence_s = 0.0
        self.ended = False
        self._pause_s = pause_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Reading:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> float:
        """Ask the source to end; return how many seconds it took."""
        began = time.monotonic()
        self._stop.set()
        self._thread.join(15)
        assert not self._thread.is_alive(), "the source does not end"
        return time.monotonic() - began

    def _run(self) -> None:
        while not self._stop.is_set():
            last_s = time.monotonic()
            try:
                for chunk in self.source.read(self.cursor, self):
                    now = time.monotonic()
                    self.longest_silence_s = max(self.longest_silence_s, now - last_s)
                    last_s = now
                    self.chunks.append(chunk)
                    self.cursor = chunk.cursor or self.cursor
                self.ended = not self._stop.is_set()
                return
            except Exception as error:  # noqa: BLE001 - as the reader does
                self.errors.append(f"{type(error).__name__}: {error}")
                self._stop.wait(self._pause_s)

    # -- SourceContext
    def stopped(self) -> bool:
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self._stop.wait(seconds)

    def patience(self, longest_s: float) -> float:
        return longest_s

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        self.reports.append((state, detail, lag_s))
        self.collects = collects if collects is not None else self.collects

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        self.gaps.append((since_ms, until_ms, why))

    # -- what was read
    def records(self) -> list[RawRecord]:
        """Return all records so far."""
        return [record for chunk in list(self.chunks) for record in chunk.records]

    def events(self) -> list[Event]:
        """Return the events of the records; unreadable records have none."""
        found: list[Event] = []
        for chunk in list(self.chunks):
            for record in chunk.records:
                try:
                    found += normalise(
                        record.data, self.source.name, record.received_at, chunk.instance, consent=self._consent
                    )
                except RecordError:
                    continue
        return found

    def posts(self) -> list[Post]:
        """Return the posts so far, with repetitions."""
        return [event.post for event in self.events() if isinstance(event, Upsert)]

    def texts(self) -> list[str]:
        """Return the distinct texts so far, in the order they came."""
        return list(dict.fromkeys(post.text for post in self.posts()))

    def place(self) -> dict[str, Any]:
        """Return the decoded cursor."""
        found: dict[str, Any] = msgspec.json.decode(self.cursor or "{}")
        return found
