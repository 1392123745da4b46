"""Contract of a source: one method that yields chunks of raw records from a cursor on, and the context it runs in.

The context tells the source when to end, and takes its state and its gaps. Attributes say whether a source resumes at a
cursor and whether it can wait while the queue is full. A source never uses Redis, Celery or the store: the reader
(`pipeline/reader/loop.py`) holds the lease, enqueues the chunks and stores the cursor.
`pipeline/testing/source_contract.py` tests a source against this contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from pipeline.queue.batch import RawRecord


class Chunk(msgspec.Struct, frozen=True):
    """Records in order, perhaps none, and the cursor (opaque text) at which reading resumes after them.

    `instance` is the server that sent the records, for a network of many servers, else "".
    """

    records: list[RawRecord]
    cursor: str | None = None
    instance: str = ""


CAUGHT_UP = "caught up: "
"""Prefix of the reason of a gap whose posts were had afterwards (see `SourceContext.gap`)."""


class SourceContext(Protocol):
    """Services of the reader for a source while it reads."""

    def stopped(self) -> bool:
        """Tell whether the source must end."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait some seconds, or less if the source must end; return `stopped()`."""
        ...

    def patience(self, longest_s: float) -> float:
        """Return how many seconds to wait for records before yielding the next chunk, even an empty one.

        The value is `longest_s`, or less while the reader buffers records that this source yielded.
        """
        ...

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        """Report the state: starting, live, replaying, sampling, resting, reconnecting, down or ended.

        Args:
            state: one of these states.
            detail: a text for people.
            lag_s: how many seconds the source is behind its network, None if unknown.
            collects: the search that coverage names as collected, where it differs from TRACK ("": TRACK again, None:
                unchanged).
        """
        ...

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Report that posts between two times (ms UTC) are known to be missing, and why.

        A reason that begins with `CAUGHT_UP` says that the posts were had afterwards, and only what happened to older
        posts meanwhile was not heard.
        """
        ...


PROBE_TIMEOUT_S = 6.0
"""Seconds that a probe of a network waits for its answers."""


class Probed(msgspec.Struct, frozen=True):
    """One finding of a probe: whether it is well, and a text for people."""

    well: bool
    text: str


class Source(Protocol):
    """A stream of raw records."""

    name: str
    """Name in SOURCE: demo, replay, bluesky, …"""
    generated: bool
    """Whether its posts are generated; the page marks them as such."""
    resumes: bool
    """Whether reading at a cursor yields everything since then, or reports a gap: then an outage of the reader loses no
    post without a report."""
    patient: bool
    """Whether the reader may stop reading while the queue is full, because reading resumes at the same position.
    Records of an impatient source are spooled to disk meanwhile."""

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield chunks from a cursor on (None: from the beginning, or from now), at least one a second, if only empty
        ones.

        The iterator ends when the source has ended for good or `context.stopped()`. It raises any exception when the
        source must be opened anew: the reader waits and opens it at the last cursor that was enqueued.
        """
        ...


class InstalledSource(Source, Protocol):
    """A source of an installed package (`pipeline/plugins.py`), with the probe that `murmur doctor` calls."""

    def probe(self) -> Sequence[Probed]:
        """Return findings about its network without reading a post: reachable, credentials accepted."""
        ...
