"""Context for a source under test: records reports and waits, and never sleeps."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, Source


class Context:
    """Context of one reading; `waits` holds the seconds that the source asked to wait."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, str]] = []
        self.waits: list[float] = []
        self.ending = False

    def stopped(self) -> bool:
        return self.ending

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.ending

    def patience(self, longest_s: float) -> float:
        return longest_s

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        self.reports.append((state, detail))

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        raise AssertionError("no source of this folder has gaps")


def chunks(source: Source, context: Context, cursor: str | None = None) -> Iterator[Chunk]:
    return source.read(cursor, context)


def records_of(source: Source, cursor: str | None = None, context: Context | None = None) -> list[RawRecord]:
    """Return all records of a source that ends."""
    return [record for chunk in source.read(cursor, context or Context()) for record in chunk.records]
