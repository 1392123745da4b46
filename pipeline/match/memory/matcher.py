"""In-memory matcher: finds the standing searches that each post of a batch matches, and those that it matches no more.

Searches are added and removed one by one, in force at once. Searches that a post matches no more are found by comparing
its two versions or, where the former counts are unknown, by leaving out conditions on counts. Reports searches that
failed, or whose checks were slow. The answer equals `query.evaluate.matches`. Parts: `candidate_index` (inverted
index), `anchor_plan` (choice of terms), `batch_decision` (hot loop), `exact_check` (other conditions), `batch_columns`
(values by column). Reads no store and no Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns

from pipeline.match.match_report import MatchReport
from pipeline.match.memory.batch_decision import BatchDecision
from pipeline.match.memory.candidate_index import CandidateIndex
from pipeline.match.memory.post_masks import IndexTuples, RawMasks, indexes_of
from pipeline.match.memory.term_frequency import TermFrequency
from pipeline.match.tree_forms import without_numbers
from pipeline.query.document import Document
from pipeline.query.tree import Node, Query, has_numbers

SLOW_CHECK_NS = 2_000_000
"""Nanoseconds in one batch beyond which a search's exact check may be reported as slow."""
SLOW_CHECK_SHARE = 0.1
"""Share of the batch's whole time that a slow check must exceed too."""
_MASKS = RawMasks()


class MemoryMatcher:
    """Standing searches and the posts that they match. Belongs to one thread.

    Searches with conditions on counts are kept in two small indexes more, `_counted` unchanged and `_relaxed` without
    these conditions: they find the searches that stop matching when only counts change.
    """

    def __init__(self, clock_ns: Callable[[], int] = perf_counter_ns) -> None:
        frequency = TermFrequency()
        self._clock_ns = clock_ns
        self._all = CandidateIndex(frequency, clock_ns)
        self._counted = CandidateIndex(frequency, clock_ns)
        self._relaxed = CandidateIndex(frequency, clock_ns)
        self._indexes = IndexTuples()

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, key: object) -> bool:
        return key in self._all

    def add(self, key: str, query: Query) -> None:
        """Add a search, or replace the one under the key."""
        self._all.put(key, query.root)
        if has_numbers(query.root):
            self._counted.put(key, query.root)
            self._relaxed.put(key, without_numbers(query.root))
        else:
            self._counted.drop(key)
            self._relaxed.drop(key)

    def root(self, key: str) -> Node:
        """Return the tree of a search that was added."""
        return self._all.root(key)

    def remove(self, key: str) -> None:
        """Remove a search; do nothing if there is none under the key."""
        for index in (self._all, self._counted, self._relaxed):
            index.drop(key)

    def settle(self, version: int, *, whole: bool = False) -> None:
        """Do nothing: additions and removals are in force at once, and no other process shares them."""

    def match(self, entries: Sequence[Document]) -> MatchReport:
        """Match every search against every post of a batch of any size."""
        started_ns = self._clock_ns()
        decision = self._all.decide(entries, self._indexes)
        report = MatchReport(
            posts=len(entries),
            matches=decision.matches,
            candidates=decision.candidates,
            checked=decision.checked,
            errors=decision.errors,
            slow=_slow_ms(decision, self._clock_ns() - started_ns),
        )
        self._all.observe(entries)
        return report

    def lost(self, changes: Sequence[tuple[Document, Document]]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of the (before, after) pairs that the search matched before and does not match now.

        If all pairs differ in counts only, only the searches with conditions on counts are matched.
        """
        searches = self._all
        if all(only_counts_differ(before, after) for before, after in changes):
            searches = self._counted
        befores, afters = [before for before, _ in changes], [after for _, after in changes]
        return _difference(searches.decide(befores, _MASKS), searches.decide(afters, _MASKS))

    def lost_by_counts(self, documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of posts that the search does not match, but would match with some other counts.

        These are the possible retractions of a post that came again with fresher counts when the former counts are
        unknown.
        """
        return _difference(self._relaxed.decide(documents, _MASKS), self._counted.decide(documents, _MASKS))


def only_counts_differ(before: Document, after: Document) -> bool:
    """Tell whether two versions of a post are equal but for their counts."""
    return (
        before.created_at == after.created_at
        and before.words == after.words
        and before.facets == after.facets
        and before.urls == after.urls
        and before.bio == after.bio
        and before.name == after.name
    )


def _difference(before: BatchDecision[int], now: BatchDecision[int]) -> dict[str, tuple[int, ...]]:
    lost = {key: mask & ~now.matches.get(key, 0) for key, mask in before.matches.items()}
    return {key: indexes_of(mask) for key, mask in lost.items() if mask}


def _slow_ms(decision: BatchDecision[tuple[int, ...]], whole_ns: int) -> dict[str, float]:
    limit_ns = max(SLOW_CHECK_NS, SLOW_CHECK_SHARE * whole_ns)
    return {key: spent / 1e6 for key, spent in decision.spent_ns.items() if spent > limit_ns}
