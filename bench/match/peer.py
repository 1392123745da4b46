"""Interface of every side of the match bench, and the pairs by which their matches are compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Pair = tuple[int, str]
"""A match: index of the post, key of the search."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One run over all posts: elapsed time, CPU time of the whole process, and the number of matches."""

    wall_s: float
    cpu_s: float
    posts: int
    matches: int


class Side(Protocol):
    """One matcher under test: ours or a peer."""

    name: str

    def pairs(self, batch: int) -> set[Pair]:
        """Match all posts of the scenario in batches and return every match."""
        ...

    def run(self, batch: int, *, analyse: bool) -> Timing:
        """Match all posts once and return the time. With `analyse` from texts, else from ready tokens."""
        ...


def records(path: Path) -> list[dict[str, Any]]:
    """Return a JSONL file."""
    with path.open() as file:
        return [json.loads(line) for line in file]
