"""The live matcher: which standing searches does each post of a batch match?

Searches come and go one by one. The answer equals `query.evaluate.matches` for every search and post; how it is found
is in `index` (candidate filter), `plan` (by which term), `check` (exact check) and `columns` (the batch turned round).
A matcher belongs to one thread. It reads no store and no Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter_ns

from pipeline.match.match_report import Indexes, Masks, MatchReport, indexes_of
from pipeline.match.memory.anchor_plan import has_numbers, without_numbers
from pipeline.match.memory.candidate_index import BatchDecision, CandidateIndex
from pipeline.match.memory.term_frequency import Frequency
from pipeline.query.document import Document
from pipeline.query.tree import Query

SLOW_NS = 2_000_000
"""A search whose exact check takes longer than this in one batch is reported, …"""
SLOW_SHARE = 0.1
"""… if that is also more than this share of the batch's whole time."""
_MASKS = Masks()


class MemoryMatcher:
    """Standing searches and what they match.

    Searches that ask for counts are kept in two small indexes more: `_counted` as they are, and `_relaxed` without
    their numbers, to tell which of them stop matching when only counts change.
    """

    def __init__(self, clock_ns: Callable[[], int] = perf_counter_ns) -> None:
        frequency = Frequency()
        self._clock_ns = clock_ns
        self._all = CandidateIndex(frequency, clock_ns)
        self._counted = CandidateIndex(frequency, clock_ns)
        self._relaxed = CandidateIndex(frequency, clock_ns)
        self._indexes = Indexes()

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

    def remove(self, key: str) -> None:
        """Remove a search; nothing happens if there is none."""
        for index in (self._all, self._counted, self._relaxed):
            index.drop(key)

    def settle(self, version: int, *, whole: bool = False) -> None:
        """Do nothing: what was added is in force at once, and nobody shares it."""

    def match(self, entries: Sequence[Document]) -> MatchReport:
        """Match every search against every post of a batch, which may be of any size, and report."""
        started_ns = self._clock_ns()
        outcome = self._all.decide(entries, self._indexes)
        report = MatchReport(
            posts=len(entries),
            matches=outcome.matches,
            candidates=outcome.candidates,
            checked=outcome.checked,
            errors=outcome.errors,
            slow=_slow(outcome, self._clock_ns() - started_ns),
        )
        self._all.observe(entries)
        return report

    def lost(self, changes: Sequence[tuple[Document, Document]]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of (before, after) pairs that the search matched before and does not now.

        Pairs that differ in counts only are asked of the searches that look at counts, not of all.
        """
        content = 0
        for index, (before, after) in enumerate(changes):
            if not only_counts_differ(before, after):
                content |= 1 << index
        befores, afters = [before for before, _ in changes], [after for _, after in changes]
        searches = self._all if content else self._counted
        return _without(searches.decide(befores, _MASKS), searches.decide(afters, _MASKS))

    def lost_by_counts(self, documents: Sequence[Document]) -> dict[str, tuple[int, ...]]:
        """Return key → indexes of posts that the search does not match but could have with other counts.

        This is the `gone` of a post that came again with fresher counts when nobody knows the former ones.
        """
        return _without(self._relaxed.decide(documents, _MASKS), self._counted.decide(documents, _MASKS))


def only_counts_differ(before: Document, after: Document) -> bool:
    """Tell whether nothing but numbers is different."""
    return (
        before.created_at == after.created_at
        and before.words == after.words
        and before.facets == after.facets
        and before.urls == after.urls
        and before.bio == after.bio
        and before.name == after.name
    )


def _without(then: BatchDecision[int], now: BatchDecision[int]) -> dict[str, tuple[int, ...]]:
    gone = {key: mask & ~now.matches.get(key, 0) for key, mask in then.matches.items()}
    return {key: indexes_of(mask) for key, mask in gone.items() if mask}


def _slow(outcome: BatchDecision[tuple[int, ...]], whole_ns: int) -> dict[str, float]:
    limit_ns = max(SLOW_NS, SLOW_SHARE * whole_ns)
    return {key: spent / 1e6 for key, spent in outcome.spent_ns.items() if spent > limit_ns}
