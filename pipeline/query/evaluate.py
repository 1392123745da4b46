"""The brute force: does a document match a tree? The truth that the matcher and every store are held to.

Written to be read, not to be fast: no index, no cache, every node says in a line or two what it means.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

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
    TextField,
    Word,
)


def matches(root: Node, document: Document) -> bool:  # noqa: PLR0911 - one line a kind of node
    """Return whether a document is in a search."""
    match root:
        case And(children):
            return all(matches(child, document) for child in children)
        case Or(children):
            return any(matches(child, document) for child in children)
        case Not(child):
            return not matches(child, document)
        case Everything():
            return True
        case Word() | Phrase() | Near() | Prefix():
            return any(True for _ in occurrences(root, document))
        case Facet(name):
            return name in document.facets
        case Number(field, low, high):
            known = document.numbers.get(field)
            return known is not None and (low is None or known >= low) and (high is None or known <= high)
        case Created(since, until):
            at = document.created_at
            return (since is None or at >= since) and (until is None or at < until)
        case Sample(percent):
            return sample_of(document.id) < percent


def sample_of(post_id: str) -> int:
    """Return the hundredth (0 to 99) of all posts that this one is in."""
    return int.from_bytes(hashlib.sha1(post_id.encode(), usedforsecurity=False).digest(), "big") % 100


def occurrences(leaf: Word | Phrase | Near | Prefix, document: Document) -> Iterator[list[int]]:
    """Yield the positions, in the leaf's field, of each place where it stands."""
    tokens = tokens_of(document, "words" if isinstance(leaf, Near | Prefix) else leaf.field)
    match leaf:
        case Word(wanted):
            yield from ([at] for at, token in enumerate(tokens) if token == wanted)
        case Prefix(beginning):
            yield from ([at] for at, token in enumerate(tokens) if token.startswith(beginning))
        case Phrase(wanted_tokens):
            length = len(wanted_tokens)
            for at in range(len(tokens) - length + 1):
                if tuple(tokens[at : at + length]) == wanted_tokens:
                    yield list(range(at, at + length))
        case Near(wanted_tokens, slop):
            yield from windows(tokens, wanted_tokens, slop)


def tokens_of(document: Document, field: TextField) -> list[str]:
    """Return the tokens of one text field."""
    found: list[str] = getattr(document, field)
    return found


def windows(tokens: list[str], wanted: tuple[str, ...], slop: int) -> Iterator[list[int]]:
    """Yield the positions of wanted tokens in each smallest window that holds them all, each its own occurrence, with
    at most `slop` other tokens in it and no `BREAK`."""
    need = Counter(wanted)
    for first, token in enumerate(tokens):
        if token not in need:
            continue
        missing = Counter(need)
        used: list[int] = []
        for at in range(first, min(len(tokens), first + len(wanted) + slop)):
            if tokens[at] == BREAK:
                break
            if missing[tokens[at]] > 0:
                missing[tokens[at]] -= 1
                used.append(at)
                if len(used) == len(wanted):
                    yield used
                    break
