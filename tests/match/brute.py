"""The plainest evaluation of a tree there is, for the matcher to be held to."""

from __future__ import annotations

from hashlib import sha1
from itertools import permutations

from pipeline.query.document import BREAK, Document
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


def matches(node: Node, document: Document) -> bool:  # noqa: C901, PLR0911 - one line a kind of node
    """Tell whether a post matches."""
    match node:
        case Everything():
            return True
        case Word(token, field):
            return token in getattr(document, field)
        case Phrase(tokens, field):
            there = getattr(document, field)
            return any(tuple(there[at : at + len(tokens)]) == tokens for at in range(len(there)))
        case Near(tokens, slop):
            return _near(tokens, slop, document.words)
        case Prefix(token):
            return any(word.startswith(token) for word in document.words)
        case Facet(name):
            return name in document.facets
        case Number(field, low, high):
            known = document.numbers.get(field)
            return known is not None and (low is None or known >= low) and (high is None or known <= high)
        case Created(since, until):
            at = document.created_at
            return (since is None or at >= since) and (until is None or at < until)
        case Sample(percent):
            return int(sha1(document.id.encode(), usedforsecurity=False).hexdigest(), 16) % 100 < percent
        case Not(child):
            return not matches(child, document)
        case And(children):
            return all(matches(child, document) for child in children)
        case Or(children):
            return any(matches(child, document) for child in children)


def _near(tokens: tuple[str, ...], slop: int, words: list[str]) -> bool:
    places = [at for at, word in enumerate(words) if word in tokens]
    for chosen in permutations(places, len(tokens)):
        window = words[min(chosen) : max(chosen) + 1]
        these = [words[at] for at in chosen] == list(tokens)
        if these and BREAK not in window and len(window) - len(tokens) <= slop:
            return True
    return False
