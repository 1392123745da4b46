"""A context for sources under test: counts what it is told, ends when asked to, never sleeps longer than told."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, Source


class Context:
    """What the reader would be; `waits` holds how long the source wanted to wait, without waiting."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, str]] = []
        self.waits: list[float] = []
        self.told = False

    def stopped(self) -> bool:
        return self.told

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.told

    def patience(self, longest_s: float) -> float:
        return longest_s

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        self.reports.append((state, detail))

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        raise AssertionError("no source of this folder has gaps")


def chunks(source: Source, context: Context, cursor: str | None = None) -> Iterator[Chunk]:
    return source.read(cursor, context)


def records_of(source: Source, cursor: str | None = None, context: Context | None = None) -> list[RawRecord]:
    """Return everything a source that ends gives."""
    return [record for chunk in source.read(cursor, context or Context()) for record in chunk.records]
