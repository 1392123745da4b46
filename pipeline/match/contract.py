"""What a matcher of standing searches promises: the one interface of the in-memory one and the percolator.

For every search and post the answer equals `query.evaluate.matches`. A matcher belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pipeline.match.match_report import MatchReport
from pipeline.query.document import Document
from pipeline.query.tree import Query


class StandingMatcher(Protocol):
    """Standing searches, and what they match. What asks a server may raise `errors.StoreUnavailable`."""

    def add(self, key: str, query: Query) -> None:
        """Add a search, or replace the one under the key; in force once `settle` returns."""
        ...

    def remove(self, key: str) -> None:
        """Remove a search; nothing happens if there is none."""
        ...

    def settle(self, version: int, *, whole: bool = False) -> None:
        """Put what was added and removed in force. `version` is the registry's that it leads to, `whole` says that the
        searches held now are all there are. Harmless when done twice, or by several workers at once."""
        ...

    def match(self, entries: Sequence[Document]) -> MatchReport:
        """Match every search against every post of a batch, which may be of any size, and report."""
        ...

    def lost(self, changes: Sequence[tuple[Document, Document]]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of (before, after) pairs that the search matched before and does not now."""
        ...

    def lost_by_counts(self, documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of posts that the search does not match but could have with other counts."""
        ...
