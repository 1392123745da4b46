"""Contract tests of a source: inherit from `SourceContract`, implement `source()`, and let pytest collect the class.

    class TestQuakes(SourceContract):
        def source(self):
            return Quakes({"url": …})

They check the source's attributes, that its records can be normalised, that it reads on at its cursor and survives a
broken one, and that it ends when it is asked to.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from pipeline.normalise import normalise
from pipeline.sources.contract import Chunk, Source


class ContractContext:
    """Context of a source under test: records its reports and gaps, and asks it to end after `within_s` seconds."""

    def __init__(self, within_s: float) -> None:
        self.reports: list[tuple[str, str]] = []
        self.gaps: list[tuple[int, int, str]] = []
        self._ended = threading.Event()
        self._until_s = time.monotonic() + within_s

    def end(self) -> None:
        """Ask the source to end."""
        self._ended.set()

    def stopped(self) -> bool:
        """Tell whether the source is asked to end."""
        return self._ended.is_set() or time.monotonic() > self._until_s

    def wait(self, seconds: float) -> bool:
        """Wait some seconds, or less if the source is asked to end; return `stopped()`."""
        self._ended.wait(max(0.0, min(seconds, self._until_s - time.monotonic())))
        return self.stopped()

    def patience(self, longest_s: float) -> float:
        """Return `longest_s`: no reader buffers records here."""
        return longest_s

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:  # noqa: ARG002
        """Record a state."""
        self.reports.append((state, detail))

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Record a gap."""
        self.gaps.append((since_ms, until_ms, why))


class SourceContract:
    """The tests. `within_s`: seconds in which a source must yield its first record, and end when asked."""

    within_s = 20.0

    def source(self) -> Source:
        """Return a new source that has at least one record to yield."""
        raise NotImplementedError

    def test_it_says_what_it_is(self) -> None:
        source = self.source()
        assert source.name.isidentifier()
        assert all(isinstance(flag, bool) for flag in (source.generated, source.resumes, source.patient))

    def test_its_records_can_be_read(self) -> None:
        chunk = self._first(None)
        for record in chunk.records:
            assert normalise(record.data, self.source().name, record.received_at, chunk.instance) is not None

    def test_it_goes_on_at_a_cursor(self) -> None:
        cursor = self._first(None).cursor
        if cursor is None:
            assert not self.source().resumes, "a source that resumes gives cursors"
            return
        context = ContractContext(self.within_s)
        chunks = self.source().read(cursor, context)
        chunk = next(chunks, None)
        context.end()
        _close(chunks)
        assert chunk is None or isinstance(chunk, Chunk)

    def test_it_makes_something_of_a_broken_cursor(self) -> None:
        assert self._first("\N{BROKEN HEART} no cursor of this source").records

    def test_it_ends_when_told(self) -> None:
        context = ContractContext(3 * self.within_s)
        ended = threading.Event()
        source = self.source()

        def read() -> None:
            for _ in source.read(None, context):
                context.end()
            ended.set()

        threading.Thread(target=read, daemon=True).start()
        assert ended.wait(self.within_s), "it was asked to end and goes on"

    def _first(self, cursor: str | None) -> Chunk:
        """Return the first chunk that has records."""
        context = ContractContext(self.within_s)
        chunks = self.source().read(cursor, context)
        for chunk in chunks:
            assert isinstance(chunk, Chunk)
            if chunk.records:
                context.end()
                _close(chunks)
                return chunk
        raise AssertionError(f"no record within {self.within_s} s; it reported {context.reports}")


def _close(chunks: Iterator[Chunk]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
