"""Candidate index: an inverted index of standing searches, each entered under its rarest terms, its anchors.

Adds, replaces and removes a search, compiling it into terms and exact checks; only the search's own entries are
touched. Decides a batch for all searches (`batch_decision` has the loop). Learns from the posts how frequent terms are,
and moves a few searches a batch to anchors that are rarer by now. Belongs to one thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns

from pipeline.match.memory import posting_lists
from pipeline.match.memory.anchor_plan import AlternativePlan, candidate_share, plan_alternatives
from pipeline.match.memory.batch_columns import Batch, Check
from pipeline.match.memory.batch_decision import BatchDecider, BatchDecision, Posts
from pipeline.match.memory.exact_check import compile_check, compile_leaf
from pipeline.match.memory.post_masks import PostsFormat
from pipeline.match.memory.term_frequency import TermFrequency
from pipeline.match.memory.term_postings import Alternative, Term, TermNode
from pipeline.match.memory.term_vocabulary import Vocabulary
from pipeline.query.document import Document
from pipeline.query.tree import Near, Node, Phrase

RECONSIDERED_SEARCHES = 1
"""Searches a batch, and one more for every 32 posts, for which a rarer anchor is looked for."""
MOVE_GAIN = 4.0
"""Factor by which other anchors must reduce a search's candidates before the search moves to them."""


@dataclass(slots=True, eq=False)
class IndexedSearch:
    """One search in the index, with each use of a term that its removal must release."""

    key: str
    root: Node
    alternatives: tuple[Alternative, ...] = ()
    terms: tuple[Term, ...] = ()


class CandidateIndex:
    """Standing searches, ready to be matched against batches. Belongs to one thread."""

    def __init__(self, frequency: TermFrequency, clock_ns: Callable[[], int] = perf_counter_ns) -> None:
        self._frequency = frequency
        self._clock_ns = clock_ns
        self._vocabulary = Vocabulary()
        self._searches: dict[str, IndexedSearch] = {}
        self._unanchored: posting_lists.Unanchored = {}
        self._movable: deque[IndexedSearch] = deque()

    def __len__(self) -> int:
        return len(self._searches)

    def __contains__(self, key: object) -> bool:
        return key in self._searches

    def root(self, key: str) -> Node:
        """Return the tree of a search that is in the index."""
        return self._searches[key].root

    def put(self, key: str, root: Node) -> None:
        """Add a search, or replace the one under the key."""
        self.drop(key)
        search = self._searches[key] = IndexedSearch(key, root)
        self._enter(search, plan_alternatives(root, self._frequency.share))
        if len(search.terms) > 1:
            self._movable.append(search)
            self._next_movable()
            self._next_movable()

    def drop(self, key: str) -> None:
        """Remove a search; do nothing if there is none under the key."""
        search = self._searches.pop(key, None)
        if search is not None:
            self._remove(search)

    def decide(self, documents: Sequence[Document], posts_of: PostsFormat[Posts]) -> BatchDecision[Posts]:
        """Decide every search for every post; the posts of each search that matched are in the format given."""
        if not self._searches or not documents:
            return BatchDecision()
        decider = BatchDecider(Batch(documents), posts_of, self._clock_ns)
        try:
            decider.run(self._vocabulary.mark(documents), self._unanchored)
        finally:
            self._vocabulary.clear()
        return decider.decision

    def observe(self, documents: Sequence[Document]) -> None:
        """Update the term frequencies with posts, and move a few searches to rarer anchors."""
        self._frequency.observe(documents, self._vocabulary)
        for _ in range(RECONSIDERED_SEARCHES + len(documents) // 32):
            search = self._next_movable()
            if search is not None:
                self._reconsider(search)

    def _next_movable(self) -> IndexedSearch | None:
        """Return the next search in turn that has a choice of anchors.

        A removed search leaves the queue here and None is returned. Two calls for each search added keep the queue
        shorter than twice the number of searches.
        """
        search = self._movable.popleft() if self._movable else None
        if search is None or self._searches.get(search.key) is not search:
            return None
        self._movable.append(search)
        return search

    def _reconsider(self, search: IndexedSearch) -> None:
        share_of = self._frequency.share_of
        anchors = (alternative.anchor for alternative in search.alternatives)
        now = sum(1.0 if anchor is None else share_of(anchor.field, anchor.token) for anchor in anchors)
        if now <= MOVE_GAIN * min(share_of(term.field, term.token) for term in search.terms):
            return  # no choice of anchors can gain enough
        plans = plan_alternatives(search.root, self._frequency.share)
        if now > MOVE_GAIN * sum(candidate_share(plan, self._frequency.share) for plan in plans):
            self._remove(search)
            self._enter(search, plans)

    def _enter(self, search: IndexedSearch, plans: list[AlternativePlan]) -> None:
        search.alternatives, search.terms = _Compiler(self._vocabulary).run(search.key, plans)
        for alternative in search.alternatives:
            posting_lists.enter(alternative, self._unanchored)

    def _remove(self, search: IndexedSearch) -> None:
        for alternative in search.alternatives:
            posting_lists.remove(alternative, self._unanchored)
        for term in search.terms:
            self._vocabulary.release(term)
        search.alternatives = search.terms = ()


class _Compiler:
    """Turns the plans of one search into alternatives over terms of the vocabulary, and notes each term acquired."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._acquired: list[Term] = []
        self._checks: dict[int, Check] = {}

    def run(self, key: str, plans: list[AlternativePlan]) -> tuple[tuple[Alternative, ...], tuple[Term, ...]]:
        alternatives = tuple(
            Alternative(
                key,
                len(plans) == 1,
                None if plan.anchor is None else self._acquire(plan.anchor),
                tuple(map(self._acquire, plan.others)),
                tuple(map(self._acquire, plan.excluded)),
                tuple(map(self._check, plan.checks)),
            )
            for plan in plans
        )
        return alternatives, tuple(self._acquired)

    def _acquire(self, node: TermNode) -> Term:
        term = self._vocabulary.acquire(node)
        self._acquired.append(term)
        return term

    def _check(self, node: Node) -> Check:
        """Return the check of a node, compiled once where several alternatives share the node."""
        check = self._checks.get(id(node))
        if check is None:
            # The alternative requires all words of a phrase or proximity as terms already.
            is_text = isinstance(node, (Phrase, Near))
            check = self._checks[id(node)] = compile_leaf(node) if is_text else compile_check(node, self._acquire)
        return check
