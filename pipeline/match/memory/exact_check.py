"""Exact check: compiles a part of a search into a function that keeps, of the candidate posts, those that match it.

`compile_check` takes any tree, `compile_leaf` a leaf that is no term. Terms, counts, dates and samples are bit
operations over the whole batch; phrases and proximity read the words of each candidate. Negation, conjunction and
disjunction combine checks; each check receives only the posts that those before left undecided.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.match.memory.anchor_plan import required_terms
from pipeline.match.memory.batch_columns import Batch, Check, as_lines
from pipeline.match.memory.post_masks import bits
from pipeline.match.memory.proximity import in_window
from pipeline.match.memory.term_postings import Term, TermNode
from pipeline.query.tree import (
    And,
    Created,
    Everything,
    Facet,
    Near,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Sample,
    Word,
)

Acquire = Callable[[TermNode], Term]
"""Returns the term of a leaf, which stays in the vocabulary until the search is removed."""


def compile_check(node: Node, acquire: Acquire) -> Check:
    """Return the check of a tree."""
    if isinstance(node, (Word, Facet, Prefix)):
        return _term(acquire(node))
    if isinstance(node, (Phrase, Near)):
        return _all_of([*(_term(acquire(term)) for term in required_terms(node)), compile_leaf(node)])
    if isinstance(node, Not):
        return _none_of(compile_check(node.child, acquire))
    if isinstance(node, And):
        return _all_of([compile_check(child, acquire) for child in node.children])
    if isinstance(node, Or):
        return _any_of([compile_check(child, acquire) for child in node.children])
    return compile_leaf(node)


def compile_leaf(leaf: Node) -> Check:
    """Return the check of a leaf that is no term.

    The check of a phrase or proximity presumes that each candidate has all of its words.

    Raises:
        TypeError: the node is a term or no leaf.
    """
    if isinstance(leaf, Phrase):
        return _phrase(leaf)
    if isinstance(leaf, Near):
        return _near(leaf)
    if isinstance(leaf, Number):
        field, low, high = leaf.field, leaf.low, leaf.high
        return lambda batch, candidates: candidates & batch.numbers(field).between(low, high)
    if isinstance(leaf, Created):
        since, last = leaf.since, None if leaf.until is None else leaf.until - 1
        return lambda batch, candidates: candidates & batch.created().between(since, last)
    if isinstance(leaf, Sample):
        percent = leaf.percent
        return lambda batch, candidates: candidates & batch.samples().between(None, percent - 1)
    if isinstance(leaf, Everything):
        return lambda _batch, candidates: candidates
    raise TypeError(f"not a leaf: {leaf!r}")


def _term(term: Term) -> Check:
    return lambda _batch, candidates: candidates & term.mask


def _none_of(check: Check) -> Check:
    return lambda batch, candidates: candidates & ~check(batch, candidates)


def _all_of(checks: list[Check]) -> Check:
    def check(batch: Batch, candidates: int) -> int:
        for part in checks:
            if not candidates:
                break
            candidates = part(batch, candidates)
        return candidates

    return check


def _any_of(checks: list[Check]) -> Check:
    def check(batch: Batch, candidates: int) -> int:
        left = candidates
        for part in checks:
            if not left:
                break
            left &= ~part(batch, left)
        return candidates & ~left

    return check


def _phrase(node: Phrase) -> Check:
    needle, field = as_lines(node.tokens), node.field

    def check(batch: Batch, candidates: int) -> int:
        found = 0
        for index, bit in bits(candidates):
            if needle in batch.text(field, index):
                found |= bit
        return found

    return check


def _near(node: Near) -> Check:
    def check(batch: Batch, candidates: int) -> int:
        found = 0
        for index, bit in bits(candidates):
            if in_window(batch.positions(index), node.tokens, node.slop):
                found |= bit
        return found

    return check
