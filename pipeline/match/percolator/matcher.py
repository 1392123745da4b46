"""Percolator matcher: implements `contract.StandingMatcher` with an index of searches in Elasticsearch.

Writes this worker's searches to the index, asks which of them match a batch, and finds retractions. All workers share
the index, which may be ahead of this worker or behind it. Therefore only answers for searches that this worker follows
are used; candidates of an inexact filter and all retractions are checked here against the search. Searches that the
server refuses are matched in memory. If the index is lost, all searches are written again.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.errors import StoreUnavailable
from pipeline.match.match_report import MatchReport
from pipeline.match.memory.matcher import MemoryMatcher, only_counts_differ
from pipeline.match.percolator.index_writer import SearchIndexWriter
from pipeline.match.percolator.percolate_requests import IndexRecreated, PercolatedField, PercolateRequests
from pipeline.match.percolator.percolator_index import SearchIndex
from pipeline.match.tree_forms import without_numbers
from pipeline.query.document import Document
from pipeline.query.evaluate import matches
from pipeline.query.tree import Node, Query, has_numbers
from pipeline.store.elastic.cluster.request_errors import RequestRefused
from pipeline.store.elastic.read.compile_query import compile_tree

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Search:
    """A search that this worker follows; `exact`: by field, whether the server's answer needs no check."""

    query: Query
    exact: dict[PercolatedField, bool]
    relaxed: Node | None


class PercolatorMatcher:
    """Standing searches in a shared index. Belongs to one thread."""

    def __init__(self, index: SearchIndex) -> None:
        """Create the index if it is missing and remove those of earlier program versions.

        Raises:
            SettingsError: the server has no percolator.
            StoreUnavailable: the server cannot be reached now.
        """
        index.ensure()
        for name in index.drop_older():
            log.info("removed %s: the index of standing searches of an earlier program version", name)
        self._writer = SearchIndexWriter(index)
        self._requests = PercolateRequests(index)
        self._searches: dict[str, _Search] = {}
        self._pending: dict[str, Node | None] = {}
        self._in_memory = MemoryMatcher()
        self._version = 0

    def __len__(self) -> int:
        return len(self._searches)

    def __contains__(self, key: object) -> bool:
        return key in self._searches

    def add(self, key: str, query: Query) -> None:
        """Add a search, or replace the one under the key. The change is in force once `settle` returns."""
        relaxed = without_numbers(query.root) if has_numbers(query.root) else None
        exact: dict[PercolatedField, bool] = {"query": compile_tree(query.root).exact}
        if relaxed is not None:
            exact["relaxed"] = compile_tree(relaxed).exact
        self._searches[key] = _Search(query, exact, relaxed)
        self._pending[key] = query.root

    def root(self, key: str) -> Node:
        """Return the tree of a search that was added."""
        return self._searches[key].query.root

    def remove(self, key: str) -> None:
        """Remove a search; do nothing if there is none under the key."""
        if self._searches.pop(key, None) is not None:
            self._pending[key] = None
            self._in_memory.remove(key)

    def settle(self, version: int, *, whole: bool = False) -> None:
        """Write all additions and removals under the registry's version, and refresh the index.

        With `whole`, all other searches in the index are removed: a worker that crashed left them there.

        Raises:
            StoreUnavailable: the server did not take all changes; the next call repeats them.
        """
        if whole:
            for key in self._writer.orphans(self._searches):
                self._pending.setdefault(key, None)
        self._version = max(self._version, version)
        if self._pending:
            self._write(self._pending)
            self._pending = {}
        if whole:
            self._writer.mark_complete(self._version)

    def match(self, entries: Sequence[Document]) -> MatchReport:
        """Match every search against every post of a batch of any size.

        Raises:
            StoreUnavailable: the server did not answer.
        """
        in_memory = self._in_memory.match(entries)
        found: dict[str, tuple[int, ...]] = dict(in_memory.matches)
        errors = dict(in_memory.errors)
        candidates, checked = in_memory.candidates, in_memory.checked
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
        """Return key → indexes of the (before, after) pairs that the search matched before and does not match now.

        If all pairs differ in counts only, only the searches with conditions on counts are matched.

        Raises:
            StoreUnavailable: the server did not answer.
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
        """Return key → indexes of posts that the search does not match, but would match with some other counts.

        Raises:
            StoreUnavailable: the server did not answer.
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
        self, documents: Sequence[Document], *, field: PercolatedField = "query", counted: bool = False
    ) -> list[tuple[str, list[int]]]:
        """Return the server's answers for the searches that this worker follows and does not match in memory."""
        if not self._searches or not documents:
            return []
        try:
            return self._followed(self._requests.percolate(documents, field=field, counted=counted))
        except IndexRecreated:
            pass
        except RequestRefused as error:
            if error.status != 404:
                raise StoreUnavailable(f"the percolator refuses: {error}") from error
        self._restore()
        try:
            return self._followed(self._requests.percolate(documents, field=field, counted=counted))
        except (IndexRecreated, RequestRefused) as error:
            raise StoreUnavailable("the index of standing searches is gone again") from error

    def _followed(self, answers: Iterable[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
        return [(key, slots) for key, slots in answers if key in self._searches and key not in self._in_memory]

    def _restore(self) -> None:
        """Write all searches again after the index was dropped."""
        log.warning("the index of standing searches was created anew: writing all %d again", len(self._searches))
        self._write({key: search.query.root for key, search in self._searches.items()})
        self._writer.mark_complete(self._version)

    def _write(self, searches: dict[str, Node | None]) -> None:
        refused = self._writer.write(searches, self._version)
        for key in searches:
            if key in refused:
                log.warning("Elasticsearch refuses standing search %s: matching it in memory", key)
                self._in_memory.add(key, self._searches[key].query)
            else:
                self._in_memory.remove(key)


def _checked(
    key: str, root: Node, documents: Sequence[Document], slots: list[int], errors: dict[str, str]
) -> list[int]:
    """Return the indexes of the documents that match. An error of the check is noted, and its document left out."""
    kept = []
    for slot in slots:
        try:
            if matches(root, documents[slot]):
                kept.append(slot)
        except Exception as error:  # noqa: BLE001 - one search's fault on one post must not stop the batch
            errors[key] = f"{type(error).__name__}: {error}"
    return kept
