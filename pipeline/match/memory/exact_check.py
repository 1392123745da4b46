"""The exact check: a tree compiled into closures that take a batch and the posts in question, and return those left.

A check gets only posts that the candidate filter and the cheaper checks let through. It is the truth; terms, numbers,
dates and samples are bit operations over the batch, phrases and proximity read the words of each post left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from pipeline.match.memory.anchor_plan import required_terms
from pipeline.match.memory.batch_columns import Batch, as_lines
from pipeline.match.memory.term_vocabulary import Term, TermNode
from pipeline.query.document import BREAK
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

Check = Callable[[Batch, int], int]
"""(batch, mask of posts in question) → mask of those that match."""
Acquire = Callable[[TermNode], Term]


def compile_check(node: Node, acquire: Acquire) -> Check:
    """Return the check of a tree. `acquire` gives the term of a leaf and keeps it alive as long as the check."""
    if isinstance(node, (Word, Facet, Prefix)):
        return _term(acquire(node))
    if isinstance(node, (Phrase, Near)):
        return _all_of([*(_term(acquire(term)) for term in required_terms(node)), compile_reading(node)])
    if isinstance(node, Not):
        return _none_of(compile_check(node.child, acquire))
    if isinstance(node, And):
        return _all_of([compile_check(child, acquire) for child in node.children])
    if isinstance(node, Or):
        return _any_of([compile_check(child, acquire) for child in node.children])
    return compile_reading(node)


def compile_reading(leaf: Node) -> Check:
    """Return the check of a leaf that is no term; of a phrase's or proximity's words it takes for granted that a post
    in question has them all."""
    if isinstance(leaf, Phrase):
        return _phrase(leaf)
    if isinstance(leaf, Near):
        return _near(leaf)
    if isinstance(leaf, Number):
        field, low, high = leaf.field, leaf.low, leaf.high
        return lambda batch, asked: asked & batch.numbers(field).between(low, high)
    if isinstance(leaf, Created):
        since, last = leaf.since, None if leaf.until is None else leaf.until - 1
        return lambda batch, asked: asked & batch.created().between(since, last)
    if isinstance(leaf, Sample):
        percent = leaf.percent
        return lambda batch, asked: asked & batch.samples().between(None, percent - 1)
    if isinstance(leaf, Everything):
        return lambda _batch, asked: asked
    raise TypeError(f"not a leaf: {leaf!r}")


def bits(mask: int) -> Iterator[tuple[int, int]]:
    """Yield (index, bit) of each post in a mask, ascending."""
    while mask:
        bit = mask & -mask
        yield bit.bit_length() - 1, bit
        mask ^= bit


def _term(term: Term) -> Check:
    return lambda _batch, asked: asked & term.mask


def _none_of(check: Check) -> Check:
    return lambda batch, asked: asked & ~check(batch, asked)


def _all_of(checks: list[Check]) -> Check:
    def check(batch: Batch, asked: int) -> int:
        for part in checks:
            if not asked:
                break
            asked = part(batch, asked)
        return asked

    return check


def _any_of(checks: list[Check]) -> Check:
    def check(batch: Batch, asked: int) -> int:
        left = asked
        for part in checks:
            if not left:
                break
            left &= ~part(batch, left)
        return asked & ~left

    return check


def _phrase(node: Phrase) -> Check:
    needle, field = as_lines(node.tokens), node.field

    def check(batch: Batch, asked: int) -> int:
        found = 0
        for index, bit in bits(asked):
            if needle in batch.text(field, index):
                found |= bit
        return found

    return check


def _near(node: Near) -> Check:
    def check(batch: Batch, asked: int) -> int:
        found = 0
        for index, bit in bits(asked):
            if _within(batch.positions(index), node.tokens, node.slop):
                found |= bit
        return found

    return check


def _within(positions: dict[str, list[int]], tokens: Sequence[str], slop: int) -> bool:
    """Tell whether a window of one part holds every token as often as it is asked for, and at most `slop` others.

    One pass with two ends over the places of these tokens; a `BREAK` empties the window.
    """
    needed = Counter(tokens)
    widest = len(tokens) + slop
    places = sorted(
        [(place, token) for token in needed for place in positions.get(token, ())]
        + [(place, BREAK) for place in positions.get(BREAK, ())]
    )
    first = 0
    missing = dict(needed)
    lacking = len(tokens)
    for at, (place, token) in enumerate(places):
        if token == BREAK:
            missing, lacking, first = dict(needed), len(tokens), at + 1
            continue
        missing[token] -= 1
        lacking -= missing[token] >= 0
        while not lacking:
            start, oldest = places[first]
            if place - start < widest:
                return True
            missing[oldest] += 1
            lacking += missing[oldest] > 0
            first += 1
    return False
