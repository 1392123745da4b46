"""Matcher contract: protocol to add and remove standing searches, and to match all of them against a batch of posts.

A matcher also finds the searches that a changed post no longer matches (retractions), and those that it may no longer
match where only its former counts are unknown. Additions and removals are in force after `settle`. The in-memory
matcher and the percolator implement the protocol; for every search and post the answer equals `query.evaluate.matches`.
A matcher belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pipeline.match.match_report import MatchReport
from pipeline.query.document import Document
from pipeline.query.tree import Node, Query


class StandingMatcher(Protocol):
    """A set of standing searches that is matched against batches of posts.

    A matcher that lives in a server may raise `errors.StoreUnavailable` from every method but `add` and `remove`.
    """

    def add(self, key: str, query: Query) -> None:
        """Add a search, or replace the one under the key. The change is in force once `settle` returns."""
        ...

    def root(self, key: str) -> Node:
        """Return the tree of a search that was added."""
        ...

    def remove(self, key: str) -> None:
        """Remove a search; do nothing if there is none under the key."""
        ...

    def settle(self, version: int, *, whole: bool = False) -> None:
        """Put all additions and removals since the last call in force.

        `version` is the registry's version that they lead to. `whole`: the searches held now are the entire registry. A
        second call with the same changes is harmless, and so are calls of several workers at once.
        """
        ...

    def match(self, entries: Sequence[Document]) -> MatchReport:
        """Match every search against every post of a batch of any size."""
        ...

    def lost(self, changes: Sequence[tuple[Document, Document]]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of the (before, after) pairs that the search matched before and does not match now."""
        ...

    def lost_by_counts(self, documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of posts that the search does not match, but would match with some other counts."""
        ...
