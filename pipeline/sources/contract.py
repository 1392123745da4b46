"""What a source is: something that can be read from a cursor on, in chunks. One method, and a context to live in.

A source never touches Redis, Celery or the store; the reader (`pipeline/reader/loop.py`) holds the lease, hands chunks
over and keeps the cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from pipeline.queue.batch import RawRecord


class Chunk(msgspec.Struct, frozen=True):
    """Some records in order, perhaps none, and the cursor (opaque text) at which reading goes on after them."""

    records: list[RawRecord]
    cursor: str | None = None
    instance: str = ""


class SourceContext(Protocol):
    """What the reader offers a source while it reads."""

    def stopped(self) -> bool:
        """Tell whether the source has been asked to end."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait, or less if asked to end; return `stopped()`."""
        ...

    def patience(self, longest_s: float) -> float:
        """Return how long to wait for more before the next chunk, if only an empty one: less than the longest while
        records that were yielded are still held to be handed over with others."""
        ...

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        """Say how the source is: starting, live, replaying, sampling, resting, reconnecting, down, ended.

        `collects` says what coverage is to name as collected where that is not TRACK as it stands ("": TRACK after all,
        None: as said before).
        """
        ...

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Say that posts of a time are known to be missing."""
        ...


class Probed(msgspec.Struct, frozen=True):
    """One thing that was looked at without reading: whether it is well, and what a person should know."""

    well: bool
    text: str


class Source(Protocol):
    """One stream of raw records."""

    name: str
    """The setting's name: demo, replay, bluesky, …"""
    generated: bool
    """Whether its posts are made up; the page says so."""
    resumes: bool
    """Whether reading at a cursor brings all that came since, or tells as a gap what it cannot: then an outage of the
    reader is none in the end."""
    patient: bool
    """Whether it may be left unread while the queue is full, because it can be read on where it was left. What comes
    from an impatient one is spooled to disk meanwhile."""

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield chunks from a cursor on (None: the beginning, or now), at least one a second, empty if need be.

        Ends when the source has ended for good or `context.stopped()`; raises when it must be opened anew (the reader
        waits and opens it again at the last cursor handed over).
        """
        ...


class InstalledSource(Source, Protocol):
    """A source that a package offers (`pipeline/plugins.py`): the same, and what `murmur doctor` asks it."""

    def probe(self) -> Sequence[Probed]:
        """Return what is found of its network without reading: reachable, credentials accepted."""
        ...
