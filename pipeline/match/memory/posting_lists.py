"""Posting lists: enter an alternative of a search under its anchor term, or among those without one; remove it again.

An alternative is one way in which a search can match, its anchor the term that it is looked up by. Its shape (one term,
two, several, or other conditions too) chooses the list of the `Term`, so that the matching loop needs no test for each
search.
"""

from __future__ import annotations

from typing import TypeVar

from pipeline.match.memory.term_postings import Alternative

K = TypeVar("K")
V = TypeVar("V")

Unanchored = dict[Alternative, None]
"""Alternatives without an anchor, in the order of their arrival; every post is their candidate."""


def enter(alternative: Alternative, unanchored: Unanchored) -> None:
    """Enter an alternative under its anchor, or among those without one."""
    anchor, key, others = alternative.anchor, alternative.key, alternative.others
    if anchor is None:
        unanchored[alternative] = None
    elif alternative.excluded or alternative.checks or (others and not alternative.sole):
        anchor.rest = _with(anchor.rest, alternative, None)
    elif not alternative.sole:
        anchor.either = _with(anchor.either, key, None)
    elif not others:
        anchor.alone = _with(anchor.alone, key, None)
    elif len(others) == 1:
        anchor.pairs = _with(anchor.pairs, key, others[0])
    else:
        anchor.many = _with(anchor.many, key, others)


def remove(alternative: Alternative, unanchored: Unanchored) -> None:
    """Remove an alternative from the list that `enter` put it into."""
    anchor, key, others = alternative.anchor, alternative.key, alternative.others
    if anchor is None:
        del unanchored[alternative]
    elif alternative.excluded or alternative.checks or (others and not alternative.sole):
        anchor.rest = _without(anchor.rest, alternative)
    elif not alternative.sole:
        anchor.either = _without(anchor.either, key)
    elif not others:
        anchor.alone = _without(anchor.alone, key)
    elif len(others) == 1:
        anchor.pairs = _without(anchor.pairs, key)
    else:
        anchor.many = _without(anchor.many, key)


def _with(postings: dict[K, V] | None, key: K, value: V) -> dict[K, V]:
    if postings is None:
        return {key: value}
    postings[key] = value
    return postings


def _without(postings: dict[K, V] | None, key: K) -> dict[K, V] | None:
    if postings is not None:
        del postings[key]
    return postings or None
