"""Standing searches matched by the server: the interface of `contract.StandingMatcher` over a percolator index.

The index is shared and may be ahead of this worker or behind it. So answers are held against the searches this worker
follows, candidates of an inexact compilation are checked here, and what stops matching is decided here as well: nothing
is concluded from a search's absence in one of two answers. What the server does not take is matched in memory.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import StoreUnavailable
from pipeline.match.match_report import MatchReport
from pipeline.match.memory.anchor_plan import has_numbers, without_numbers
from pipeline.match.memory.matcher import MemoryMatcher, only_counts_differ
from pipeline.match.percolator.index_writer import SearchIndexWriter
from pipeline.match.percolator.percolate_requests import Field, IndexRecreated, PercolateRequests
from pipeline.match.percolator.search_index import SearchIndex
from pipeline.query.document import Document
from pipeline.query.evaluate import matches
from pipeline.query.tree import Node, Query
from pipeline.store.elastic.cluster.client import RequestRefused
from pipeline.store.elastic.read.compile_query import compile_tree

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Search:
    """A search this worker follows; `exact` by the field asked: whether the server's answer is the answer."""

    query: Query
    exact: dict[Field, bool]
    relaxed: Node | None


class PercolatorMatcher:
    """Standing searches in an index. Belongs to one thread; other processes use the same index."""

    def __init__(self, index: SearchIndex) -> None:
        """Use an index.

        Raises:
            SettingsError: the server has no percolator.
            StoreUnavailable: it cannot be reached now.
        """
        index.ensure()
        for name in index.drop_older():
            log.info("removed %s: searches as an earlier version kept them", name)
        self._keeping = SearchIndexWriter(index)
        self._asking = PercolateRequests(index)
        self._searches: dict[str, _Search] = {}
        self._pending: dict[str, Node | None] = {}
        self._in_memory = MemoryMatcher()
        self._version = 0

    def __len__(self) -> int:
        return len(self._searches)

    def __contains__(self, key: object) -> bool:
        return key in self._searches

    def add(self, key: str, query: Query) -> None:
        """Add a search, or replace the one under the key; in force once `settle` returns."""
        relaxed = without_numbers(query.root) if has_numbers(query.root) else None
        exact: dict[Field, bool] = {"query": compile_tree(query.root).exact}
        if relaxed is not None:
            exact["relaxed"] = compile_tree(relaxed).exact
        self._searches[key] = _Search(query, exact, relaxed)
        self._pending[key] = query.root

    def remove(self, key: str) -> None:
        """Remove a search; nothing happens if there is none."""
        if self._searches.pop(key, None) is not None:
            self._pending[key] = None
            self._in_memory.remove(key)

    def settle(self, version: int, *, whole: bool = False) -> None:
        """Write what was added and removed, as of the registry's version, and refresh; `whole`: remove what else is
        in the index, which a worker left that ended before it could.

        Raises:
            StoreUnavailable: it could not be done now, and is done at the next call.
        """
        if whole:
            for key in self._keeping.orphans(self._searches):
                self._pending.setdefault(key, None)
        self._version = max(self._version, version)
        if self._pending:
            self._write(self._pending)
            self._pending = {}
        if whole:
            self._keeping.mark(self._version)

    def match(self, entries: Sequence[Document]) -> MatchReport:
        """Match every search against every post of a batch and report.

        Raises:
            StoreUnavailable: the server could not be asked.
        """
        beside = self._in_memory.match(entries)
        found: dict[str, tuple[int, ...]] = dict(beside.matches)
        errors = dict(beside.errors)
        candidates, checked = beside.candidates, beside.checked
        for key, slots in self._percolated(entries):
            search = self._searches[key]
            candidates += len(slots)
            kept = slots
            if not search.exact["query"]:
                checked += len(slots)
                kept = _checked(key, search.query.root, entries, slots, errors)
            if kept:
                found[key] = (*found.get(key, ()), *kept)
        return MatchReport(posts=len(entries), matches=found, candidates=candidates, checked=checked, errors=errors)

    def lost(self, changes: Sequence[tuple[Document, Document]]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of (before, after) pairs that the search matched before and does not now.

        Pairs that differ in counts only are asked of the searches that look at counts, not of all.

        Raises:
            StoreUnavailable: the server could not be asked.
        """
        found: defaultdict[str, list[int]] = defaultdict(list)
        for key, indexes in self._in_memory.lost(changes).items():
            found[key] += indexes
        befores = [before for before, _ in changes]
        counted = all(only_counts_differ(before, after) for before, after in changes)
        for key, slots in self._percolated(befores, counted=counted):
            root = self._searches[key].query.root
            exact = self._searches[key].exact["query"]
            for slot in slots:
                before, after = changes[slot]
                if (exact or matches(root, before)) and not matches(root, after):
                    found[key].append(slot)
        return {key: tuple(sorted(indexes)) for key, indexes in found.items()}

    def lost_by_counts(self, documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of posts that the search does not match but could have with other counts.

        Raises:
            StoreUnavailable: the server could not be asked.
        """
        found: defaultdict[str, list[int]] = defaultdict(list)
        for key, indexes in self._in_memory.lost_by_counts(documents).items():
            found[key] += indexes
        for key, slots in self._percolated(documents, field="relaxed", counted=True):
            search = self._searches[key]
            for slot in slots:
                document = documents[slot]
                possible = search.exact["relaxed"] or matches(search.relaxed, document) if search.relaxed else False
                if possible and not matches(search.query.root, document):
                    found[key].append(slot)
        return {key: tuple(sorted(indexes)) for key, indexes in found.items()}

    def _percolated(
        self, documents: Sequence[Document], *, field: Field = "query", counted: bool = False
    ) -> list[tuple[str, list[int]]]:
        """Return the answers for the searches this worker follows and does not match itself."""
        if not self._searches or not documents:
            return []
        try:
            return self._followed(self._asking.percolate(documents, field=field, counted=counted))
        except IndexRecreated:
            pass
        except RequestRefused as error:
            if error.status != 404:
                raise StoreUnavailable(f"the percolator refuses: {error}") from error
        self._restore()
        try:
            return self._followed(self._asking.percolate(documents, field=field, counted=counted))
        except (IndexRecreated, RequestRefused) as error:
            raise StoreUnavailable("the index of standing searches is gone again") from error

    def _followed(self, answers: Iterable[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
        return [(key, slots) for key, slots in answers if key in self._searches and key not in self._in_memory]

    def _restore(self) -> None:
        """Write everything again: somebody dropped the index."""
        log.warning("the index of standing searches was made anew: all %d are written again", len(self._searches))
        self._write({key: search.query.root for key, search in self._searches.items()})
        self._keeping.mark(self._version)

    def _write(self, searches: dict[str, Node | None]) -> None:
        refused = self._keeping.write(searches, self._version)
        for key in searches:
            if key in refused:
                log.warning("Elasticsearch does not take standing search %s: it is matched in memory", key)
                self._in_memory.add(key, self._searches[key].query)
            else:
                self._in_memory.remove(key)


def _checked(
    key: str, root: Node, documents: Sequence[Document], slots: list[int], errors: dict[str, str]
) -> list[int]:
    """Return the places of documents that truly match; one on which the check raises does not, and is reported."""
    kept = []
    for slot in slots:
        try:
            if matches(root, documents[slot]):
                kept.append(slot)
        except Exception as error:  # noqa: BLE001 - whatever one search does on one post, the rest of the batch goes on
            errors[key] = f"{type(error).__name__}: {error}"
    return kept
