"""Fake of the matcher of standing searches: decides by the rule of the simulated worlds."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.match.match_report import MatchReport
from pipeline.query.document import Document
from pipeline.query.tree import Everything, Node, Query
from tests.delivery.simulation.post_rules import matching


class FakeMatcher:
    """Fake of `pipeline.match.memory.matcher.MemoryMatcher`; the version of a document is its `created_at`."""

    def __init__(self) -> None:
        self.keys: dict[str, None] = {}

    def add(self, key: str, query: Query) -> None:
        self.keys[key] = None

    def root(self, key: str) -> Node:
        return Everything()

    def remove(self, key: str) -> None:
        self.keys.pop(key, None)

    def settle(self, version: int, *, whole: bool = False) -> None:
        pass

    def match(self, documents: Sequence[Document]) -> MatchReport:
        return MatchReport(len(documents), self._where(documents, True))

    def lost(self, changes: Sequence[tuple[Document, Document]]) -> dict[str, tuple[int, ...]]:
        before, after = self._where([one for one, _ in changes], True), self._where([one for _, one in changes], True)
        lost = {key: tuple(i for i in before.get(key, ()) if i not in after.get(key, ())) for key in self.keys}
        return {key: indexes for key, indexes in lost.items() if indexes}

    def lost_by_counts(self, documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
        return self._where(documents, False)

    def _where(self, documents: Sequence[Document], wanted: bool) -> dict[str, tuple[int, ...]]:
        found = {
            key: tuple(i for i, one in enumerate(documents) if matching(key, one.id, one.created_at) is wanted)
            for key in self.keys
        }
        return {key: indexes for key, indexes in found.items() if indexes}
