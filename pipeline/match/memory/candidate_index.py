"""The candidate filter: standing searches by the term that finds them, and the masks of a batch.

`masks` decides all searches for all posts of a batch. It visits only searches whose anchor occurs in the batch. A
search of terms alone is decided by its terms' bits; what needs more hands the posts that have all its terms to its
exact check. Adding and removing touch one search's own places; while posts go by, searches move to rarer anchors, a few
at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Generic, Protocol, TypeVar

from pipeline.match.memory.anchor_plan import AlternativePlan, candidate_share, plan_alternatives
from pipeline.match.memory.batch_columns import Batch
from pipeline.match.memory.exact_check import Check, bits, compile_check, compile_reading
from pipeline.match.memory.term_frequency import Frequency
from pipeline.match.memory.term_vocabulary import Term, TermNode, Vocabulary
from pipeline.query.document import Document
from pipeline.query.tree import Near, Node, Phrase

Found = TypeVar("Found", tuple[int, ...], int)
"""Posts found: their indexes, or their mask. Either can be added to one that has no post in common with it."""
Found_co = TypeVar("Found_co", covariant=True)
K = TypeVar("K")
V = TypeVar("V")

RECONSIDERED = 1
"""So many searches a batch, and one more for every 32 posts, are asked whether a rarer anchor would find them."""
MOVE_AT = 4.0
"""A search moves when its anchors would bring this many times fewer candidates."""


@dataclass(slots=True, eq=False)
class Alternative:
    """One way for a search to match, as it lies in the index; `sole` where it is the only one."""

    key: str
    sole: bool
    anchor: Term | None
    others: tuple[Term, ...]
    excluded: tuple[Term, ...]
    check: tuple[Check, ...]


@dataclass(slots=True, eq=False)
class IndexedSearch:
    """One search in the index, with every use of a term that it has to give back."""

    key: str
    root: Node
    places: tuple[Alternative, ...] = ()
    terms: tuple[Term, ...] = ()


class Shape(Protocol[Found_co]):
    """What a mask of posts is turned into for the caller (`report.Indexes`, `report.Masks`)."""

    def __getitem__(self, mask: int) -> Found_co:
        """Return the posts of a mask."""
        ...

    def of(self, term: Term) -> Found_co:
        """Return the posts of a term."""
        ...


@dataclass(slots=True)
class BatchDecision(Generic[Found]):
    """A batch decided: search key → its posts, with the work it took. Counts are (search, post) pairs."""

    matches: dict[str, Found] = field(default_factory=dict)
    candidates: int = 0
    checked: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    spent_ns: dict[str, int] = field(default_factory=dict)


class CandidateIndex:
    """Standing searches, ready to be matched against batches. Belongs to one thread."""

    def __init__(self, frequency: Frequency, clock_ns: Callable[[], int] = perf_counter_ns) -> None:
        self._frequency = frequency
        self._clock_ns = clock_ns
        self._vocabulary = Vocabulary()
        self._standing: dict[str, IndexedSearch] = {}
        self._always: dict[Alternative, None] = {}
        self._choosers: deque[IndexedSearch] = deque()

    def __len__(self) -> int:
        return len(self._standing)

    def __contains__(self, key: object) -> bool:
        return key in self._standing

    def put(self, key: str, root: Node) -> None:
        """Add a search, or replace the one under the key."""
        self.drop(key)
        standing = self._standing[key] = IndexedSearch(key, root)
        self._place(standing, plan_alternatives(root, self._frequency.share))
        if len(standing.terms) > 1:
            self._choosers.append(standing)
            self._next_chooser()
            self._next_chooser()

    def drop(self, key: str) -> None:
        """Remove a search; nothing happens if there is none."""
        standing = self._standing.pop(key, None)
        if standing is not None:
            self._unplace(standing)

    def decide(self, documents: Sequence[Document], shape: Shape[Found]) -> BatchDecision[Found]:
        """Decide every search for every post; each search that matched any has its posts in the given shape."""
        outcome: BatchDecision[Found] = BatchDecision()
        if self._standing and documents:
            batch = Batch(documents)
            try:
                self._decide(batch, self._vocabulary.mark(documents), outcome, shape)
            finally:
                self._vocabulary.clear()
        return outcome

    def observe(self, documents: Sequence[Document]) -> None:
        """Learn from posts which terms are rare, and move a few searches to rarer anchors."""
        self._frequency.observe(documents, self._vocabulary)
        for _ in range(RECONSIDERED + len(documents) // 32):
            standing = self._next_chooser()
            if standing is not None:
                self._reconsider(standing)

    def _next_chooser(self) -> IndexedSearch | None:
        """Return the next search in turn that has a choice of anchors. One that was removed leaves the queue here; two
        calls for every search added keep the queue shorter than twice the searches."""
        standing = self._choosers.popleft() if self._choosers else None
        if standing is None or self._standing.get(standing.key) is not standing:
            return None
        self._choosers.append(standing)
        return standing

    def _reconsider(self, standing: IndexedSearch) -> None:
        share = self._frequency.share_of
        now = sum(1.0 if p.anchor is None else share(p.anchor.field, p.anchor.token) for p in standing.places)
        if now <= MOVE_AT * min(share(term.field, term.token) for term in standing.terms):
            return  # no choice of anchors could be that much better
        found = plan_alternatives(standing.root, self._frequency.share)
        if now > MOVE_AT * sum(candidate_share(plan, self._frequency.share) for plan in found):
            self._unplace(standing)
            self._place(standing, found)

    def _decide(  # noqa: C901, PLR0912 - the hot loop: a call a term would cost as much as the term
        self, batch: Batch, touched: list[Term], outcome: BatchDecision[Found], shape: Shape[Found]
    ) -> None:
        matches = outcome.matches
        several: dict[str, int] = {}
        candidates = 0
        for term in touched:
            mask = term.mask
            found_by_it = 0
            if term.alone:
                matches.update(dict.fromkeys(term.alone, shape.of(term)))
                found_by_it += len(term.alone)
            if term.pairs:
                for key, other in term.pairs.items():
                    both = mask & other.mask
                    if both:
                        matches[key] = shape[both]
                found_by_it += len(term.pairs)
            if term.many:
                for key, others in term.many.items():
                    left = mask
                    for other in others:
                        left &= other.mask
                    if left:
                        matches[key] = shape[left]
                found_by_it += len(term.many)
            if term.either:
                found = shape.of(term)
                for key in term.either:
                    before = several.get(key)
                    if before is None:
                        several[key] = mask
                        matches[key] = found
                    elif before & mask:
                        several[key] = either = before | mask
                        matches[key] = shape[either]
                    else:
                        several[key] = before | mask
                        matches[key] += found  # no post in both: cheaper than taking the union apart
                found_by_it += len(term.either)
            if term.rest:
                for alternative in term.rest:
                    left = self._check(alternative, mask, batch, outcome)
                    if left:
                        several[alternative.key] = left = several.get(alternative.key, 0) | left
                        matches[alternative.key] = shape[left]
                found_by_it += len(term.rest)
            if found_by_it:
                candidates += found_by_it * mask.bit_count()
        for alternative in self._always:
            left = self._check(alternative, batch.everything, batch, outcome)
            if left:
                several[alternative.key] = left = several.get(alternative.key, 0) | left
                matches[alternative.key] = shape[left]
        outcome.candidates = candidates + len(self._always) * len(batch.documents)

    def _check(self, alternative: Alternative, left: int, batch: Batch, outcome: BatchDecision[Found]) -> int:
        """Return the posts in question that match an alternative."""
        for term in alternative.others:
            left &= term.mask
        for term in alternative.excluded:
            left &= ~term.mask
        if left and alternative.check:
            key = alternative.key
            outcome.checked += left.bit_count()
            started_ns = self._clock_ns()
            left = _checked(alternative, left, batch, outcome)
            outcome.spent_ns[key] = outcome.spent_ns.get(key, 0) + self._clock_ns() - started_ns
        return left

    def _place(self, standing: IndexedSearch, found: list[AlternativePlan]) -> None:
        acquired: list[Term] = []

        def acquire(node: TermNode) -> Term:
            term = self._vocabulary.acquire(node)
            acquired.append(term)
            return term

        compiled: dict[int, Check] = {}

        def check_of(node: Node) -> Check:
            check = compiled.get(id(node))
            if check is None:
                reads = isinstance(node, (Phrase, Near))
                check = compiled[id(node)] = compile_reading(node) if reads else compile_check(node, acquire)
            return check

        standing.places = tuple(
            Alternative(
                standing.key,
                len(found) == 1,
                None if plan.anchor is None else acquire(plan.anchor),
                tuple(map(acquire, plan.others)),
                tuple(map(acquire, plan.excluded)),
                tuple(map(check_of, plan.checks)),
            )
            for plan in found
        )
        standing.terms = tuple(acquired)
        for place in standing.places:
            self._enter(place)

    def _enter(self, place: Alternative) -> None:
        anchor, key, others = place.anchor, place.key, place.others
        if anchor is None:
            self._always[place] = None
        elif place.excluded or place.check or (others and not place.sole):
            anchor.rest = _with(anchor.rest, place, None)
        elif not place.sole:
            anchor.either = _with(anchor.either, key, None)
        elif not others:
            anchor.alone = _with(anchor.alone, key, None)
        elif len(others) == 1:
            anchor.pairs = _with(anchor.pairs, key, others[0])
        else:
            anchor.many = _with(anchor.many, key, others)

    def _leave(self, place: Alternative) -> None:
        anchor, key, others = place.anchor, place.key, place.others
        if anchor is None:
            del self._always[place]
        elif place.excluded or place.check or (others and not place.sole):
            anchor.rest = _without(anchor.rest, place)
        elif not place.sole:
            anchor.either = _without(anchor.either, key)
        elif not others:
            anchor.alone = _without(anchor.alone, key)
        elif len(others) == 1:
            anchor.pairs = _without(anchor.pairs, key)
        else:
            anchor.many = _without(anchor.many, key)

    def _unplace(self, standing: IndexedSearch) -> None:
        for place in standing.places:
            self._leave(place)
        for term in standing.terms:
            self._vocabulary.release(term)
        standing.places = standing.terms = ()


def _checked(alternative: Alternative, left: int, batch: Batch, outcome: BatchDecision[Found]) -> int:
    """Return the posts that pass an alternative's checks; one on which they raise does not, and is reported."""
    asked = left
    try:
        for check in alternative.check:
            left = check(batch, left)
            if not left:
                break
    except Exception as error:  # noqa: BLE001 - whatever one search does on one post, the rest of the batch goes on
        outcome.errors[alternative.key] = f"{type(error).__name__}: {error}"
        if asked.bit_count() == 1:
            return 0
        return sum(_checked(alternative, bit, batch, outcome) for _, bit in bits(asked))
    return left


def _with(places: dict[K, V] | None, key: K, value: V) -> dict[K, V]:
    if places is None:
        return {key: value}
    places[key] = value
    return places


def _without(places: dict[K, V] | None, key: K) -> dict[K, V] | None:
    if places is not None:
        del places[key]
    return places or None
