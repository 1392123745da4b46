"""Batch decision: the hot loop that decides all standing searches for all posts of a batch, with bit operations.

The loop visits the searches whose anchor (the term that a search is looked up by) occurs in the batch, and those
without an anchor. The bits of its terms decide a search that has terms only; of any other search, the posts that have
all its terms go to its exact checks. A check that raises costs its search only the post where it raises, and is
reported. Candidates, checks and the time in checks are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pipeline.match.memory.batch_columns import Batch
from pipeline.match.memory.post_masks import PostsFormat, bits
from pipeline.match.memory.term_postings import Alternative, Term

Posts = TypeVar("Posts", tuple[int, ...], int)
"""Posts of a search: their indexes, or their mask. Two values without a common post can be added."""


@dataclass(slots=True)
class BatchDecision(Generic[Posts]):
    """Result for one batch: search key → its posts, and the work that it took.

    `candidates` and `checked` count (search, post) pairs. `errors`: search key → error of its check. `spent_ns`:
    search key → nanoseconds in its checks.
    """

    matches: dict[str, Posts] = field(default_factory=dict)
    candidates: int = 0
    checked: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    spent_ns: dict[str, int] = field(default_factory=dict)


class BatchDecider(Generic[Posts]):
    """Decides one batch and writes into one decision."""

    def __init__(self, batch: Batch, posts_of: PostsFormat[Posts], clock_ns: Callable[[], int]) -> None:
        self.decision: BatchDecision[Posts] = BatchDecision()
        self._batch = batch
        self._posts_of: PostsFormat[Posts] = posts_of
        self._clock_ns = clock_ns

    def run(  # noqa: C901, PLR0912 - the hot loop: a call for each term would cost as much as the term
        self, touched: Iterable[Term], unanchored: Collection[Alternative]
    ) -> None:
        """Decide the searches whose anchor is among the touched terms, and all alternatives without an anchor."""
        matches, posts_of = self.decision.matches, self._posts_of
        several: dict[str, int] = {}
        candidates = 0
        for term in touched:
            mask = term.mask
            visited = 0
            if term.alone:
                matches.update(dict.fromkeys(term.alone, posts_of.of(term)))
                visited += len(term.alone)
            if term.pairs:
                for key, other in term.pairs.items():
                    both = mask & other.mask
                    if both:
                        matches[key] = posts_of[both]
                visited += len(term.pairs)
            if term.many:
                for key, others in term.many.items():
                    left = mask
                    for other in others:
                        left &= other.mask
                    if left:
                        matches[key] = posts_of[left]
                visited += len(term.many)
            if term.either:
                found = posts_of.of(term)
                for key in term.either:
                    before = several.get(key)
                    if before is None:
                        several[key] = mask
                        matches[key] = found
                    elif before & mask:
                        several[key] = either = before | mask
                        matches[key] = posts_of[either]
                    else:
                        several[key] = before | mask
                        matches[key] += found  # no post in both: cheaper than the indexes of the union
                visited += len(term.either)
            if term.rest:
                for alternative in term.rest:
                    left = self._matching(alternative, mask)
                    if left:
                        several[alternative.key] = left = several.get(alternative.key, 0) | left
                        matches[alternative.key] = posts_of[left]
                visited += len(term.rest)
            if visited:
                candidates += visited * mask.bit_count()
        for alternative in unanchored:
            left = self._matching(alternative, self._batch.everything)
            if left:
                several[alternative.key] = left = several.get(alternative.key, 0) | left
                matches[alternative.key] = posts_of[left]
        self.decision.candidates = candidates + len(unanchored) * len(self._batch.documents)

    def _matching(self, alternative: Alternative, left: int) -> int:
        """Return those of the candidate posts that match an alternative."""
        for term in alternative.others:
            left &= term.mask
        for term in alternative.excluded:
            left &= ~term.mask
        if left and alternative.checks:
            key, decision = alternative.key, self.decision
            decision.checked += left.bit_count()
            started_ns = self._clock_ns()
            left = self._checked(alternative, left)
            decision.spent_ns[key] = decision.spent_ns.get(key, 0) + self._clock_ns() - started_ns
        return left

    def _checked(self, alternative: Alternative, left: int) -> int:
        """Return the posts that pass an alternative's checks.

        A post on which a check raises does not pass; the error is noted and the other posts are checked one by one.
        """
        candidates = left
        try:
            for check in alternative.checks:
                left = check(self._batch, left)
                if not left:
                    break
        except Exception as error:  # noqa: BLE001 - one search's fault on one post must not stop the batch
            self.decision.errors[alternative.key] = f"{type(error).__name__}: {error}"
            if candidates.bit_count() == 1:
                return 0
            return sum(self._checked(alternative, bit) for _, bit in bits(candidates))
        return left
