"""Sample records line by line, as a replay hands them over, and the outcome of normalising them."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Event, Post, Upsert
from tests.records import path_of

NOW = 1_790_000_000_000


@cache
def lines(name: str) -> list[bytes]:
    """Return the records of one sample file, without their line ends; the last one may be torn."""
    return [line for line in _data(path_of(name)).split(b"\n") if line.strip()]


def every_line(folder: str = "") -> Iterator[bytes]:
    """Yield the records of all sample files: of ours, or of `shared/`."""
    for path in sorted(path_of(folder).rglob("*.jsonl*")):
        yield from (line for line in _data(path).splitlines() if line.strip())


def _data(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def outcome(raw: bytes, source: str = "replay") -> str:
    """Return the outcome of a record as text: its kinds of events, or the reason why it is set aside."""
    try:
        found = normalise(raw, source, NOW)
    except RecordError as error:
        return str(error)
    return "+".join(type(event).__name__ for event in found) or "nothing"


def outcomes(name: str) -> Counter[str]:
    """Count the outcomes of the records of one sample file."""
    return Counter(outcome(line) for line in lines(name))


def posts(events: list[Event]) -> list[Post]:
    """Return the posts among events."""
    return [event.post for event in events if isinstance(event, Upsert)]
